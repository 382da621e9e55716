import { http, type Call } from './http.ts';
import type { Answer } from './problem.ts';
import { accessToken, signedOut } from './refresh.ts';

/** Codes after which a new token may do what this one could not: the address may have been verified on another device. */
const RENEWABLE = new Set(['token_expired', 'unauthorized', 'email_not_verified']);

/** A call in the name of the signed-in fan. A token refused in between is renewed once, unseen. */
export async function authorized<Data>(call: Omit<Call, 'token'>): Promise<Answer<Data>> {
  const token = await accessToken();
  if (!token) return { ok: false, problem: signedOut() };
  if (!token.ok) return token;
  const first = await http<Data>({ ...call, token: token.data });
  if (first.ok || !RENEWABLE.has(first.problem.code)) return first;
  const renewed = await accessToken(token.data);
  if (!renewed?.ok) return first;
  return http<Data>({ ...call, token: renewed.data });
}
