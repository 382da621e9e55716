import { http } from './http.ts';
import type { Answer } from './problem.ts';
import { setSession, storedSession, type Session } from './session.ts';
import type { Refreshed } from './types.ts';

/** Renewed this long before the end, ms, so that no call meets an ended token. */
const AHEAD_MS = 60_000;

let inFlight: Promise<Answer<string>> | null = null;

/** Only these prove that the session is over; a busy or absent server never signs anybody out. */
const ENDED = new Set(['invalid_token', 'token_expired', 'token_reused', 'unauthorized']);

function isFresh(session: Session, staleToken: string | null): boolean {
  return session.accessToken !== staleToken && session.accessExpiresAt - AHEAD_MS > Date.now();
}

/**
 * A usable access token, or null when nobody is signed in. Refresh tokens rotate and a reused one
 * closes the session, so one refresh at a time over all tabs: a Web Lock, and inside it a second
 * look at what is stored, for another tab may have been faster.
 *
 * @param staleToken a token that the server has just refused
 */
export async function accessToken(
  staleToken: string | null = null,
): Promise<Answer<string> | null> {
  const kept = storedSession();
  if (!kept) return null;
  if (isFresh(kept, staleToken)) return { ok: true, data: kept.accessToken };
  inFlight ??= withLock(() => refreshOnce(staleToken)).finally(() => {
    inFlight = null;
  });
  return inFlight;
}

async function withLock<Value>(work: () => Promise<Value>): Promise<Value> {
  return navigator.locks ? await navigator.locks.request('onsale.refresh', work) : work();
}

async function refreshOnce(staleToken: string | null): Promise<Answer<string>> {
  const kept = storedSession();
  if (!kept) return { ok: false, problem: signedOut() };
  if (isFresh(kept, staleToken)) return { ok: true, data: kept.accessToken };
  const answer = await http<Refreshed>({
    method: 'POST',
    path: '/api/auth/refresh',
    body: { refreshToken: kept.refreshToken },
  });
  if (!answer.ok) {
    if (ENDED.has(answer.problem.code)) setSession(null);
    else if (kept.accessExpiresAt > Date.now() && kept.accessToken !== staleToken)
      return { ok: true, data: kept.accessToken };
    return answer;
  }
  setSession({
    ...kept,
    accessToken: answer.data.accessToken,
    accessExpiresAt: Date.now() + answer.data.expiresIn * 1000,
    refreshToken: answer.data.refreshToken,
    emailVerified: answer.data.emailVerified,
    role: answer.data.role,
  });
  return { ok: true, data: answer.data.accessToken };
}

/** The problem of a call that needs somebody signed in. */
export function signedOut() {
  return {
    code: 'unauthorized' as const,
    status: 401,
    detail: 'Sign in first.',
    requestId: null,
    retryAfterMs: null,
    extra: {},
  };
}
