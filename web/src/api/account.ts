import { http } from './http.ts';
import { authorized } from './authorized.ts';
import type { Answer } from './problem.ts';
import { setSession } from './session.ts';
import type { SignedIn } from './types.ts';

function keep(answer: Answer<SignedIn>): Answer<SignedIn> {
  if (answer.ok) {
    const { user, accessToken, refreshToken, expiresIn } = answer.data;
    setSession({ user, accessToken, refreshToken, accessExpiresAt: Date.now() + expiresIn * 1000 });
  }
  return answer;
}

/** Creates an account and signs in. */
export async function register(details: {
  email: string;
  password: string;
  name: string;
}): Promise<Answer<SignedIn>> {
  return keep(await http({ method: 'POST', path: '/api/auth/register', body: details }));
}

/** Signs in. */
export async function signIn(details: {
  email: string;
  password: string;
}): Promise<Answer<SignedIn>> {
  return keep(await http({ method: 'POST', path: '/api/auth/login', body: details }));
}

/** Signs out here and, when it can be reached, on the server. */
export async function signOut(): Promise<void> {
  await authorized<void>({ method: 'POST', path: '/api/auth/logout' });
  setSession(null);
}
