import { callState, callTimes } from '../core/calls.ts';
import type { Fan } from '../core/fans.ts';
import { LONG_AGO_MS } from '../core/long-ago.ts';
import { orderOf } from '../core/place-order.ts';
import { pollAfterMs, SHORTEST_POLL_MS } from '../core/poll-pace.ts';
import { etaSeconds, peopleAhead } from '../core/tick.ts';
import type { Standing } from '../protocol/queue-rpc.ts';
import type { Feed } from './feed.ts';

/** Whether it is this fan's turn, or was. */
export function isCalled(feed: Feed, fan: Fan): boolean {
  const { tick } = feed;
  return fan.place !== null && tick !== null && orderOf(fan.place, tick.draw) < tick.cursor;
}

/**
 * Where the fan stands now by the last tick; null when they have no place any more: passed over after the
 * grace time, or inside and done.
 */
export function standingOf(feed: Feed, fan: Fan, now: number): Standing | null {
  const { tick } = feed;
  const { place, admission, joinedAt } = fan;
  if (tick === null || place === null || fan.over) return null;
  const order = orderOf(place, tick.draw);
  const pollMs = SHORTEST_POLL_MS;
  const base = { place, order, joinedAt, pollMs, claimUntil: null, admission: null };
  if (admission !== null) {
    if (admission.until <= now) return null;
    return { ...base, status: 'admitted', ahead: 0, etaSeconds: 0, admission };
  }
  if (order < tick.cursor) {
    const claimUntil = claimUntilOf(feed, order, now);
    if (claimUntil === 'past') return null;
    return { ...base, status: 'waiting', ahead: 0, etaSeconds: 0, claimUntil };
  }
  const status = tick.phase === 'lobby' || tick.phase === 'drawing' ? 'lobby' : 'waiting';
  // In a lobby that is to be drawn anybody may come first: as many as there are may be ahead.
  const drawnLater = status === 'lobby' && tick.lobby === 'draw';
  const ahead = drawnLater ? Math.max(0, tick.waiting - 1) : peopleAhead(tick, order);
  const eta = etaSeconds(tick, order);
  return { ...base, status, ahead, pollMs: pollAfterMs(tick, ahead), etaSeconds: eta };
}

/** Whether the fan was called and, by what this leaf knows, did not come in time. */
export function hasLapsed(feed: Feed, fan: Fan, now: number): boolean {
  const { tick } = feed;
  const { place, admission, over } = fan;
  if (tick === null || place === null || admission !== null || over) return false;
  const order = orderOf(place, tick.draw);
  return order < tick.cursor && claimUntilOf(feed, order, now) === 'past';
}

/** Whether the fan's time was over so long ago that they stand nowhere any more, whatever answer was lost. */
export function isLongOver(feed: Feed, fan: Fan, now: number): boolean {
  const { place, admission, over } = fan;
  if (over) return true;
  if (admission !== null) return now - admission.until >= LONG_AGO_MS;
  return place !== null && orderOf(place, feed.tick?.draw) < feed.calledLongAgo(now);
}

/**
 * Whether the fan was called and this leaf was not told when, as right after a wake: they may still come, or may have
 * been told that their place is over.
 */
export function isUnsure(feed: Feed, fan: Fan): boolean {
  const { tick, windows } = feed;
  if (tick === null || fan.place === null || fan.admission !== null || fan.over) return false;
  const order = orderOf(fan.place, tick.draw);
  return order < tick.cursor && (windows === null || feed.callOf(order) === 'unknown');
}

/** End of the claim window, or of the grace time after it; null while it is not known. */
function claimUntilOf(feed: Feed, order: number, now: number): number | 'past' | null {
  const call = feed.callOf(order);
  const { windows } = feed;
  if (call === 'past') return 'past';
  if (call === 'unknown' || windows === null) return null;
  const { claimUntil, graceUntil } = callTimes(call, windows);
  switch (callState(call, windows, now)) {
    case 'window':
      return claimUntil;
    case 'grace':
      return graceUntil;
    case 'lapsed':
    default:
      return 'past';
  }
}
