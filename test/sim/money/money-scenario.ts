import type { SamplePlan } from '../../../durable-objects/core/plan-samples.ts';
import type { AdmissionSettings } from '../../../durable-objects/core/sale.ts';
import type { FaultRates } from '../faults.ts';
import { Random } from '../random.ts';
import { MONEY_FAULTS, type MoneyFault } from './money-faults.ts';

/** Everything that a run with money depends on. */
export interface MoneyScenario {
  buyers: number;
  /** Times that each of them comes. */
  visits: number;
  admission: AdmissionSettings;
  plan: SamplePlan;
  holdTtlMs: number;
  faults: FaultRates;
  moneyFaults: FaultRates<MoneyFault>;
  /** How long things go wrong; how long nothing does before the last buyer goes home, at least, and after, ms. */
  stormMs: number;
  calmMs: number;
}

const MINUTE = 60_000;
/** How often each fault of the outside happens at most, of its occasions. */
const MOST: Partial<Record<MoneyFault, number>> = {
  'Stripe is away': 0.02,
  'Postgres is away': 0.1,
  'money comes late': 0.5,
  'card declined': 0.4,
  '3-D Secure takes long': 0.4,
};
const MOST_OTHERS = 0.25;

/** A few seats, a few buyers who all want them, and everything that can go wrong: another one for each seed. */
export function moneyScenario(seed: number): MoneyScenario {
  const random = new Random(seed ^ 0x5ea75);
  const severity = random.pick([0, 0.4, 1, 1, 1.5]);
  const rate = (most: number): number => Math.min(0.9, severity * most * random.next());
  return {
    buyers: 4 + random.int(8),
    visits: 2 + random.int(3),
    admission: {
      batchSize: 50,
      everyMs: 5_000,
      slots: 200,
      claimWindowMs: 5 * MINUTE,
      graceMs: 5 * MINUTE,
      sessionMs: random.pick([6, 20]) * MINUTE,
      ordersPerSecond: 100,
    },
    plan: fewSeats(random.pick([1, 2, 4]), 3 + random.int(3)),
    holdTtlMs: random.pick([3, 10]) * MINUTE,
    faults: {
      'request lost': rate(0.05),
      'answer lost': rate(0.06),
      'no answer': rate(0.02),
      twice: rate(0.08),
      slow: rate(0.05),
      overloaded: rate(0.03),
      'crash before': rate(0.02),
      'crash after': rate(0.03),
      outage: rate(0.002),
      'clock stepped': random.pick([0, 0, 0.3]),
    },
    moneyFaults: Object.fromEntries(
      MONEY_FAULTS.map((fault) => [fault, rate(MOST[fault] ?? MOST_OTHERS)]),
    ),
    stormMs: 45 * MINUTE,
    calmMs: 35 * MINUTE,
  };
}

function fewSeats(rows: number, seatsInRow: number): SamplePlan {
  const price = { amount: 250_000, currency: 'INR' };
  return {
    plan: {
      venueId: 'hall',
      version: 1,
      sections: [
        {
          shape: 'block',
          id: 'S',
          name: 'Stalls',
          categoryId: 'any',
          rows: Array.from({ length: rows }, () => seatsInRow),
          rowGap: 1,
          seatGap: 0.5,
          x: 0,
          y: 5,
        },
      ],
    },
    categories: [{ id: 'any', name: 'Any', price, color: '#000' }],
  };
}
