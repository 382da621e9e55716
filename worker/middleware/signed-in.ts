import { createMiddleware } from 'hono/factory';
import { verifyToken } from '../../durable-objects/protocol/tokens.ts';
import type { TokenClaims } from '../../durable-objects/protocol/tokens.ts';
import type { AppContext, AppEnv } from '../context.ts';
import { ProblemError } from '../problem.ts';
import { errorWords, log } from '../telemetry/log.ts';

const CHALLENGE = { 'www-authenticate': 'Bearer realm="onsale"' };

/** Checks an access token by itself: no look-up, so that it costs a waiting fan's poll nothing. */
export async function checkAccess(
  c: AppContext,
  token: string | undefined,
): Promise<TokenClaims['access']> {
  if (token === undefined || token === '') throw new ProblemError('unauthorized', {}, CHALLENGE);
  const secret = c.get('services').settings.authSecret;
  const outcome = await verifyToken(secret, 'access', token, Date.now());
  if (!outcome.ok) throw new ProblemError(outcome.code, {}, CHALLENGE);
  return outcome.claims;
}

/** Requires `Authorization: Bearer` with a valid access token. */
export const signedIn = createMiddleware<AppEnv>(async (c, next) => {
  const header = c.req.header('authorization') ?? '';
  c.set('access', await checkAccess(c, /^Bearer +(\S+)$/i.exec(header)?.[1]));
  return next();
});

/**
 * As `signedIn`, and the session must not have been ended: for where identity, seats or money move. When
 * Redis does not answer the token is believed and it is reported: the sale goes on (failure case F22).
 */
export const stillSignedIn = createMiddleware<AppEnv>(async (c, next) => {
  const header = c.req.header('authorization') ?? '';
  const access = await checkAccess(c, /^Bearer +(\S+)$/i.exec(header)?.[1]);
  c.set('access', access);
  await requireSession(c);
  return next();
});

/**
 * As `stillSignedIn`, asked while the route works and before it answers: for routes that only read, or
 * whose effect does not depend on who asks.
 */
export const signedInMeanwhile = createMiddleware<AppEnv>(async (c, next) => {
  const header = c.req.header('authorization') ?? '';
  const access = await checkAccess(c, /^Bearer +(\S+)$/i.exec(header)?.[1]);
  c.set('access', access);
  const asked = revokedAmong(c, [access.sid]);
  await next();
  const [revoked] = await asked;
  if (revoked) throw signedOut();
});

/**
 * As `stillSignedIn`, for a route that asks itself once it has a use for the answer, with other things or
 * for many callers at once. Who is refused before that is asked about here: an ended session comes first.
 */
export const signedInWhenUsed = createMiddleware<AppEnv>(async (c, next) => {
  const header = c.req.header('authorization') ?? '';
  const access = await checkAccess(c, /^Bearer +(\S+)$/i.exec(header)?.[1]);
  c.set('access', access);
  await next();
  if (c.res.status >= 400 && c.get('sessionAsked') !== true) await requireSession(c);
});

/** Throws `invalid_token` when the session of the verified access token was ended. */
export async function requireSession(c: AppContext): Promise<void> {
  c.set('sessionAsked', true);
  const [revoked] = await revokedAmong(c, [c.get('access').sid]);
  if (revoked) throw signedOut();
}

/** What one hears whose session was ended. */
export function signedOut(): ProblemError {
  return new ProblemError('invalid_token', {}, CHALLENGE);
}

/** Which of the sessions were ended, in their order; none, when Redis does not answer. */
export async function revokedAmong(c: AppContext, sids: readonly string[]): Promise<boolean[]> {
  try {
    return await c.get('services').sessions.revokedAmong(sids);
  } catch (error) {
    const detail = `revocation look-up: ${errorWords(error)}`;
    log({ name: 'problem', part: 'redis', requestId: c.get('requestId'), detail });
    return sids.map(() => false);
  }
}
