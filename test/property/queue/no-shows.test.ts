import { describe, expect, it } from 'vitest';
import { account, OPENS_AT, SaleFixture, saleSettings } from '../../unit/queue/sale-fixture.ts';

/**
 * Invariants: with many who are called and never come, people still come in at the organiser's rate (95 %
 * at least, 110 % at most, over any ten minutes), never more than the slots are inside, and nobody who
 * comes in time is turned away.
 */
interface Habits {
  /** Share of people who come when called; by time since opening, ms. */
  shows: (passedMs: number) => number;
  /** Mean time until they do, ms. */
  delayMs: number;
  /** Mean time inside, ms. */
  insideMs: number;
}

interface Admission {
  batchSize: number;
  everyMs: number;
  slots: number;
  claimWindowMs: number;
}

/** Whatever calls people in. */
interface Controller {
  /** Orders below it have been called at `now`. */
  cursor(now: number): number;
  /** False: turned away. */
  claim(order: number): boolean;
  leave(order: number): void;
  inside(): number;
}

const FANS = 60_000;

function ours(admission: Admission): Controller {
  const settings = saleSettings({
    admission: { graceMs: 60_000, sessionMs: 900_000, ...admission },
  });
  const sale = new SaleFixture(settings);
  sale.seats = 1_000_000;
  sale.join(1, FANS);
  return {
    cursor: (now) => {
      sale.advance(now - sale.now);
      return sale.desk.tick().cursor;
    },
    claim: (order) => sale.claim(order).ok,
    leave: (order) => sale.desk.endAdmission(account(order)),
    inside: () => sale.desk.tick().active,
  };
}

/** Calls as many as the organiser wants inside, and hopes that they come: what was here before. */
function naive({ batchSize, everyMs }: Admission): Controller {
  let cursor = 0;
  let inside = 0;
  return {
    cursor: (now) => {
      cursor = Math.min(FANS, batchSize * (Math.floor((now - OPENS_AT) / everyMs) + 1));
      return cursor;
    },
    claim: () => {
      inside += 1;
      return true;
    },
    leave: () => {
      inside -= 1;
    },
    inside: () => inside,
  };
}

/** A seeded source of numbers between 0 and 1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Run {
  /** Times at which people came in, ms after opening. */
  entries: number[];
  mostInside: number;
  turnedAway: number;
}

function run(
  controller: Controller,
  admission: Admission,
  habits: Habits,
  minutes: number,
  seed: number,
): Run {
  const random = randomFrom(seed);
  const due = new Map<number, { order: number; what: 'come' | 'leave' }[]>();
  const plan = (at: number, order: number, what: 'come' | 'leave'): void => {
    const second = Math.ceil(at / 1_000);
    due.set(second, [...(due.get(second) ?? []), { order, what }]);
  };
  const result: Run = { entries: [], mostInside: 0, turnedAway: 0 };
  let called = 0;
  for (let second = 0; second < minutes * 60; second++) {
    const passed = second * 1_000;
    const cursor = controller.cursor(OPENS_AT + passed);
    for (; called < cursor; called++) {
      const delay = -Math.log(1 - random()) * habits.delayMs;
      const comes = random() < habits.shows(passed) && delay < admission.claimWindowMs - 2_000;
      if (comes) plan(passed + delay, called, 'come');
    }
    for (const { order, what } of due.get(second) ?? []) {
      if (what === 'leave') controller.leave(order);
      else if (controller.claim(order)) {
        result.entries.push(passed);
        plan(passed + 1_000 - Math.log(1 - random()) * habits.insideMs, order, 'leave');
      } else result.turnedAway += 1;
    }
    due.delete(second);
    result.mostInside = Math.max(result.mostInside, controller.inside());
  }
  return result;
}

const WINDOW_MS = 10 * 60_000;

/** The least and the most people of any ten minutes after the first `warmUpMin`, as shares of what the organiser set. */
function shares(entries: readonly number[], admission: Admission, from: number, to: number) {
  const wanted = (admission.batchSize * WINDOW_MS) / admission.everyMs;
  const counts: number[] = [];
  for (let start = from * 60_000; start + WINDOW_MS <= to * 60_000; start += 15_000) {
    counts.push(entries.filter((at) => at >= start && at < start + WINDOW_MS).length / wanted);
  }
  return { least: Math.min(...counts), most: Math.max(...counts) };
}

const ADMISSION: Admission = {
  batchSize: 50,
  everyMs: 30_000,
  slots: 3_000,
  claimWindowMs: 180_000,
};
const HABITS: Habits = { shows: () => 0.4, delayMs: 20_000, insideMs: 240_000 };
const MINUTES = 75;
/** Two claim windows: before the first is over nobody can know who will not come. */
const WARM_UP_MIN = 8;

describe('with people who are called and do not come', () => {
  it('a controller that calls what the organiser set lets in no more than come: 40 %', () => {
    const { entries } = run(naive(ADMISSION), ADMISSION, HABITS, MINUTES, 1);
    const { least, most } = shares(entries, ADMISSION, WARM_UP_MIN, MINUTES);
    expect(least).toBeLessThan(0.45);
    expect(most).toBeLessThan(0.5);
  });

  it.each<[string, Partial<Admission>, Partial<Habits>]>([
    ['60 % abandon', {}, {}],
    ['nobody abandons', {}, { shows: () => 1 }],
    ['30 % abandon', {}, { shows: () => 0.7 }],
    ['60 % abandon and the others take their time', {}, { delayMs: 60_000 }],
    ['60 % abandon, batches of 200', { batchSize: 200, slots: 20_000 }, {}],
    ['60 % abandon, five every three seconds', { batchSize: 5, everyMs: 3_000 }, {}],
    ['60 % abandon, a window of one minute', { claimWindowMs: 60_000 }, { delayMs: 10_000 }],
  ])('lets in 95 to 110 percent of what the organiser set: %s', (name, change, habit) => {
    const admission = { ...ADMISSION, ...change };
    const minutes = admission.batchSize > 50 ? 50 : MINUTES;
    for (const seed of [1, 2, 3]) {
      const habits = { ...HABITS, ...habit };
      const result = run(ours(admission), admission, habits, minutes, seed);
      const { least, most } = shares(result.entries, admission, WARM_UP_MIN, minutes);
      console.log(`${name}: ${least.toFixed(3)} to ${most.toFixed(3)}`);
      expect(least).toBeGreaterThanOrEqual(0.95);
      expect(most).toBeLessThanOrEqual(1.1);
      expect(result.mostInside).toBeLessThanOrEqual(admission.slots);
      expect(result.turnedAway).toBe(0);
    }
  });

  it('never lets in more than a tenth too many when everybody suddenly comes', () => {
    const habits = { ...HABITS, shows: (passedMs: number) => (passedMs < 40 * 60_000 ? 0.4 : 1) };
    const { entries, mostInside } = run(ours(ADMISSION), ADMISSION, habits, MINUTES, 3);
    const { least, most } = shares(entries, ADMISSION, WARM_UP_MIN, MINUTES);
    console.log(`suddenly everybody: ${least.toFixed(3)} to ${most.toFixed(3)}`);
    expect(most).toBeLessThanOrEqual(1.1);
    expect(mostInside).toBeLessThanOrEqual(ADMISSION.slots);
  });

  it('keeps the hard cap when slots are what is short, and the line goes on', () => {
    const admission = { ...ADMISSION, slots: 120 };
    const result = run(ours(admission), admission, HABITS, MINUTES, 4);
    expect(result.mostInside).toBeLessThanOrEqual(120);
    expect(result.turnedAway).toBe(0);
    const quarters = [15, 30, 45, 60].map(
      (from) =>
        result.entries.filter((at) => at >= from * 60_000 && at < (from + 15) * 60_000).length,
    );
    for (const count of quarters) expect(count).toBeGreaterThan(120);
  });
});
