import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHUNK_ORDERS, Presence } from '../../../durable-objects/core/presence.ts';
import { departureMarks } from '../../../durable-objects/core/tick-marks.ts';
import { peopleAhead } from '../../../durable-objects/core/tick.ts';
import type { Tick } from '../../../durable-objects/core/tick.ts';

type Step = { extend: number } | { remove: number };

const steps = fc.array(
  fc.oneof(
    fc.record({ extend: fc.oneof(fc.nat({ max: 80 }), fc.nat({ max: 3_000 })) }),
    fc.record({ remove: fc.nat({ max: 1_000_000 }) }),
  ),
  { maxLength: 120 },
);

function run(presence: Presence, model: boolean[], step: Step): void {
  if ('extend' in step) {
    assert.equal(presence.extend(step.extend), model.length);
    for (let i = 0; i < step.extend; i++) model.push(true);
    return;
  }
  const order = model.length === 0 ? step.remove : step.remove % (model.length + 2);
  assert.equal(presence.remove(order), model[order] ?? false);
  if (order < model.length) model[order] = false;
}

function expectSame(presence: Presence, model: readonly boolean[]): void {
  const present = model.flatMap((here, order) => (here ? [order] : []));
  const departed = model.flatMap((here, order) => (here ? [] : [order]));
  assert.equal(presence.tail, model.length);
  assert.equal(presence.present, present.length);
  assert.deepEqual(
    present.map((_, index) => presence.select(index)),
    present,
  );
  assert.deepEqual(
    departed.map((_, index) => presence.selectDeparted(index)),
    departed,
  );
  assert.equal(presence.select(present.length), -1);
  assert.equal(presence.selectDeparted(departed.length), -1);
  let rank = 0;
  model.forEach((here, order) => {
    if (presence.rank(order) !== rank) throw new Error(`rank(${order})`);
    if (presence.has(order) !== here) throw new Error(`has(${order})`);
    if (here) rank += 1;
  });
  assert.equal(presence.rank(model.length + 5), rank);
}

describe('presence', () => {
  it('answers rank and select as a plain array does, whatever joins and leaves', () => {
    const outcome = fc.check(
      fc.property(steps, (list) => {
        const presence = new Presence();
        const model: boolean[] = [];
        for (const step of list) run(presence, model, step);
        expectSame(presence, model);
      }),
      { numRuns: 60 },
    );
    expect(outcome.failed ? fc.defaultReportMessage(outcome) : 'held').toBe('held');
  });

  it('comes back the same from the chunks it stored', () => {
    const outcome = fc.check(
      fc.property(steps, fc.nat({ max: 2 * CHUNK_ORDERS }), (list, more) => {
        const presence = new Presence();
        const model: boolean[] = [];
        for (const step of [...list, { extend: more }]) run(presence, model, step);
        const chunks = Math.ceil(presence.tail / CHUNK_ORDERS);
        const stored = Array.from({ length: chunks }, (_, index) => ({
          index,
          bits: presence.departures(index),
        }));
        expectSame(Presence.restore(presence.tail, stored), model);
      }),
      { numRuns: 30 },
    );
    expect(outcome.failed ? fc.defaultReportMessage(outcome) : 'held').toBe('held');
  });
});

function tickOf(presence: Presence, cursor: number, most: number): Tick {
  return {
    cursor,
    tail: presence.tail,
    waiting: presence.present - presence.rank(cursor),
    marks: departureMarks(presence, cursor, most),
  } as unknown as Tick;
}

describe('departure marks', () => {
  const world = fc.record({
    tail: fc.integer({ min: 1, max: 6_000 }),
    leavers: fc.oneof(
      fc.array(fc.nat({ max: 6_000 }), { maxLength: 40 }),
      fc.array(fc.nat({ max: 6_000 }), { minLength: 100, maxLength: 500, size: 'max' }),
    ),
    cursorAt: fc.double({ min: 0, max: 1, noNaN: true }),
    most: fc.integer({ min: 2, max: 48 }),
  });

  it('give people ahead exactly while they fit, and within the departures between two marks otherwise', () => {
    let coarse = 0;
    fc.assert(
      fc.property(world, ({ tail, leavers, cursorAt, most }) => {
        const presence = new Presence();
        presence.extend(tail);
        for (const order of leavers) presence.remove(order);
        const cursor = Math.floor(cursorAt * tail);
        const tick = tickOf(presence, cursor, most);
        expect(tick.marks.length).toBeLessThanOrEqual(most);
        const departed = tail - cursor - tick.waiting;
        const steps = tick.marks.map(([, count], i) => count - (tick.marks[i - 1]?.[1] ?? 0));
        const bound = departed <= most ? 0 : Math.max(...steps);
        if (bound > 0) coarse += 1;
        for (let order = 0; order <= tail; order++) {
          const truth = Math.max(0, presence.rank(order) - presence.rank(cursor));
          if (Math.abs(peopleAhead(tick, order) - truth) > bound) {
            throw new Error(
              `order ${order}: ${peopleAhead(tick, order)} is not ${truth} ± ${bound}`,
            );
          }
        }
      }),
      { numRuns: 100 },
    );
    expect(coarse).toBeGreaterThan(5);
  });

  it('stay within 2 % or 10 people when departures are spread evenly over a long line', () => {
    const presence = new Presence();
    presence.extend(200_000);
    let random = 1;
    for (let order = 0; order < 200_000; order++) {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
      if (random / 2 ** 32 < 0.4) presence.remove(order);
    }
    const tick = tickOf(presence, 5_000, 30);
    for (let order = 5_000; order < 200_000; order += 37) {
      const truth = presence.rank(order) - presence.rank(5_000);
      const error = Math.abs(peopleAhead(tick, order) - truth);
      expect(error).toBeLessThanOrEqual(Math.max(10, truth * 0.02));
    }
  });
});
