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
}
