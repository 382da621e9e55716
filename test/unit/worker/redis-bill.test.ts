import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis } from '../../../dev/redis/index.ts';
import type { Listening } from '../../../dev/standin/serve.ts';
import type { AccountId } from '../../../durable-objects/core/ids.ts';
import { LIMITS } from '../../../durable-objects/protocol/limits.ts';
import { Limits } from '../../../worker/auth/limits.ts';
import { openRedis } from '../../../worker/auth/redis.ts';
import { Sessions } from '../../../worker/auth/sessions.ts';
import { billedAt } from '../../support/billed.ts';
import { everywhere } from '../../support/windows.ts';
import { REDIS } from '../../sim/bill/redis.ts';

const OWNER = {
  accountId: 'ana' as AccountId,
  email: 'ana@example.org',
  name: 'Ana',
  emailVerified: true,
  organiser: false,
};

let standin: Listening;
let limits: Limits;
let sessions: Sessions;

beforeAll(async () => {
  standin = await startRedis({ port: 0, token: 'secret' });
  const redis = openRedis({ url: standin.url, token: 'secret' });
  sessions = new Sessions(redis, { refreshSeconds: 600, accessSeconds: 600 });
  limits = new Limits(redis, everywhere(LIMITS.accountWindow));
});
afterAll(() => standin.close());

/** Commands that Upstash would bill for `work`, those inside scripts too. */
async function billedFor(work: () => Promise<unknown>): Promise<number> {
  const before = await billedAt(standin.url);
  await work();
  return (await billedAt(standin.url)) - before;
}

describe('what the cost sheet counts is what Redis is asked', () => {
  it('for a sign-in', async () => {
    const signIn = async () => {
      await limits.guess('login', OWNER.email, async () => OWNER);
      await sessions.open(sessions.prepare(OWNER));
    };
    expect(await billedFor(signIn)).toBe(REDIS.signIn);
    expect(await billedFor(signIn)).toBe(REDIS.signIn);
  });

  it('for a first use, and three more for a later one', async () => {
    const use = () => limits.take('booking', OWNER.accountId, Date.now());
    expect(await billedFor(use)).toBe(REDIS.use);
    expect(await billedFor(use)).toBe(REDIS.use + 3);
  });

  it('for a session that is renewed', async () => {
    const session = sessions.prepare(OWNER);
    await sessions.open(session);
    expect(await billedFor(() => sessions.rotate(session.refreshToken))).toBe(REDIS.renew);
  });

  it('for the question whether a session was ended', async () => {
    expect(await billedFor(() => sessions.revokedAmong(['a']))).toBe(REDIS.session);
    expect(await billedFor(() => sessions.revokedAmong(['a', 'b']))).toBe(REDIS.session);
  });

  it('while a refresh takes one', async () => {
    const session = sessions.prepare(OWNER);
    await sessions.open(session);
    expect(await billedFor(() => sessions.rotate(session.refreshToken))).toBe(1);
  });

  it('while a wrong password takes three', async () => {
    const wrong = () => limits.guess('login', 'eve@example.org', async () => null);
    expect(await billedFor(wrong)).toBe(3);
    expect(await billedFor(wrong)).toBe(3);
  });
});
