import type { EventId } from './ids.ts';
import type { DrawnLobby } from './place-order.ts';
import { Sketch } from './sketch/sketch-reader.ts';

/** Where a sale stands. `drawing`: open, but the order of the lobby is not drawn yet; nobody is called. */
export type SalePhase = 'lobby' | 'drawing' | 'open' | 'paused' | 'sold_out' | 'closed';

/**
 * Why admission is slower than the organiser's rate; null when it is not. `seats_low`: few seats are left, and
 * those inside are expected to take them; `payments_slow`: the rate is what payments take.
 */
export type SlowReason =
  | 'not_open'
  | 'drawing'
  | 'paused'
  | 'sold_out'
  | 'slots_full'
  | 'seats_low'
  | 'payments_slow'
  | null;

/**
 * The one frame that every fan gets, at most once a second, the same bytes for all. Times are epoch
 * milliseconds. A fan with order `o` is called when `o < cursor`; people ahead are computed from
 * `cursor` and `sketch` by `peopleAhead`.
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
  /** Once the lobby is drawn: what the orders of its places follow from, by `orderOf`. */
  draw?: DrawnLobby;
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
  /** Where the waiting stand between cursor and tail, for `peopleAhead`. */
  sketch: string;
  /**
   * How exact the sketch is. 0: people ahead are exact below 1,000 and within 0.1 % beyond; 1: within
   * one person below 1,000 and 0.1 % beyond, as every frame should be; n: within n times as much.
   */
  within: number;
  /** Only between objects, when `within` is above 1: a sketch that is within 1, too large for the frame. */
  fine?: string;
  seatsLeft: number;
  /** How often a client without a socket should ask. */
  pollMs: number;
  /** Calls of the last seconds, oldest first: `[orders, ageMs]`, so many orders were called `ageMs` before `at`. The last ends at the cursor. */
  calls?: readonly (readonly [number, number])[];
}

/** Longest wait that is worth a number, seconds; beyond it nobody knows. */
const LONGEST_ETA_SECONDS = 7 * 24 * 3600;

/** Sketches that were read, as long as their ticks live: a leaf asks the same one for many fans. */
const sketches = new WeakMap<Tick, Sketch>();

function sketchOf(tick: Tick): Sketch {
  const known = sketches.get(tick);
  if (known !== undefined) return known;
  const { waiting, cursor, tail, sketch, within, fine } = tick;
  const span = tail - cursor;
  const read =
    fine === undefined
      ? new Sketch(sketch, { waiting, span, within })
      : new Sketch(fine, { waiting, span, within: 1 });
  sketches.set(tick, read);
  return read;
}

/**
 * People ahead of `order` who have not left: 0 once called. As exact as the tick's `within` says, by
 * `tolerance`; one less exact for an order whose own fan has left. Leaf, Worker and browser all use it.
 * An order given out after the tick has everybody between ahead of it.
 */
export function peopleAhead(tick: Tick, order: number): number {
  const distance = order - tick.cursor;
  if (distance <= 0) return 0;
  const later = order - tick.tail;
  return later >= 0 ? tick.waiting + later : sketchOf(tick).before(distance);
}

/** The frame as it goes to fans: without what only objects tell each other. */
export function publicTick(tick: Tick): Tick {
  const frame = { ...tick };
  delete frame.fine;
  return frame;
}

/** Expected wait of `order` in seconds from the measured rate; 0 once called, null when it cannot be known. */
export function etaSeconds(tick: Tick, order: number): number | null {
  if (order < tick.cursor) return 0;
  if (tick.phase !== 'open' || tick.ratePerMinute <= 0) return null;
  const seconds = Math.ceil(((peopleAhead(tick, order) + 1) * 60) / tick.ratePerMinute);
  return seconds <= LONGEST_ETA_SECONDS ? seconds : null;
}
