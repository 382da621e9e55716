import type { Tick } from './tick.ts';

/** Polls a second that a sale is built to take, and those that one leaf is (platform.md, requests per object). */
const POLLS_PER_SECOND = { sale: 100_000, leaf: 400 };
/** Nobody asks more often, ms; those who are called or inside do so often, for they are few. */
export const SHORTEST_POLL_MS = 2_000;
/** This far back, as a share of the line, one asks as seldom as the last. */
const NEAR_SHARE = 1 / 16;
/** Nearer to the front one asks so often while waiting. */
const ASKS_PER_WAIT = 20;

/** The longest time between two polls of a client without a socket, ms: if all asked so, the sale would stay within its polls. */
export function pollMs(waiting: number, leaves: number): number {
  const perSecond = Math.min(POLLS_PER_SECOND.sale, POLLS_PER_SECOND.leaf * Math.max(1, leaves));
  return Math.max(SHORTEST_POLL_MS, Math.ceil((waiting * 1_000) / perSecond));
}

/**
 * How soon a client with so many people ahead should ask again, ms: the nearer its turn, the sooner.
 * With 13 million all pollers together stay under 150,000 a second, whatever the rate: those in the first
 * sixteenth of the line add at most `NEAR_SHARE` × (1 + ln(pollMs / 2 s)) of what the rest ask.
 */
export function pollAfterMs(
  tick: Pick<Tick, 'phase' | 'waiting' | 'pollMs' | 'ratePerMinute'>,
  ahead: number,
): number {
  const { phase, waiting, ratePerMinute } = tick;
  if (phase !== 'open' || ratePerMinute <= 0) return tick.pollMs;
  const byPlace = (tick.pollMs * ahead) / Math.max(1, waiting * NEAR_SHARE);
  const byWait = ((ahead + 1) * 60_000) / ratePerMinute / ASKS_PER_WAIT;
  return Math.round(Math.min(tick.pollMs, Math.max(SHORTEST_POLL_MS, byPlace, byWait)));
}
