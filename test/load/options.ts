import type { HostileCounts } from './hostile.ts';
import type { Victim } from './stage.ts';

/** One load test. */
export interface LoadOptions {
  /** Fans who come at first. Those beyond what the workerd of their leaf can have open files for poll instead. */
  fans: number;
  perSecond: number;
  /** How long they stay for ticks before the hostile sockets come, s. */
  staySeconds: number;
  leaves: number;
  /** workerd processes: one with everything, or the first with EventSale and the others with the leaves. */
  processes: number;
  /** People called each second, and those of them who buy at most. */
  calledPerSecond: number;
  buyers: number;
  /** Who is killed with SIGKILL while they come. */
  kill: Victim | null;
  hostile: HostileCounts;
  hostileSeconds: number;
  /** Whether to measure the memory of bare sockets as well. */
  bareMemory: boolean;
}

const HOSTILE: HostileCounts = { silent: 200, deaf: 50, flooding: 20, huge: 5, unfinished: 100 };

/**
 * `npm run test:load`. As many are called for each who joins as in the simulated sale of 13 million (158,000), and they
 * buy during the whole run: a purchase takes some 10 ms of CPU here, most of it the stand-ins' for Redis and Postgres.
 * EventSale and each leaf are in a workerd of their own, as they are on Cloudflare: so none takes more than 450 MB, where
 * one with two leaves takes 620 to 710 and one with everything 1,200 (measured).
 */
export const FULL: LoadOptions = {
  fans: 10_000,
  perSecond: 1_050,
  staySeconds: 12,
  leaves: 4,
  processes: 5,
  calledPerSecond: 13,
  buyers: 300,
  kill: null,
  hostile: HOSTILE,
  hostileSeconds: 5,
  bareMemory: true,
};

/** In `npm test`: the same with some hundred fans, and all processes killed. Leaves from the 33rd on are under a relay. */
export const SMALL: LoadOptions = {
  fans: 400,
  perSecond: 200,
  staySeconds: 1,
  leaves: 48,
  processes: 3,
  calledPerSecond: 20,
  buyers: 10,
  kill: 'all',
  hostile: { silent: 10, deaf: 5, flooding: 3, huge: 1, unfinished: 5 },
  hostileSeconds: 1,
  bareMemory: false,
};
