import type { SamplePlan } from '../../durable-objects/core/plan-samples.ts';
import { theatrePlan } from '../../durable-objects/core/plan-samples.ts';
import type { AdmissionSettings } from '../../durable-objects/core/sale.ts';
import type { FaultRates } from './faults.ts';
import type { Arrivals } from './fans/arrivals.ts';
import { WILD_HABITS, type Habits } from './fans/habits.ts';
import type { Latency } from './network.ts';
import { Random } from './random.ts';

/** Everything that a run depends on. The same scenario runs the same. */
export interface Scenario {
  seed: number;
  fans: number;
  leaves: number;
  /** Relays between, and leaves right under EventSale; absent: as the shard plan says. */
  tree?: { relays: number; direct: number };
  /** Of so many leaves one is real, the others are thin; absent: all are real. Only without faults. */
  realOf?: number;
  /** The tree grows to so many leaves, ms after the start. */
  growth?: { afterMs: number; leaves: number };
  /** Room for so many places in the auditor's books: fans who come back get a second one. */
  places: number;
  /** Order of those who come before opening; absent: first come, first served. */
  lobby?: 'fifo' | 'draw';
  admission: AdmissionSettings;
  plan: SamplePlan;
  arrivals: Arrivals;
  habits: Habits;
  faults: FaultRates;
  latency: Latency;
  /** Drain promises after every event, copy every message, keep every row: exact, and slower. Without it nobody may die. */
  exact: boolean;
  /** Fans act at multiples of it, ms. */
  slotMs: number;
  /** Orders checked with each tick. */
  samples: number;
  /** How long faults go on, and how long the run goes on after them, ms. */
  stormMs: number;
  calmMs: number;
}

/** Assumed: two objects in one region 4 to 10 ms apart, fans on mobile networks, a write acknowledged by three copies. */
export const LATENCY: Latency = {
  hop: { least: 3, mean: 4 },
  fan: { least: 20, mean: 60 },
  commit: { least: 4, mean: 6 },
};

/** A small hall, a few leaves, everything that can go wrong: another one for each seed. */
export function smallScenario(seed: number): Scenario {
  const random = new Random(seed);
  const fans = 8 + random.int(60);
  const leaves = random.pick([1, 2, 3, 5]);
  const relays = random.pick([0, 1, 2]);
  const severity = random.pick([0, 0.3, 1, 1, 2]);
  const rate = (most: number) => severity * most * random.next();
  return {
    seed,
    fans,
    leaves,
    ...(random.chance(0.3)
      ? { growth: { afterMs: random.between(20_000, 150_000), leaves: leaves + 1 + random.int(3) } }
      : {}),
    tree: { relays, direct: relays === 0 ? leaves : random.pick([0, 1]) },
    places: fans * 8,
    // Not of the random source: what else a seed means stays as it was.
    lobby: seed % 3 === 0 ? 'draw' : 'fifo',
    admission: {
      batchSize: random.pick([1, 3, 10, 40]),
      everyMs: random.pick([2_000, 10_000, 30_000]),
      slots: random.pick([1, 4, 12, 60]),
      claimWindowMs: random.pick([10_000, 30_000]),
      graceMs: random.pick([0, 5_000, 30_000]),
      sessionMs: random.pick([30_000, 90_000]),
    },
    plan: theatrePlan(),
    arrivals: wholeOf({
      lobby: { share: random.pick([0, 0.5]), ms: 60_000, rampMs: 20_000 },
      spike: { share: 0.4, ms: 30_000, fadeMs: 5_000 },
      trickle: { share: 1, ms: 120_000 },
    }),
    habits: WILD_HABITS,
    faults: {
      'request lost': rate(0.06),
      'answer lost': rate(0.06),
      'no answer': rate(0.02),
      twice: rate(0.08),
      slow: rate(0.05),
      overloaded: rate(0.04),
      'crash before': rate(0.01),
      'crash after': rate(0.01),
      outage: rate(0.002),
      'socket lost': rate(0.01),
      evicted: rate(0.05),
      'clock stepped': random.pick([0, 0, 0.3]),
    },
    latency: LATENCY,
    exact: true,
    slotMs: 250,
    samples: 2,
    stormMs: 3 * 60_000,
    calmMs: 60 * 60_000,
  };
}

/** The trickle makes up what the others leave. */
function wholeOf(arrivals: Arrivals): Arrivals {
  const share = 1 - arrivals.lobby.share - arrivals.spike.share;
  return { ...arrivals, trickle: { ...arrivals.trickle, share } };
}
