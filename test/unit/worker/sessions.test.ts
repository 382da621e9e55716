import { Buffer } from 'node:buffer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startRedis } from '../../../dev/redis/index.ts';
import type { Listening } from '../../../dev/standin/serve.ts';
import type { AccountId } from '../../../durable-objects/core/ids.ts';
import { openRedis } from '../../../worker/auth/redis.ts';
import { Sessions } from '../../../worker/auth/sessions.ts';
import type { OpenSession } from '../../../worker/auth/sessions.ts';

const LIFE_SECONDS = 600;
const OWNER = {
  accountId: 'ana' as AccountId,
  email: 'ana@example.org',
  name: 'Áña, “the fan”',
  emailVerified: false,
  organiser: false,
};

let standin: Listening;
let sessions: Sessions;

beforeAll(async () => {
  standin = await startRedis({ port: 0, token: 'secret' });
  const redis = openRedis({ url: standin.url, token: 'secret' });
  sessions = new Sessions(redis, { refreshSeconds: LIFE_SECONDS, accessSeconds: LIFE_SECONDS });
});
afterAll(() => standin.close());

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

async function opened(): Promise<OpenSession> {
  const session = sessions.prepare(OWNER);
  await sessions.open(session);
  return session;
}

/** The token of the session after one use. */
async function used({ refreshToken }: OpenSession): Promise<OpenSession> {
  const outcome = await sessions.rotate(refreshToken);
  if (!outcome.ok) throw new Error(outcome.code);
  expect(outcome.owner).toEqual(OWNER);
  return outcome.session;
}

async function codeOf(refreshToken: string): Promise<string> {
  const outcome = await sessions.rotate(refreshToken);
  return outcome.ok ? 'ok' : outcome.code;
}

describe('a refresh token', () => {
  it('says whose session it is, use after use', async () => {
    const first = await opened();
    const third = await used(await used(first));
    expect(third.sid).toBe(first.sid);
    expect(third.refreshToken).not.toBe(first.refreshToken);
  });

  it('passes once of twenty times at once, and then nobody goes on', async () => {
    const { sid, refreshToken } = await opened();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => sessions.rotate(refreshToken)),
    );
    const passed = outcomes.filter((outcome) => outcome.ok);
    expect(passed).toHaveLength(1);
    expect(await codeOf(passed[0]?.session.refreshToken ?? '')).toBe('invalid_token');
    expect(await sessions.revokedAmong([sid])).toEqual([true]);
  });

  it('that says it is somebody else’s is none, and ends the session', async () => {
    const { sid, refreshToken } = await opened();
    const [, secret] = refreshToken.split('.');
    const organiser = JSON.stringify({ ...OWNER, organiser: true });
    const forged = `${sid}.${secret}.${Buffer.from(organiser).toString('base64url')}`;
    expect(await codeOf(forged)).toBe('token_reused');
    expect(await codeOf(refreshToken)).toBe('invalid_token');
  });

  it('of a session that was never opened opens none', async () => {
    const { sid, refreshToken } = sessions.prepare(OWNER);
    expect(await codeOf(refreshToken)).toBe('invalid_token');
    expect(await codeOf(refreshToken)).toBe('invalid_token');
    expect(await sessions.revokedAmong([sid])).toEqual([false]);
  });

  it('lives as long as a session, from its last use on', async () => {
    const first = await opened();
    const nearlyOver = LIFE_SECONDS * 1_000 - 1;
    vi.setSystemTime(Date.now() + nearlyOver);
    const second = await used(first);
    vi.setSystemTime(Date.now() + nearlyOver);
    const third = await used(second);
    vi.setSystemTime(Date.now() + nearlyOver + 1);
    expect(await codeOf(third.refreshToken)).toBe('invalid_token');
  });
});

describe('an amended session', () => {
  it('goes on with the new token, which says the new', async () => {
    const verified = { ...OWNER, emailVerified: true };
    const session = await sessions.amend(await used(await opened()), verified);
    const outcome = await sessions.rotate(session.refreshToken);
    expect(outcome.ok && outcome.owner).toEqual(verified);
  });

  it('stays ended when it was ended meanwhile', async () => {
    const session = await opened();
    await sessions.revoke(session.sid);
    const amended = await sessions.amend(session, OWNER);
    expect(await codeOf(amended.refreshToken)).toBe('invalid_token');
  });
});
