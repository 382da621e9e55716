import type { Tick } from './tick.ts';

/**
 * So long after somebody was called, or their admission ended, nothing of theirs is open any more, even if they came in
 * with an answer that was lost, ms: well beyond claim window, grace and a visit of an hour together.
 */
export const LONG_AGO_MS = 6 * 3_600_000;

/** Where the cursor was at some times of the past, by the sale's clock. */
export interface PastCursors {
  /** Since when the next mark waits to be old enough, epoch ms, and the cursor then. */
  at: number;
  cursor: number;
  /** Orders below it were called long ago. */
  longAgo: number;
}

/** What is known of the past with one more tick; `before` is null at the first. */
export function withTick(
  before: PastCursors | null,
  { at, cursor }: Pick<Tick, 'at' | 'cursor'>,
): PastCursors {
  const longAgo = before?.longAgo ?? 0;
  // A clock that was set back begins anew: what was long ago stays so.
  if (before === null || at < before.at) return { at, cursor, longAgo };
  return at - before.at < LONG_AGO_MS ? before : { at, cursor, longAgo: before.cursor };
}

/** Orders below it were called long before `now`; `tick` is the last one taken. */
export function calledLongAgo(
  past: PastCursors,
  tick: Pick<Tick, 'at' | 'cursor'>,
  now: number,
): number {
  if (now - tick.at >= LONG_AGO_MS) return tick.cursor;
  return now - past.at >= LONG_AGO_MS ? past.cursor : past.longAgo;
}
