import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHUNK_ORDERS, Presence } from '../../../durable-objects/core/presence.ts';

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
  const some = present.map((_, index) => index).filter((index) => (index * 7) % 10 < 6);
  assert.deepEqual(
    [...presence.selectAll(Int32Array.from(some))],
    some.map((index) => present[index]),
  );
  assert.deepEqual([...presence.departed(model.length)], departed);
  assert.deepEqual(
    [...presence.departed(40)],
    departed.filter((order) => order < 40),
  );
  assert.equal(presence.select(present.length), -1);
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
