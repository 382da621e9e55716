import { Presence } from '../../durable-objects/core/presence.ts';
import { fineSketch } from '../../durable-objects/core/tick-sketch.ts';
import { atLeast, atMost, median } from './report.ts';
import type { Figure } from './report.ts';

const FANS = 13_000_000;
const CALLS = 1_000_000;
/** A step that visits all places before it comes back to one; no order that a cache could guess. */
const STRIDE = 7_368_787;
const BATCH = 2_000;

const BARS = { bytes: 4_000_000, rankMicros: 1, selectMillions: 1, sketchMs: 100 };

/** Places of 13 million, two fifths of whom have left: memory, rank, select, and a tick's sketch of them all. */
export function presenceFigures(): Figure[] {
  const presence = new Presence();
  for (let place = 0; place < FANS; place += BATCH) presence.extend(BATCH);
  for (let place = 0, n = 0; n < FANS * 0.4; place = (place + STRIDE) % FANS, n++) {
    presence.remove(place);
  }
  const { present } = presence;
  let sum = 0;
  const rankMicros = nanosOf((n) => presence.rank((n * STRIDE) % FANS)) / 1_000;
  const selectNanos = nanosOf((n) => presence.select((n * STRIDE) % present));
  const sketchMs = median(
    Array.from({ length: 5 }, () => {
      const began = performance.now();
      sum += fineSketch(presence, 0).length;
      return performance.now() - began;
    }),
  );
  if (!Number.isSafeInteger(sum)) throw new Error('a clever compiler left something out');
  return [
    atMost('places of 13 M, memory', presence.bytes, 'bytes', BARS.bytes),
    atMost('rank in 13 M places', rankMicros, 'µs', BARS.rankMicros),
    atLeast('select in 13 M places', 1_000 / selectNanos, 'M/s', BARS.selectMillions),
    atMost('sketch of 13 M places', sketchMs, 'ms', BARS.sketchMs),
  ];
}

/** Nanoseconds a call, the median of five rounds. */
export function nanosOf(call: (n: number) => number): number {
  let sum = 0;
  const rounds = Array.from({ length: 5 }, () => {
    const began = performance.now();
    for (let n = 0; n < CALLS; n++) sum += call(n);
    return ((performance.now() - began) * 1e6) / CALLS;
  });
  if (!Number.isSafeInteger(sum)) throw new Error('a clever compiler left something out');
  return median(rounds);
}
