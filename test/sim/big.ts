import type { SamplePlan } from '../../durable-objects/core/plan-samples.ts';
import type { SectionSpec } from '../../durable-objects/core/plan.ts';
import { planFor } from '../../durable-objects/core/shard-plan.ts';
import { CALM_HABITS } from './fans/habits.ts';
import { LATENCY, type Scenario } from './scenario.ts';

/** The yardstick: 13 million people for 150,000 seats (design.md). Smaller runs keep the proportion. */
const YARDSTICK = { fans: 13_000_000, seats: 150_000 };
const MINUTE = 60_000;
/** Leaves that are real in a larger tree; the others are thin. */
const REAL_LEAVES = 64;
/** Seats of a section: 50 rows of 50. */
const SECTION = 2_500;

/** A big sale of so many hours: half an hour of lobby, then the sale; no faults. */
export function bigScenario(fans: number, hours: number, seed: number): Scenario {
  const seats = Math.max(SECTION, Math.round((fans * YARDSTICK.seats) / YARDSTICK.fans));
  const lobbyMs = 30 * MINUTE;
  const saleMs = hours * 60 * MINUTE - lobbyMs;
  // Seats sell out in three quarters of the time, 2.5 to each of those who come in and buy.
  const entriesPerSecond = Math.max(
    1,
    Math.ceil(seats / 2.5 / CALM_HABITS.buys / ((saleMs * 0.75) / 1_000)),
  );
  return {
    seed,
    fans,
    leaves: planFor(fans).leaves,
    realOf: Math.max(1, planFor(fans).leaves / REAL_LEAVES),
    places: Math.ceil(fans * 1.2) + 1_000,
    admission: {
      batchSize: entriesPerSecond,
      everyMs: 1_000,
      // Two in five come when they are called; a call is open for two minutes and a visit takes as long.
      slots: entriesPerSecond * 2.5 * 240,
      // As agreed with Stripe for such a sale, weeks before.
      ordersPerSecond: entriesPerSecond,
      claimWindowMs: 2 * MINUTE,
      graceMs: 5 * MINUTE,
      sessionMs: 10 * MINUTE,
    },
    plan: hall(seats),
    arrivals: {
      lobby: { share: 0.45, ms: lobbyMs, rampMs: 8 * MINUTE },
      spike: { share: 0.4, ms: Math.min(30 * MINUTE, saleMs - MINUTE), fadeMs: 3 * MINUTE },
      trickle: { share: 0.15, ms: saleMs - MINUTE },
    },
    habits: CALM_HABITS,
    faults: {},
    latency: LATENCY,
    exact: false,
    slotMs: 100,
    samples: 1,
    stormMs: 0,
    calmMs: hours * 60 * MINUTE,
  };
}

function hall(seats: number): SamplePlan {
  const sections = Array.from({ length: Math.ceil(seats / SECTION) }, (_, index): SectionSpec => ({
    shape: 'block',
    id: `B${index}`,
    name: `Block ${index}`,
    categoryId: 'any',
    rows: Array.from({ length: 50 }, () => 50),
    rowGap: 1,
    seatGap: 0.5,
    x: 0,
    y: 10 + index * 60,
  }));
  const price = { amount: 250_000, currency: 'INR' };
  return {
    plan: { venueId: 'hall', version: 1, sections },
    categories: [{ id: 'any', name: 'Any', price, color: '#000' }],
  };
}
