import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { account, SaleFixture, saleSettings } from '../../unit/queue/sale-fixture.ts';

/**
 * Invariants: the last seats of a sale do not wait for those who came in and will not buy; nobody is let in whom
 * the seats left do not promise one, as far as can be measured; every tick says so; the slots hold to the end.
 */
interface Habits {
  /** Share of those called who come, and mean time until they do, ms. */
  shows: number;
  delayMs: number;
  /** Share of those inside who take one to four seats, and mean time until they do, ms. */
  takes: number;
  chooseMs: number;
  /** Mean time from taking seats to paying, ms. */
  payMs: number;
}

interface Hall {
  seats: number;
  fans: number;
  batchSize: number;
  everyMs: number;
  slots: number;
}

interface End {
  /** From one seat in a hundred left to none, ms. */
  lastMs: number;
  came: number;
  /** Came in while seats were left, wanted some and found none. */
  foundNothing: number;
  mostInside: number;
  /** Ticks while one seat in a hundred or less was left, and how many of them said so. */
  ticks: { last: number; saySo: number };
}

type Deed = { fan: number; what: 'come' | 'take' | 'pay' };

/** When the object dies if it is to die, seconds: with everybody inside. */
const DIES_S = 240;

/** The sale to its last seat, second by second. Those who take nothing stay until their time is over. */
function sell(hall: Hall, habits: Habits, seed: number, dies: boolean): End {
  const { seats, fans, ...admission } = hall;
  const random = new Random(seed);
  const sale = new SaleFixture(saleSettings({ admission }));
  sale.seats = seats;
  sale.join(1, fans);
  const due = new Map<number, Deed[]>();
  let second = 0;
  const plan = (ms: number, deed: Deed): void => {
    const at = second + Math.max(1, Math.round(ms / 1_000));
    due.set(at, [...(due.get(at) ?? []), deed]);
  };
  const hopeful = new Set<number>();
  const end: End = {
    lastMs: Number.NaN,
    came: 0,
    foundNothing: 0,
    mostInside: 0,
    ticks: { last: 0, saySo: 0 },
  };
  const deeds = {
    come: (fan: number): void => {
      if (!sale.claim(fan).ok) return;
      end.came += 1;
      if (sale.seats > 0) hopeful.add(fan);
      if (random.chance(habits.takes))
        plan(random.exponential(habits.chooseMs), { fan, what: 'take' });
    },
    take: (fan: number): void => {
      const count = Math.min(sale.seats, 1 + random.int(4));
      if (count === 0) {
        if (hopeful.has(fan)) end.foundNothing += 1;
        return;
      }
      sale.seats -= count;
      sale.holding += 1;
      sale.desk.tookSeats(account(fan), count);
      sale.desk.seatsChanged();
      plan(random.exponential(habits.payMs), { fan, what: 'pay' });
    },
    pay: (fan: number): void => {
      sale.holding -= 1;
      sale.desk.endAdmission(account(fan));
    },
  };
  let called = 0;
  let lastFrom = Infinity;
  for (; second < 3 * 3_600 && (sale.seats > 0 || due.size > 0); second++) {
    sale.advance(1_000);
    if (dies && second === DIES_S) sale.restart();
    const tick = sale.desk.tick();
    for (; called < tick.cursor; called++)
      if (random.chance(habits.shows))
        plan(random.exponential(habits.delayMs), { fan: called, what: 'come' });
    for (const { fan, what } of due.get(second) ?? []) deeds[what](fan);
    due.delete(second);
    end.mostInside = Math.max(end.mostInside, tick.active);
    if (sale.seats > seats / 100) continue;
    lastFrom = Math.min(lastFrom, second);
    if (sale.seats === 0)
      end.lastMs = Number.isNaN(end.lastMs) ? (second - lastFrom) * 1_000 : end.lastMs;
    else if (tick.seatsLeft <= seats / 100) {
      end.ticks.last += 1;
      if (tick.reason === 'seats_low') end.ticks.saySo += 1;
    }
  }
  return end;
}

const BIG: Hall = { seats: 10_000, fans: 40_000, batchSize: 18, everyMs: 1_000, slots: 10_800 };
const SMALL: Hall = { seats: 1_000, fans: 8_000, batchSize: 50, everyMs: 30_000, slots: 1_000 };
const HABITS: Habits = {
  shows: 0.4,
  delayMs: 15_000,
  takes: 0.85,
  chooseMs: 25_000,
  payMs: 50_000,
};
/** Before those inside were measured it took up to 34 minutes, or up to 4.5 % found nothing. */
const LAST_MS = 8 * 60_000;
const NOTHING = { share: 0.012, people: 10 };

describe('the last seats', () => {
  it.each<[string, Hall, Partial<Habits>]>([
    ['of a big sale', BIG, {}],
    ['of a small one', SMALL, {}],
    ['when half of those inside only look', BIG, { takes: 0.5 }],
    ['when those inside take their time', BIG, { chooseMs: 90_000 }],
    ['when everybody comes and buys', BIG, { shows: 1, takes: 1 }],
  ])('are sold in minutes, to people who find them: %s', (name, hall, change) => {
    for (const seed of [1, 2, 3]) {
      const end = sell(hall, { ...HABITS, ...change }, seed, seed === 3);
      const { lastMs, came, foundNothing, ticks } = end;
      const percent = ((100 * foundNothing) / came).toFixed(2);
      console.log(
        `${name}: ${lastMs / 1_000} s, ${foundNothing} of ${came} (${percent} %) found nothing`,
      );
      expect(lastMs).toBeLessThanOrEqual(LAST_MS);
      expect(foundNothing).toBeLessThanOrEqual(Math.max(NOTHING.people, came * NOTHING.share));
      expect(ticks.saySo).toBe(ticks.last);
      expect(ticks.last).toBeGreaterThan(0);
      expect(end.mostInside).toBeLessThanOrEqual(hall.slots);
    }
  });
});
