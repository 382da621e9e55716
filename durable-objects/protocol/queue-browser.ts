/**
 * What the queue page imports of the objects as values. Apart from `browser.ts`: the queue page is kept
 * under 30 KB, and what it takes from a file brings the whole file with it.
 */
export { pollAfterMs, SHORTEST_POLL_MS } from '../core/poll-pace.ts';
export { etaSeconds, peopleAhead } from '../core/tick.ts';
