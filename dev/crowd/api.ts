import type { AccountId } from '../../durable-objects/core/ids.ts';
import { signToken } from '../../durable-objects/protocol/tokens.ts';
import { crowdAccount } from '../../drizzle/demo-data.ts';

/** An answer: the parsed body when the call worked, else the problem's code and how long to wait. */
export type Answer =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly code: string; readonly waitMs: number };

/** Calls the API as one fan. Network failures are answers too (`unreachable`). */
export type Call = (
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

const TOKEN_SECONDS = 24 * 3600;
const PATIENCE_MS = 20_000;

/**
 * The API for the `n`-th crowd account. The access token is made here with the local secret: logging in
 * 150 times would cost half a minute of password hashing.
 */
export function fanCaller(origin: string, secret: string, n: number): Call {
  const account = crowdAccount(n);
  const session = crypto.randomUUID();
  let token = '';
  let renewAt = 0;
  return async (method, path, body, headers = {}) => {
    const now = Math.floor(Date.now() / 1000);
    if (now >= renewAt) {
      renewAt = now + TOKEN_SECONDS / 2;
      token = await signToken(secret, 'access', {
        sub: account.id as AccountId,
        jti: crypto.randomUUID(),
        sid: session,
        email: account.email,
        name: account.name,
        ev: true,
        iat: now,
        exp: now + TOKEN_SECONDS,
      });
    }
    return request(origin + path, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };
}

/** One request; never throws. */
export async function request(url: string, init: RequestInit = {}): Promise<Answer> {
  try {
    const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });
    const text = await answer.text();
    const body: unknown = text === '' ? null : JSON.parse(text);
    if (answer.ok) return { ok: true, body };
    const waitMs = 1000 * Number(answer.headers.get('Retry-After') ?? 5);
    return { ok: false, code: problemCode(body) ?? `http_${answer.status}`, waitMs };
  } catch {
    return { ok: false, code: 'unreachable', waitMs: 5_000 };
  }
}

function problemCode(body: unknown): string | undefined {
  const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
