import type { BestWish } from './best-available.ts';
import type { HoldId } from './ids.ts';
import type { OrderStage } from './order-record.ts';
import type { OrphansToAvoid } from './orphans.ts';
import type { SaleSettings } from './sale.ts';

/** A hold that a lock is to replace, as far as its judge must know it. */
export interface ReplacedHold {
  stage: OrderStage;
  seats: readonly number[];
}

/** Seats that are to be found instead of named. `find` is asked only once everything else allows the lock. */
export interface SeatSearch {
  size: number;
  find(own: readonly number[]): readonly number[] | SearchRefusal;
}

/** What a lock is judged on. Seats are indices in the expanded plan; `null` for an id that is no seat. */
export interface LockQuestion {
  now: number;
  settings: Pick<SaleSettings, 'opensAt' | 'closesAt' | 'seatsPerAccount' | 'refuseOrphans'>;
  admission: 'live' | 'expired' | 'none';
  /** Whether this admission already has a live hold. */
  hasHold: boolean;
  /** The hold to be replaced, `null` when there is none like it; left out where none was named. */
  replaced?: ReplacedHold | null | undefined;
  /** Seats that the account holds, pays for and owns. */
  owned: number;
  seats: readonly (number | null)[] | SeatSearch;
  isFree(index: number): boolean;
  /** See `orphansToAvoid`; asked only where the sale refuses them. */
  orphans(chosen: readonly number[], own: readonly number[]): OrphansToAvoid | null;
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
        | SearchRefusal
        | ReplaceRefusal;
    }
  | { ok: false; code: 'unknown_seat' | 'duplicate_seat'; positions: readonly number[] }
  | { ok: false; code: 'too_many_seats'; limit: number; owned: number }
  | { ok: false; code: 'seats_unavailable'; lost: readonly number[]; wanted: readonly number[] }
  | ({ ok: false; code: 'orphan_seat' } & OrphansToAvoid);

type SearchRefusal = 'unknown_category' | 'unknown_section' | 'none_left';
type ReplaceRefusal = 'hold_not_found' | 'hold_expired' | 'order_closed';

/** All or nothing: either every seat may be held, or the first reason why not, in a fixed order of checks. */
export function decideLock(question: LockQuestion): LockDecision {
  const gate = gateOf(question);
  if (gate !== null) return { ok: false, code: gate };
  const { seats } = question;
  return 'size' in seats ? decideSearch(question, seats) : decideNamed(question, seats);
}

function decideNamed(question: LockQuestion, seats: readonly (number | null)[]): LockDecision {
  const { settings } = question;
  if (seats.length > settings.seatsPerAccount) return tooMany(question);
  const unknown: number[] = [];
  const duplicate: number[] = [];
  const wanted: number[] = [];
  seats.forEach((index, position) => {
    if (index === null) unknown.push(position);
    else if (wanted.includes(index)) duplicate.push(position);
    else wanted.push(index);
  });
  if (unknown.length > 0 || seats.length === 0)
    return { ok: false, code: 'unknown_seat', positions: unknown };
  if (duplicate.length > 0) return { ok: false, code: 'duplicate_seat', positions: duplicate };

  const refusal = refusalOf(question, wanted.length);
  if (refusal !== null) return refusal;
  const own = ownSeats(question);
  const lost = wanted.filter((index) => !question.isFree(index) && !own.includes(index));
  if (lost.length > 0) return { ok: false, code: 'seats_unavailable', lost, wanted };
  const avoid = settings.refuseOrphans ? question.orphans(wanted, own) : null;
  return avoid === null
    ? { ok: true, seats: wanted }
    : { ok: false, code: 'orphan_seat', ...avoid };
}

function decideSearch(question: LockQuestion, search: SeatSearch): LockDecision {
  const refusal = refusalOf(question, search.size);
  if (refusal !== null) return refusal;
  const found = search.find(ownSeats(question));
  return typeof found === 'string' ? { ok: false, code: found } : { ok: true, seats: found };
}

function ownSeats({ replaced }: LockQuestion): readonly number[] {
  return replaced?.seats ?? [];
}

/** What stands against `size` more seats for this account, whichever they are. */
function refusalOf(question: LockQuestion, size: number): (LockDecision & { ok: false }) | null {
  const code = refusalOfHold(question);
  if (code !== null) return { ok: false, code };
  const after = question.owned - ownSeats(question).length + size;
  return after > question.settings.seatsPerAccount ? tooMany(question) : null;
}

function tooMany({ settings, owned }: LockQuestion): LockDecision & { ok: false } {
  return { ok: false, code: 'too_many_seats', limit: settings.seatsPerAccount, owned };
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

const RECORDED: ReadonlySet<string> = new Set([
  'seats_unavailable',
  'orphan_seat',
  'none_left',
  'hold_exists',
]);

/**
 * Whether an outcome is kept under its `requestId`. Gates and malformed lists decide nothing about
 * seats, so that asking again later may have another answer, and a flood of them writes no rows.
 */
export function isRecorded(decision: LockDecision): boolean {
  return decision.ok || RECORDED.has(decision.code);
}

/** What a `requestId` stands for: the same seats in any order, or the same wish, are the same request. */
export function lockFingerprint(request: {
  seatIds?: readonly string[] | undefined;
  best?: BestWish | undefined;
  replaces?: HoldId | undefined;
}): string {
  const { seatIds = [], best, replaces } = request;
  const what = best === undefined ? [...seatIds].sort().join(' ') : wishWords(best);
  return replaces === undefined ? what : `${what} for ${replaces}`;
}

function wishWords({ size, categoryId, section, others }: BestWish): string {
  return `best ${JSON.stringify([size, categoryId ?? null, section ?? null, others ?? false])}`;
}
