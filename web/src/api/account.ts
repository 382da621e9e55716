import { http } from './http.ts';
import { authorized } from './authorized.ts';
import type { Answer } from './problem.ts';
import { accessToken } from './refresh.ts';
import { setSession, storedSession } from './session.ts';
import type { SignedIn } from './types.ts';

function keep(answer: Answer<SignedIn>, codeSentAt?: number): Answer<SignedIn> {
  if (answer.ok) {
    const { expiresIn, ...signed } = answer.data;
    const accessExpiresAt = Date.now() + expiresIn * 1000;
    const sent = codeSentAt === undefined ? {} : { codeSentAt };
    setSession({ ...signed, accessExpiresAt, ...sent });
  }
  return answer;
}

/** Creates an account and signs in. A mail with a code is on its way then. `challengeToken` is Turnstile’s, where it is asked for. */
export async function register(details: {
  email: string;
  password: string;
  name: string;
  challengeToken?: string | undefined;
}): Promise<Answer<SignedIn>> {
  const answer = await http<SignedIn>({
    method: 'POST',
    path: '/api/auth/register',
    body: details,
  });
  return keep(answer, Date.now());
}

/** Signs in. */
export async function signIn(details: {
  email: string;
  password: string;
  challengeToken?: string | undefined;
}): Promise<Answer<SignedIn>> {
  return keep(await http({ method: 'POST', path: '/api/auth/login', body: details }));
}

/** Signs out here and, when it can be reached, on the server. */
export async function signOut(): Promise<void> {
  await authorized<void>({ method: 'POST', path: '/api/auth/logout' });
  setSession(null);
}

/** Proves the own address by the code of the mail, and renews the token so that it says so. */
export async function verifyEmail(code: string): Promise<Answer<void>> {
  const answer = await authorized<void>({
    method: 'POST',
    path: '/api/auth/verify-email',
    body: { code },
  });
  if (answer.ok) await takeVerified();
  return answer;
}

/** Sends another mail with a code; true when none was needed, because the address is verified already. */
export async function sendCode(): Promise<Answer<{ emailVerified: boolean }>> {
  const answer = await authorized<{ emailVerified: boolean }>({
    method: 'POST',
    path: '/api/auth/verify-email/resend',
  });
  if (!answer.ok) return answer;
  const kept = storedSession();
  if (answer.data.emailVerified) await takeVerified();
  else if (kept) setSession({ ...kept, codeSentAt: Date.now() });
  return answer;
}

/** If the renewal fails now, the next join does it. */
async function takeVerified(): Promise<void> {
  await accessToken(storedSession()?.accessToken);
  const kept = storedSession();
  if (kept) setSession({ ...kept, emailVerified: true });
}
