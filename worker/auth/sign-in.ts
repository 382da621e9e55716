import { signToken } from '../../durable-objects/protocol/tokens.ts';
import type { AppContext } from '../context.ts';
import type { Account } from '../db/accounts.ts';
import type { Session, SignedIn } from '../schemas/auth.ts';
import { errorWords, log } from '../telemetry/log.ts';
import type { OpenSession, SessionOwner } from './sessions.ts';

/**
 * Opens a session for an account whose password was checked. When Redis does not answer the fan is let
 * in all the same, with a session that ends when its access token does.
 */
export async function signIn(c: AppContext, account: Account): Promise<SignedIn> {
  const { sessions } = c.get('services');
  const { id, email, name } = account;
  const emailVerified = account.emailVerifiedAt !== null;
  const organiser = account.role === 'organiser';
  const owner = { accountId: id, email, name, emailVerified, organiser };
  const session = sessions.prepare(owner);
  try {
    await sessions.open(session);
  } catch (error) {
    log({ name: 'problem', part: 'redis', detail: `open session: ${errorWords(error)}` });
  }
  const tokens = await issueAccess(c, session, owner);
  return { user: { id, email, name }, ...tokens };
}

/** Tokens of an open session. */
export async function issueAccess(
  c: AppContext,
  session: OpenSession,
  owner: SessionOwner,
): Promise<Session> {
  const { authSecret, accessTokenSeconds } = c.get('services').settings;
  const iat = Math.floor(Date.now() / 1000);
  const accessToken = await signToken(authSecret, 'access', {
    sub: owner.accountId,
    jti: crypto.randomUUID(),
    sid: session.sid,
    email: owner.email,
    name: owner.name,
    ev: owner.emailVerified,
    ...(owner.organiser ? { role: 'organiser' as const } : {}),
    iat,
    exp: iat + accessTokenSeconds,
  });
  return {
    accessToken,
    refreshToken: session.refreshToken,
    expiresIn: accessTokenSeconds,
    emailVerified: owner.emailVerified,
    role: owner.organiser ? 'organiser' : 'fan',
  };
}
