import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { DEMO_ACCOUNTS } from '../../../drizzle/demo-data.ts';
import { verifyToken } from '../../../durable-objects/protocol/tokens.ts';
import { createApp } from '../../../worker/app.ts';
import type { Env } from '../../../worker/env.ts';
import type { Session, SignedIn } from '../../../worker/schemas/auth.ts';
import { ask, ORIGIN, tokenOf, workerEnv } from './support.ts';

const PASSWORD = 'a long enough password';
const VERIFY = '/api/auth/verify-email';
const RESEND = '/api/auth/verify-email/resend';

async function register(email = `fan-${crypto.randomUUID()}@example.com`): Promise<SignedIn> {
  const body = { email, password: PASSWORD, name: 'New Fan' };
  return (await ask<SignedIn>('POST', '/api/auth/register', { body })).body;
}

async function mailsTo(email: string): Promise<{ subject: string }[]> {
  const answer = await fetch(`${workerEnv.MAIL_API_BASE}/emails?to=${encodeURIComponent(email)}`);
  return (await answer.json<{ data: { subject: string }[] }>()).data;
}

/** The code of the newest mail; it is sent after the answer to the registration. */
async function codeFor(email: string): Promise<string> {
  await expect.poll(async () => (await mailsTo(email)).length).toBeGreaterThan(0);
  return /^\d{6}/.exec((await mailsTo(email))[0]?.subject ?? '')?.[0] ?? '';
}

/** A code that is certainly not the right one. */
function wrongCode(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}

async function saysVerified(accessToken: string): Promise<boolean | undefined> {
  const checked = await verifyToken(workerEnv.AUTH_SECRET, 'access', accessToken, Date.now());
  if (!checked.ok) throw new Error(checked.code);
  return checked.claims.ev;
}

async function refresh(refreshToken: string): Promise<Session> {
  return (await ask<Session>('POST', '/api/auth/refresh', { body: { refreshToken } })).body;
}

describe('a verified address', () => {
  it('comes by the code of the mail that registering sends, and shows after the next refresh', async () => {
    const fan = await register();
    expect([fan.emailVerified, await saysVerified(fan.accessToken)]).toEqual([false, false]);
    const code = await codeFor(fan.user.email);
    const token = fan.accessToken;
    const typed = `${code.slice(0, 3)} ${code.slice(3)} `;
    expect((await ask('POST', VERIFY, { token, body: { code: typed } })).status).toBe(204);
    const next = await refresh(fan.refreshToken);
    expect([next.emailVerified, await saysVerified(next.accessToken)]).toEqual([true, true]);
    const again = await refresh(next.refreshToken);
    expect(await saysVerified(again.accessToken)).toBe(true);
  });

  it('is known on every device: at the next refresh of an older session, and at a new sign-in', async () => {
    const phone = await register();
    const { email } = phone.user;
    const login = { email, password: PASSWORD };
    const laptop = (await ask<SignedIn>('POST', '/api/auth/login', { body: login })).body;
    expect(laptop.emailVerified).toBe(false);
    const code = await codeFor(email);
    await ask('POST', VERIFY, { token: phone.accessToken, body: { code } });
    expect((await refresh(laptop.refreshToken)).emailVerified).toBe(true);
    const tablet = await ask<SignedIn>('POST', '/api/auth/login', { body: login });
    expect(tablet.body.emailVerified).toBe(true);
  });

  it('is verified once: the same code again, and any other, change nothing', async () => {
    const fan = await register();
    const code = await codeFor(fan.user.email);
    const send = (given: string) =>
      ask('POST', VERIFY, { token: fan.accessToken, body: { code: given } });
    expect((await send(code)).status).toBe(204);
    expect((await send(code)).status).toBe(204);
    expect((await send(wrongCode(code))).status).toBe(204);
    const resent = await ask<{ emailVerified: boolean }>('POST', RESEND, {
      token: fan.accessToken,
    });
    expect([resent.status, resent.body.emailVerified]).toEqual([200, true]);
    expect(await mailsTo(fan.user.email)).toHaveLength(1);
  });

  it('is what the demo accounts have', async () => {
    const demo = DEMO_ACCOUNTS[0];
    const { body } = await ask<SignedIn>('POST', '/api/auth/login', {
      body: { email: demo?.email, password: demo?.password },
    });
    expect(body.emailVerified).toBe(true);
  });
});

describe('a wrong code', () => {
  it('is refused, and after five tries so is the right one, with the time to wait', async () => {
    const fan = await register();
    const code = await codeFor(fan.user.email);
    const send = (given: string) =>
      ask('POST', VERIFY, { token: fan.accessToken, body: { code: given } });
    for (let attempt = 0; attempt < 5; attempt++) {
      const answer = await send(wrongCode(code));
      expect([answer.status, answer.body.code]).toEqual([422, 'invalid_code']);
    }
    const stopped = await send(code);
    expect([stopped.status, stopped.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(stopped.headers.get('retry-after'))).toBeGreaterThan(60);
  });

  it('of another account opens nothing', async () => {
    const [fan, other] = [await register(), await register()];
    const code = await codeFor(other.user.email);
    const answer = await ask('POST', VERIFY, { token: fan.accessToken, body: { code } });
    expect(answer.body.code).toBe('invalid_code');
  });

  it.each(['12345', '1234567', 'abcdef', ' ', 123456, null])(
    'in another form (%s) is told so',
    async (code) => {
      const answer = await ask('POST', VERIFY, { token: await tokenOf(41), body: { code } });
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
      expect(answer.body.errors?.[0]?.field).toBe('code');
    },
  );
});

describe('another mail with the code', () => {
  it('can be asked for three times in a quarter of an hour', async () => {
    const fan = await register();
    await codeFor(fan.user.email);
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      statuses.push((await ask('POST', RESEND, { token: fan.accessToken })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect(await mailsTo(fan.user.email)).toHaveLength(4);
  });

  it('goes to the caller’s own address and to nobody else, whatever the body says', async () => {
    const [fan, other] = [await register(), await register()];
    await codeFor(other.user.email);
    const answer = await ask('POST', RESEND, {
      token: fan.accessToken,
      body: { email: other.user.email },
    });
    expect(answer.status).toBe(200);
    expect(await mailsTo(other.user.email)).toHaveLength(1);
  });

  it('needs a session that has not been ended', async () => {
    expect((await ask('POST', RESEND)).body.code).toBe('unauthorized');
    const fan = await register();
    const token = fan.accessToken;
    await ask('POST', '/api/auth/logout', { token });
    expect((await ask('POST', RESEND, { token })).body.code).toBe('invalid_token');
    const verified = await ask('POST', VERIFY, { token, body: { code: '000000' } });
    expect(verified.body.code).toBe('invalid_token');
  });
});

describe('when the mail service is away', () => {
  it('an account is made all the same, and asking for the mail says to try later', async () => {
    const env: Env = { ...workerEnv, MAIL_API_BASE: `${workerEnv.MAIL_API_BASE}/no-mail` };
    const app = createApp();
    const post = async (path: string, body: object, token = '') => {
      const context = createExecutionContext();
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      const response = await app.request(`${ORIGIN}${path}`, init, env, context);
      await waitOnExecutionContext(context);
      return { status: response.status, body: await response.json<SignedIn & { code?: string }>() };
    };
    const email = `fan-${crypto.randomUUID()}@example.com`;
    const made = await post('/api/auth/register', { email, password: PASSWORD, name: 'New Fan' });
    expect(made.status).toBe(201);
    const resent = await post(RESEND, {}, made.body.accessToken);
    expect([resent.status, resent.body.code]).toEqual([503, 'unavailable']);
  });
});
