import type { EventId } from './ids.ts';

/** Where a sale stands. */
export type SalePhase = 'lobby' | 'open' | 'paused' | 'sold_out' | 'closed';

/** Why admission is slower than the organiser's rate; null when it is not. */
export type SlowReason = 'slots_full' | 'paused' | 'sold_out' | 'not_open' | 'payments_slow' | null;

/**
 * The one frame that every fan gets, at most once a second, the same bytes for all. Times are epoch
 * milliseconds. A fan with order `o` is called when `o < cursor`; people ahead are computed from
 * `cursor` and `marks` by `peopleAhead`.
 */
export interface Tick {
  v: 1;
  type: 'tick';
  eventId: EventId;
  /** Grows with every frame, over restarts too. */
  seq: number;
  at: number;
  phase: SalePhase;
  opensAt: number;
  lobby: 'fifo' | 'draw';
  /** Orders below it have been called. Never moves back. */
  cursor: number;
  /** Orders given out so far: the next one to be given. */
  tail: number;
  /** People between cursor and tail who have not left. */
  waiting: number;
  /** People called so far. */
  admitted: number;
  /** People inside now. */
  active: number;
  joined: number;
  left: number;
  /** Measured admissions per minute, or the set rate before anything was measured. */
  ratePerMinute: number;
  reason: SlowReason;
  /** Departures among the waiting: `[order, departed]`, where `departed` of the orders in [cursor, order) have left. Ascending; at most 48. */
  marks: readonly (readonly [number, number])[];
  seatsLeft: number;
  /** How often a client without a socket should ask. */
  pollMs: number;
  /** Calls of the last seconds, oldest first: `[first, end, ageMs]`, orders first ≤ o < end were called `ageMs` before `at`. */
  calls?: readonly (readonly [number, number, number])[];
}

/** Longest wait that is worth a number, seconds; beyond it nobody knows. */
const LONGEST_ETA_SECONDS = 7 * 24 * 3600;

/**
 * People ahead of `order` who have not left: 0 once called. Exact when the tick marks every departure
 * among the waiting, else interpolated between marks. Leaf, Worker and browser all use it.
 */
export function peopleAhead(tick: Tick, order: number): number {
  const distance = Math.min(order, tick.tail) - tick.cursor;
  if (distance <= 0) return 0;
  const departed = tick.tail - tick.cursor - tick.waiting;
  if (departed <= 0) return distance;
  const exact = tick.marks.length === departed;
  return Math.max(0, distance - departedBefore(tick, tick.cursor + distance, exact));
}

function departedBefore(tick: Tick, order: number, exact: boolean): number {
  let [from, known]: readonly [number, number] = [tick.cursor, 0];
  for (const [at, departed] of tick.marks) {
    if (at > order) {
      if (exact) return known;
      return Math.round(known + ((departed - known) * (order - from)) / (at - from));
    }
    [from, known] = [at, departed];
  }
  return known;
}

/** Expected wait of `order` in seconds from the measured rate; 0 once called, null when it cannot be known. */
export function etaSeconds(tick: Tick, order: number): number | null {
  if (order < tick.cursor) return 0;
  if (tick.phase !== 'open' || tick.ratePerMinute <= 0) return null;
  const seconds = Math.ceil(((peopleAhead(tick, order) + 1) * 60) / tick.ratePerMinute);
  return seconds <= LONGEST_ETA_SECONDS ? seconds : null;
}
