import { relaysOf } from './shard-plan.ts';
import type { Tick } from './tick.ts';

/** So many orders before and behind the cursor are near it, and at least the calls of so many seconds. */
const NEAR = { orders: 1_000, seconds: 15 };

/** Whether a tick says more than that the line has moved: everybody hears it at once. */
export function isNews(before: Tick | null, tick: Tick): boolean {
  return (
    before === null ||
    before.phase !== tick.phase ||
    before.opensAt !== tick.opensAt ||
    before.lobby !== tick.lobby ||
    (before.draw === undefined) !== (tick.draw === undefined)
  );
}

/**
 * Whether a leaf sends the tick to everybody at once, in a tree of so many leaves: news always, and all ticks
 * under relays, where what a tick tells is up to a second older already.
 */
export function isForAll(before: Tick | null, tick: Tick, leaves: number): boolean {
  return relaysOf(leaves) > 0 || isNews(before, tick);
}

/**
 * Whether a fan of this order, null for one without a place, may hear every second tick only: it is
 * not their turn within the next seconds, and their number stays younger than the 3 s that are promised.
 */
export function isFar(tick: Tick, order: number | null): boolean {
  const near = Math.max(NEAR.orders, (tick.ratePerMinute / 60) * NEAR.seconds);
  return order === null || Math.abs(order - tick.cursor) >= near;
}
