import { env, exports } from 'cloudflare:workers';
import { crowdAccount } from '../../../drizzle/demo-data.ts';
import type { AccountId } from '../../../durable-objects/core/ids.ts';
import { signToken } from '../../../durable-objects/protocol/tokens.ts';
import type { Env } from '../../../worker/env.ts';
import type { Problem } from '../../../worker/schemas/common.ts';
import type { IntentAnswer } from '../../../worker/schemas/payment.ts';
import type { Position } from '../../../worker/schemas/queue.ts';

/** The Worker's environment, with the stand-ins' addresses. */
export const workerEnv = env as unknown as Env;
/** The seeded concert. */
export const CONCERT = 'coldplay-mumbai';
/** The origin that the tests ask. */
export const ORIGIN = 'http://localhost:8787';

/** An answer of the Worker, its body parsed when it is JSON. */
export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

/** What a request may carry. A string as `body` is sent as it is. */
export interface Ask {
  body?: unknown;
  token?: string;
  headers?: Record<string, string>;
}

/** Asks the Worker as a client would. */
export async function ask<Body = Problem>(
  method: string,
  path: string,
  { body, token, headers = {} }: Ask = {},
): Promise<Answer<Body>> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await worker().fetch(`${ORIGIN}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: text }),
  });
  const type = response.headers.get('content-type') ?? '';
  const answer = await response.text();
  const parsed: unknown = type.includes('json') ? JSON.parse(answer) : answer;
  return { status: response.status, headers: response.headers, body: parsed as Body };
}

/** The Worker under test. */
export function worker(): Fetcher {
  return (exports as unknown as { default: Fetcher }).default;
}

/** Claims of the `n`-th crowd account's access token; `over` changes some. */
export async function tokenOf(
  n: number,
  over: { expiredForSeconds?: number; sid?: string; emailVerified?: boolean } = {},
): Promise<string> {
  const account = crowdAccount(n);
  const now = Math.floor(Date.now() / 1000);
  return signToken(workerEnv.AUTH_SECRET, 'access', {
    sub: account.id as AccountId,
    jti: crypto.randomUUID(),
    sid: over.sid ?? crypto.randomUUID(),
    email: account.email,
    name: account.name,
    ev: over.emailVerified ?? true,
    iat: now - 100_000,
    exp: over.expiredForSeconds === undefined ? now + 3600 : now - over.expiredForSeconds,
  });
}

/** Takes a fan through the queue of an event; answers the admission token. */
export async function admit(token: string, eventId: string = CONCERT): Promise<string> {
  await ask('POST', '/api/queue/join', { token, body: { eventId } });
  for (let attempt = 0; attempt < 100; attempt++) {
    const { body } = await ask<Position>('GET', `/api/queue/position/${eventId}`, { token });
    if (body.admissionToken !== undefined) return body.admissionToken;
    // The queue admits by the real clock, which a test in workerd cannot move for alarms.
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the fan was not admitted');
}

/** Pays as the Payment Element would, with one of Stripe's test cards. */
export async function pay(intent: IntentAnswer, card: string): Promise<string> {
  const response = await fetch(
    `${workerEnv.STRIPE_API_BASE}/v1/payment_intents/${intent.paymentIntentId}/confirm`,
    {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_local' },
      body: new URLSearchParams({
        payment_method: card,
        return_url: 'http://localhost:8787/checkout',
      }),
    },
  );
  const body: { status?: string; error?: { code: string } } = await response.json();
  return body.status ?? body.error?.code ?? 'nothing';
}

/** A request id nobody has used. */
export function freshId(): string {
  return crypto.randomUUID();
}
