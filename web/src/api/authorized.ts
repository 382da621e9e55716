import { http, type Call } from './http.ts';
import type { Answer } from './problem.ts';
import { accessToken, signedOut } from './refresh.ts';

/** A call in the name of the signed-in fan. A token refused in between is renewed once, unseen. */
export async function authorized<Data>(call: Omit<Call, 'token'>): Promise<Answer<Data>> {
  const token = await accessToken();
  if (!token) return { ok: false, problem: signedOut() };
  if (!token.ok) return token;
  const first = await http<Data>({ ...call, token: token.data });
  const refused =
    !first.ok && (first.problem.code === 'token_expired' || first.problem.code === 'unauthorized');
  if (!refused) return first;
  const renewed = await accessToken(token.data);
  if (!renewed?.ok) return first;
  return http<Data>({ ...call, token: renewed.data });
}
