import type { AccountId, EventId } from '../durable-objects/core/ids.ts';
import { verifyToken } from '../durable-objects/protocol/tokens.ts';
import type { AppContext } from './context.ts';
import { ProblemError } from './problem.ts';

/**
 * The admission's id from `X-Admission-Token`, which must be this account's and this event's. Whether the
 * admission still lives is the sale's to judge; the token only proves that it was given.
 */
export async function requireAdmission(
  c: AppContext,
  accountId: AccountId,
  eventId: EventId,
): Promise<string> {
  const token = c.req.header('x-admission-token');
  if (token === undefined || token === '') throw new ProblemError('not_admitted');
  const secret = c.get('services').settings.authSecret;
  const outcome = await verifyToken(secret, 'admission', token, Date.now());
  if (!outcome.ok) {
    throw new ProblemError(outcome.code === 'token_expired' ? 'admission_expired' : outcome.code);
  }
  const { sub, evt, jti } = outcome.claims;
  if (sub !== accountId || evt !== eventId) throw new ProblemError('not_admitted');
  return jti;
}
