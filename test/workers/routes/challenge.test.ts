import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../../worker/app.ts';
import type { Env } from '../../../worker/env.ts';
import type { SignedIn } from '../../../worker/schemas/auth.ts';
import type { Problem } from '../../../worker/schemas/common.ts';
import type { Config } from '../../../worker/schemas/system.ts';
import { TURNSTILE_DUMMY, TURNSTILE_SECRET } from '../../support/turnstile-keys.ts';
import { ask, CONCERT, ORIGIN, tokenOf, workerEnv } from './support.ts';

const PASSWORD = 'a long enough password';
const app = createApp();

/** The Worker with Turnstile switched on. */
function withKeys(secret: string = TURNSTILE_SECRET): Env {
  return { ...workerEnv, TURNSTILE_SITE_KEY: '0x4AAAAAAA-site', TURNSTILE_SECRET_KEY: secret };
}

async function post(env: Env, path: string, body: object) {
  const context = createExecutionContext();
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await app.request(`${ORIGIN}${path}`, init, env, context);
  await waitOnExecutionContext(context);
  const answer = await response.json<Partial<SignedIn & Problem>>();
  return { status: response.status, code: answer.code, body: answer };
}

function fresh(): { email: string; password: string; name: string } {
  return { email: `fan-${crypto.randomUUID()}@example.com`, password: PASSWORD, name: 'New Fan' };
}

function person(): string {
  return `person-${crypto.randomUUID()}`;
}

describe('with Turnstile’s keys', () => {
  it('registering and signing in ask for a person, each time for a new token', async () => {
    const env = withKeys();
    const details = fresh();
    const token = person();
    expect((await post(env, '/api/auth/register', details)).code).toBe('challenge_failed');
    const made = await post(env, '/api/auth/register', { ...details, challengeToken: token });
    expect(made.status).toBe(201);
    const reused = await post(env, '/api/auth/login', { ...details, challengeToken: token });
    expect([reused.status, reused.code]).toEqual([403, 'challenge_failed']);
    const login = await post(env, '/api/auth/login', { ...details, challengeToken: person() });
    expect(login.status).toBe(200);
  });

  it.each([
    ['nobody has given out', 'robot'],
    ['is older than 300 s', 'late-token'],
    ['is Cloudflare’s dummy', TURNSTILE_DUMMY.token],
    ['is empty', ''],
  ])('a token that %s is refused', async (_what, challengeToken) => {
    const answer = await post(withKeys(), '/api/auth/login', { ...fresh(), challengeToken });
    expect([answer.status, answer.code]).toEqual([403, 'challenge_failed']);
  });

  it('a token that is too long is not even looked at', async () => {
    const body = { ...fresh(), challengeToken: `person-${'x'.repeat(2_048)}` };
    const answer = await post(withKeys(), '/api/auth/login', body);
    expect([answer.status, answer.code]).toEqual([400, 'invalid_request']);
  });

  it.each([
    ['always passes', TURNSTILE_DUMMY.passes, 401, 'invalid_credentials'],
    ['always fails', TURNSTILE_DUMMY.fails, 403, 'challenge_failed'],
    ['calls every token spent', TURNSTILE_DUMMY.spent, 403, 'challenge_failed'],
    ['nobody knows', 'unknown-secret', 403, 'challenge_failed'],
  ])('the secret key that %s does so', async (_what, secret, status, code) => {
    const body = { ...fresh(), challengeToken: TURNSTILE_DUMMY.token };
    const answer = await post(withKeys(secret), '/api/auth/login', body);
    expect([answer.status, answer.code]).toEqual([status, code]);
  });

  it.each(['silent', 'broken', 'internal'])(
    'a verdict that does not come (%s) shuts nobody out: limits still count',
    async (challengeToken) => {
      const details = fresh();
      const attempt = () => post(withKeys(), '/api/auth/login', { ...details, challengeToken });
      const started = Date.now();
      expect((await attempt()).code).toBe('invalid_credentials');
      expect(Date.now() - started).toBeLessThan(6_000);
      if (challengeToken === 'silent') return;
      for (let n = 0; n < 4; n++) await attempt();
      expect((await attempt()).code).toBe('rate_limited');
    },
  );

  it('failed challenges use up nobody’s attempts', async () => {
    const env = withKeys();
    const details = fresh();
    await post(env, '/api/auth/register', { ...details, challengeToken: person() });
    for (let n = 0; n < 8; n++) {
      const attempt = { ...details, password: 'wrong', challengeToken: 'robot' };
      expect((await post(env, '/api/auth/login', attempt)).code).toBe('challenge_failed');
    }
    const own = await post(env, '/api/auth/login', { ...details, challengeToken: person() });
    expect(own.status).toBe(200);
  });

  it('a join asks for nothing more', async () => {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${await tokenOf(42)}`,
    };
    const init = { method: 'POST', headers, body: JSON.stringify({ eventId: CONCERT }) };
    const context = createExecutionContext();
    const url = `${ORIGIN}/api/queue/join`;
    expect((await app.request(url, init, withKeys(), context)).status).toBe(200);
  });

  it('the site is told the public key and where the widget is, and never the secret', async () => {
    const response = await app.request(`${ORIGIN}/api/config`, {}, withKeys());
    const text = await response.text();
    expect((JSON.parse(text) as Config).turnstile).toEqual({
      siteKey: '0x4AAAAAAA-site',
      scriptUrl: `${workerEnv.TURNSTILE_API_BASE}/turnstile/v0/api.js`,
    });
    expect(text).not.toContain(TURNSTILE_SECRET);
  });
});

describe('without them', () => {
  it('nobody is asked, and the site is told so', async () => {
    const { body } = await ask<Config>('GET', '/api/config');
    expect(body.turnstile).toBeNull();
    const answer = await ask('POST', '/api/auth/login', { body: fresh() });
    expect(answer.body.code).toBe('invalid_credentials');
  });
});
