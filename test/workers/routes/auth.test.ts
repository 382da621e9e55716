import { describe, expect, it, vi } from 'vitest';
import { DEMO_ACCOUNTS } from '../../../drizzle/demo-data.ts';
import { verifyToken } from '../../../durable-objects/protocol/tokens.ts';
import { createApp } from '../../../worker/app.ts';
import type { Env } from '../../../worker/env.ts';
import type { Session, SignedIn } from '../../../worker/schemas/auth.ts';
import type { Problem } from '../../../worker/schemas/common.ts';
import { REDIS } from '../../sim/bill/redis.ts';
import { ask, CONCERT, ORIGIN, workerEnv } from './support.ts';

const PASSWORD = 'a long enough password';

function freshEmail(): string {
  return `fan-${crypto.randomUUID()}@example.com`;
}

async function register(email = freshEmail()) {
  return ask<SignedIn & { code?: string }>('POST', '/api/auth/register', {
    body: { email, password: PASSWORD, name: 'New Fan' },
  });
}

async function login(email: string, password: string) {
  return ask<SignedIn & { code?: string }>('POST', '/api/auth/login', {
    body: { email, password },
  });
}

async function refresh(refreshToken: string) {
  return ask<Session & { code?: string }>('POST', '/api/auth/refresh', { body: { refreshToken } });
}

describe('registration and sign-in', () => {
  it('signs a new fan in, whose address then works in any case', async () => {
    const email = freshEmail();
    const made = await register(email.toUpperCase());
    expect(made.status).toBe(201);
    expect(made.body.user.email).toBe(email);
    const checked = await verifyToken(
      workerEnv.AUTH_SECRET,
      'access',
      made.body.accessToken,
      Date.now(),
    );
    expect(checked.ok && checked.claims.sub).toBe(made.body.user.id);
    const again = await login(`  ${email} `, PASSWORD);
    expect(again.status).toBe(200);
    expect(again.body.user.id).toBe(made.body.user.id);
  });

  it('tells of a taken address no more than that it was refused', async () => {
    const email = freshEmail();
    await register(email);
    const second = await register(email);
    expect([second.status, second.body.code]).toEqual([409, 'registration_refused']);
    expect(JSON.stringify(second.body)).not.toContain(email);
  });

  it('answers a wrong password and an unknown address alike, at the same cost', async () => {
    const fan = DEMO_ACCOUNTS[1];
    const timed = async (email: string) => {
      const started = Date.now();
      const answer = await login(email, 'wrong password');
      const { requestId: _id, ...body } = answer.body as unknown as Record<string, unknown>;
      return { status: answer.status, body, ms: Date.now() - started };
    };
    const wrong = await timed(fan?.email ?? '');
    const unknown = await timed(freshEmail());
    expect(unknown.status).toBe(401);
    expect(unknown.body).toEqual(wrong.body);
    expect(unknown.ms).toBeGreaterThan(wrong.ms / 4);
  });

  it('says which field of a registration is wrong', async () => {
    const answer = await ask('POST', '/api/auth/register', {
      body: { email: 'not-an-address', password: 'short', name: ' ' },
    });
    expect(answer.body.errors?.map((error) => error.field).sort()).toEqual([
      'email',
      'name',
      'password',
    ]);
  });

  it('stops the sixth wrong password of five minutes, and says when to come back', async () => {
    const { body } = await register();
    const { email } = body.user;
    for (let attempt = 0; attempt < 5; attempt++) {
      expect((await login(email, `wrong ${attempt}`)).status).toBe(401);
    }
    const stopped = await login(email, PASSWORD);
    expect([stopped.status, stopped.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(stopped.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(stopped.headers.get('ratelimit-limit')).toBe('5');
    expect(stopped.headers.get('ratelimit-remaining')).toBe('0');
  });

  it('refuses the right password too when it comes among a crowd of guesses', async () => {
    const { body } = await register();
    const guesses = Array.from({ length: 12 }, (_, n) => (n === 11 ? PASSWORD : `wrong ${n}`));
    const answers = await Promise.all(guesses.map((guess) => login(body.user.email, guess)));
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([...Array(5).fill(401), ...Array(7).fill(429)]);
  });

  it('asks Redis two things for a right password, neither of them a script', async () => {
    const { body } = await register();
    // Services of its own, whose circuit no other test has opened.
    const env: Env = { ...workerEnv };
    const fetched = vi.spyOn(globalThis, 'fetch');
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: body.user.email, password: PASSWORD }),
    };
    const answer = await createApp().request(`${ORIGIN}/api/auth/login`, init, env);
    const sent = fetched.mock.calls.map(([input, how]) => new Request(input, how));
    fetched.mockRestore();
    const toRedis = sent.filter(({ url }) => url.startsWith(env.UPSTASH_REDIS_REST_URL ?? '-'));
    const commands = await Promise.all(toRedis.map((request) => request.json<string[]>()));
    expect([answer.status, commands.map(([name]) => name)]).toEqual([200, ['getex', 'set']]);
    expect(commands).toHaveLength(REDIS.signIn);
  });

  it('does not count right passwords', async () => {
    const { body } = await register();
    for (let attempt = 0; attempt < 7; attempt++) {
      expect((await login(body.user.email, PASSWORD)).status).toBe(200);
    }
  });
});

describe('sessions', () => {
  it('rotate: each refresh token works once and gives the next', async () => {
    const { body } = await register();
    const second = await refresh(body.refreshToken);
    expect(second.status).toBe(200);
    expect(second.body.refreshToken).not.toBe(body.refreshToken);
    const third = await refresh(second.body.refreshToken);
    expect(third.status).toBe(200);
  });

  it('end for everybody when a refresh token is used twice (failure case F23)', async () => {
    const { body } = await register();
    const second = await refresh(body.refreshToken);
    const reused = await refresh(body.refreshToken);
    expect([reused.status, reused.body.code]).toEqual([401, 'token_reused']);
    const dead = await refresh(second.body.refreshToken);
    expect([dead.status, dead.body.code]).toEqual([401, 'invalid_token']);
    const token = second.body.accessToken;
    const listed = await ask('GET', '/api/bookings', { token });
    expect([listed.status, listed.body.code]).toEqual([401, 'invalid_token']);
  });

  it('let exactly one of two refreshes at once through', async () => {
    const { body } = await register();
    const answers = await Promise.all([refresh(body.refreshToken), refresh(body.refreshToken)]);
    expect(answers.map((answer) => answer.status)).toEqual(expect.arrayContaining([200, 401]));
  });

  it('end at log-out: the refresh token, and the access token where it matters', async () => {
    const { body } = await register();
    const token = body.accessToken;
    expect((await ask('POST', '/api/auth/logout', { token })).status).toBe(204);
    expect((await refresh(body.refreshToken)).body.code).toBe('invalid_token');
    for (const [method, path] of [
      ['GET', '/api/bookings'],
      ['POST', '/api/inventory/lock-seats'],
      ['POST', '/api/booking/create'],
      ['POST', '/api/payment/create-intent'],
    ] as const) {
      const answer = await ask(method, path, method === 'GET' ? { token } : { token, body: {} });
      expect([path, answer.status, answer.body.code]).toEqual([path, 401, 'invalid_token']);
    }
  });

  it.each(['nonsense', `${crypto.randomUUID()}.${'A'.repeat(43)}`, '.', 'a.b'])(
    'refuse the refresh token %s',
    async (token) => {
      const answer = await refresh(token);
      expect([answer.status, answer.body.code]).toEqual([401, 'invalid_token']);
    },
  );
});

describe('when Redis is down', () => {
  it('sign-in goes on with local limits, the queue goes on, and a refresh is told to come back (F22)', async () => {
    // Not Redis at all; the shared stand-in must stay up for the other test files.
    const env: Env = {
      ...workerEnv,
      UPSTASH_REDIS_REST_URL: `${workerEnv.MAIL_API_BASE}/no-redis`,
    };
    const app = createApp();
    const post = async (path: string, body: object, token?: string) => {
      const headers = new Headers({ 'content-type': 'application/json' });
      if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      const response = await app.request(`${ORIGIN}${path}`, init, env);
      return { status: response.status, body: await response.json<SignedIn & Partial<Problem>>() };
    };
    const { body: fan } = await register();
    const again = await post('/api/auth/login', { email: fan.user.email, password: PASSWORD });
    expect(again.status).toBe(200);
    const token = again.body.accessToken;
    const joined = await post('/api/queue/join', { eventId: CONCERT }, token);
    expect(joined.status).toBe(200);
    const booked = await post('/api/booking/create', { holdId: 'hold_x_12345678' }, token);
    expect(booked.body.code).toBe('hold_not_found');
    const refreshed = await post('/api/auth/refresh', { refreshToken: fan.refreshToken });
    expect([refreshed.status, refreshed.body.code]).toEqual([503, 'unavailable']);
    const victim = freshEmail();
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) {
      statuses.push((await post('/api/auth/login', { email: victim, password: 'wrong' })).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    expect((await refresh(fan.refreshToken)).status).toBe(200);
  });
});
