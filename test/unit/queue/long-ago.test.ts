import { expect, it } from 'vitest';
import { calledLongAgo, LONG_AGO_MS, withTick } from '../../../durable-objects/core/long-ago.ts';
import type { PastCursors } from '../../../durable-objects/core/long-ago.ts';

it('whoever was called long ago is known, and nobody who was called since', () => {
  let past: PastCursors | null = null;
  let known = 0;
  for (let minute = 0; minute < 3_000; minute++) {
    const now = minute * 60_000;
    const tick = { at: now, cursor: minute };
    past = withTick(past, tick);
    const longAgo = calledLongAgo(past, tick, now);
    expect(longAgo).toBeGreaterThanOrEqual(known);
    known = longAgo;
    // Order n is called in minute n.
    expect(longAgo).toBeLessThanOrEqual(Math.max(0, minute - LONG_AGO_MS / 60_000 + 1));
    // Not exactly, but never more than twice as late.
    expect(longAgo).toBeGreaterThanOrEqual(minute - 2 * (LONG_AGO_MS / 60_000));
  }
});

it('silence for long says as much, and a clock that was set back takes nobody for long gone', () => {
  const tick = { at: 10_000_000, cursor: 9 };
  const past = withTick(null, tick);
  expect(calledLongAgo(past, tick, tick.at + LONG_AGO_MS - 1)).toBe(0);
  expect(calledLongAgo(past, tick, tick.at + LONG_AGO_MS)).toBe(9);
  const back = { at: 1_000_000, cursor: 12 };
  const after = withTick(past, back);
  expect(calledLongAgo(after, back, back.at)).toBe(0);
  expect(calledLongAgo(after, back, back.at + LONG_AGO_MS - 1)).toBe(0);
});
