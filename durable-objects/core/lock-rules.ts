import type { SaleSettings } from './sale.ts';

/** What a lock is judged on. Seats are indices in the expanded plan; `null` for an id that is no seat. */
export interface LockQuestion {
  now: number;
  settings: Pick<SaleSettings, 'opensAt' | 'closesAt' | 'seatsPerAccount'>;
  admission: 'live' | 'expired' | 'none';
  /** Whether this admission already has a live hold. */
  hasHold: boolean;
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
      code: 'sale_not_open' | 'sale_closed' | 'not_admitted' | 'admission_expired' | 'hold_exists';
    }
  | { ok: false; code: 'unknown_seat' | 'duplicate_seat'; positions: readonly number[] }
  | { ok: false; code: 'too_many_seats'; limit: number; owned: number }
  | { ok: false; code: 'seats_unavailable'; lost: readonly number[]; wanted: readonly number[] };

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

  if (question.hasHold) return { ok: false, code: 'hold_exists' };
  if (question.owned + wanted.length > limit)
    return { ok: false, code: 'too_many_seats', limit, owned: question.owned };
  const lost = wanted.filter((index) => !question.isFree(index));
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

/**
 * Whether an outcome is kept under its `requestId`. Gates and malformed lists decide nothing about
 * seats, so that asking again later may have another answer, and a flood of them writes no rows.
 */
export function isRecorded(decision: LockDecision): boolean {
  if (decision.ok) return true;
  return decision.code === 'seats_unavailable' || decision.code === 'hold_exists';
}

/** What a `requestId` stands for: the same seats in any order are the same request. */
export function lockFingerprint(seatIds: readonly string[]): string {
  return [...seatIds].sort().join(' ');
}
