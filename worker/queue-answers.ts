import type { AccountId, EventId } from '../durable-objects/core/ids.ts';
import type { FanPosition } from '../durable-objects/protocol/queue-rpc.ts';
import { signToken } from '../durable-objects/protocol/tokens.ts';
import type { Position } from './schemas/queue.ts';
import { iso, isoOrNull } from './times.ts';

/**
 * A fan's place at the HTTP border: with its receipt, and once inside with the admission token. Both are
 * made from recorded facts only, so the same place and admission always give the same tokens.
 */
export async function positionAnswer(
  secret: string,
  eventId: EventId,
  accountId: AccountId,
  position: FanPosition,
): Promise<Position> {
  const { admission, place, receipt } = position;
  if (receipt === null) throw new Error('a leaf answers a call with the receipt');
  const answer: Position = {
    eventId,
    status: position.status,
    place,
    order: position.order,
    ahead: position.ahead,
    etaSeconds: position.etaSeconds === null ? null : Math.ceil(position.etaSeconds),
    pollMs: position.pollMs,
    joinedAt: iso(position.joinedAt),
    claimUntil: isoOrNull(position.claimUntil),
    ticket: receipt,
  };
  if (!admission) return answer;
  const admissionToken = await signToken(secret, 'admission', {
    sub: accountId,
    evt: eventId,
    jti: admission.admissionId,
    place,
    iat: Math.floor(admission.claimedAt / 1000),
    exp: Math.floor(admission.until / 1000),
  });
  return { ...answer, admissionToken, admittedUntil: iso(admission.until) };
}
