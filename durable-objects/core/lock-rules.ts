import type { HoldId } from './ids.ts';
import type { OrderStage } from './order-record.ts';
import type { SaleSettings } from './sale.ts';

/** A hold that a lock is to replace, as far as its judge must know it. */
export interface ReplacedHold {
  stage: OrderStage;
  seats: readonly number[];
}

/** What a lock is judged on. Seats are indices in the expanded plan; `null` for an id that is no seat. */
export interface LockQuestion {
  now: number;
  settings: Pick<SaleSettings, 'opensAt' | 'closesAt' | 'seatsPerAccount'>;
  admission: 'live' | 'expired' | 'none';
  /** Whether this admission already has a live hold. */
  hasHold: boolean;
  /** The hold to be replaced, `null` when there is none like it; left out where none was named. */
  replaced?: ReplacedHold | null | undefined;
  /** Seats that the account holds, pays for and owns. */
  owned: number;
  seats: readonly (number | null)[];
  isFree(index: number): boolean;
}

/** The decision; positions are positions in the question's list. */
export type LockDecision =
  | { ok: true; seats: readonly number[] }
  | {
      ok: false;
      code:
        | 'sale_not_open'
        | 'sale_closed'
        | 'not_admitted'
        | 'admission_expired'
        | 'hold_exists'
        | ReplaceRefusal;
    }
  | { ok: false; code: 'unknown_seat' | 'duplicate_seat'; positions: readonly number[] }
  | { ok: false; code: 'too_many_seats'; limit: number; owned: number }
  | { ok: false; code: 'seats_unavailable'; lost: readonly number[]; wanted: readonly number[] };

type ReplaceRefusal = 'hold_not_found' | 'hold_expired' | 'order_closed';

/** All or nothing: either every seat may be held, or the first reason why not, in a fixed order of checks. */
export function decideLock(question: LockQuestion): LockDecision {
  const gate = gateOf(question);
  if (gate !== null) return { ok: false, code: gate };
  const limit = question.settings.seatsPerAccount;
  if (question.seats.length > limit)
    return { ok: false, code: 'too_many_seats', limit, owned: question.owned };

  const unknown: number[] = [];
  const duplicate: number[] = [];
  const wanted: number[] = [];
  question.seats.forEach((index, position) => {
    if (index === null) unknown.push(position);
    else if (wanted.includes(index)) duplicate.push(position);
    else wanted.push(index);
  });
  if (unknown.length > 0 || question.seats.length === 0)
    return { ok: false, code: 'unknown_seat', positions: unknown };
  if (duplicate.length > 0) return { ok: false, code: 'duplicate_seat', positions: duplicate };

  const refusal = refusalOfHold(question);
  if (refusal !== null) return { ok: false, code: refusal };
  const own = question.replaced?.seats ?? [];
  if (question.owned - own.length + wanted.length > limit)
    return { ok: false, code: 'too_many_seats', limit, owned: question.owned };
  const lost = wanted.filter((index) => !question.isFree(index) && !own.includes(index));
  if (lost.length > 0) return { ok: false, code: 'seats_unavailable', lost, wanted };
  return { ok: true, seats: wanted };
}

function gateOf(
  question: LockQuestion,
): 'sale_not_open' | 'sale_closed' | 'not_admitted' | 'admission_expired' | null {
  if (question.now < question.settings.opensAt) return 'sale_not_open';
  if (question.now >= question.settings.closesAt) return 'sale_closed';
  if (question.admission === 'none') return 'not_admitted';
  if (question.admission === 'expired') return 'admission_expired';
  return null;
}

/** One live hold an admission: a second is refused, and one to be replaced must be alive and not paid for yet. */
function refusalOfHold({ replaced, hasHold }: LockQuestion): 'hold_exists' | ReplaceRefusal | null {
  if (replaced === undefined) return hasHold ? 'hold_exists' : null;
  return replaced === null ? 'hold_not_found' : refusalByStage(replaced.stage);
}

/** Why a hold at this stage cannot be changed any more, or null when it can. */
export function refusalByStage(stage: OrderStage): ReplaceRefusal | null {
  if (stage === 'hold' || stage === 'held') return null;
  if (stage === 'expired') return 'hold_expired';
  return stage === 'cancelled' ? 'hold_not_found' : 'order_closed';
}

/**
 * The end of a hold that is extended at `now`: as if it had been taken just then, but never past the end of
 * the admission, which is the published cap, and never sooner than it was.
 */
export function extendedEnd(hold: {
  now: number;
  expiresAt: number;
  holdTtlMs: number;
  admittedUntil: number;
}): number {
  return Math.max(hold.expiresAt, Math.min(hold.now + hold.holdTtlMs, hold.admittedUntil));
}

/**
 * Whether an outcome is kept under its `requestId`. Gates and malformed lists decide nothing about
 * seats, so that asking again later may have another answer, and a flood of them writes no rows.
 */
export function isRecorded(decision: LockDecision): boolean {
  if (decision.ok) return true;
  return decision.code === 'seats_unavailable' || decision.code === 'hold_exists';
}

/** What a `requestId` stands for: the same seats in any order are the same request. */
export function lockFingerprint(request: {
  seatIds: readonly string[];
  replaces?: HoldId | undefined;
}): string {
  const seats = [...request.seatIds].sort().join(' ');
  return request.replaces === undefined ? seats : `${seats} for ${request.replaces}`;
}
