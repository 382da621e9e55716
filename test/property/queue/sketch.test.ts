import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Presence } from '../../../durable-objects/core/presence.ts';
import { tolerance } from '../../../durable-objects/core/sketch/levels.ts';
import { fineSketch, sketchLine } from '../../../durable-objects/core/tick-sketch.ts';
import { peopleAhead } from '../../../durable-objects/core/tick.ts';
import type { Tick } from '../../../durable-objects/core/tick.ts';

/**
 * Invariants: whatever the pattern of leavers, a client that knows only cursor, tail, waiting and the
 * sketch is off by no more than the sketch says of itself; and within 0.1 %, ± 1 below 1,000, wherever
 * that fits. A fan is somebody who still stands in the line.
 */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Leaves = (order: number, chance: () => number) => boolean;

function lineOf(tail: number, leaves: Leaves, seed = 1): Presence {
  const presence = new Presence();
  presence.extend(tail);
  const chance = random(seed);
  for (let order = 0; order < tail; order++) if (leaves(order, chance)) presence.remove(order);
  return presence;
}

function tickOf(
  presence: Presence,
  cursor: number,
  sketch: { sketch: string; within: number },
): Tick {
  const waiting = presence.present - presence.rank(cursor);
  return { cursor, tail: presence.tail, waiting, ...sketch } as unknown as Tick;
}

/** The worst error of anybody in line, as a share of what the sketch allows itself. */
function worst(presence: Presence, tick: Tick, step = 1): number {
  const base = presence.rank(tick.cursor);
  const within = tick.fine === undefined ? tick.within : 1;
  let share = 0;
  for (let index = 0; index < tick.waiting; index += index < 20_000 ? 1 : step) {
    const order = presence.select(base + index);
    const error = Math.abs(peopleAhead(tick, order) - index);
    const allowed = tolerance(index, within);
    if (error > 0) share = Math.max(share, allowed === 0 ? Infinity : error / allowed);
  }
  return share;
}

/** Room in a frame of an event with a name of 24 letters, all of whose numbers are as long as they get. */
const ROOM = 520;

/** Whole blocks of `size` that all left, a `share` of them. */
function blocks(size: number, share: number): Leaves {
  const gone = new Map<number, boolean>();
  return (order, chance) => {
    const block = Math.floor(order / size);
    const known = gone.get(block) ?? chance() < share;
    gone.set(block, known);
    return known;
  };
}

describe('the sketch of a line', () => {
  const pattern = fc.record({
    tail: fc.integer({ min: 1, max: 30_000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    run: fc.constantFrom(1, 2, 7, 100, 3_000),
    cursorAt: fc.double({ min: 0, max: 1, noNaN: true }),
    room: fc.integer({ min: 8, max: 700 }),
    hint: fc.constantFrom(0, 1, 2, 9, 1_000),
    seed: fc.nat(),
  });

  it('is never longer than its room, and never less exact than it says', () => {
    const seen = new Map<number, number>();
    fc.assert(
      fc.property(pattern, ({ tail, share, run, cursorAt, room, hint, seed }) => {
        const presence = lineOf(tail, blocks(run, share), seed);
        const cursor = Math.floor(cursorAt * tail);
        const sketch = sketchLine(presence, cursor, room, hint);
        expect(sketch.sketch.length).toBeLessThanOrEqual(room);
        const tick = tickOf(presence, cursor, sketch);
        expect(worst(presence, tick)).toBeLessThanOrEqual(1);
        expect(peopleAhead(tick, tail)).toBe(tick.waiting);
        expect(peopleAhead(tick, tail + 3)).toBe(tick.waiting + 3);
        expect(peopleAhead(tick, cursor)).toBe(0);
        seen.set(sketch.within, (seen.get(sketch.within) ?? 0) + 1);
      }),
      { numRuns: 150 },
    );
    // The patterns did some work: exact sketches and coarser ones came of them.
    expect(seen.size).toBeGreaterThan(1);
  });

  it.each<[string, number, Leaves]>([
    ['one in a hundred left', 2_000_000, (_, chance) => chance() < 0.01],
    ['three in ten left', 2_000_000, (_, chance) => chance() < 0.3],
    ['six in ten left', 2_000_000, (_, chance) => chance() < 0.6],
    ['six in ten of 13 million left', 13_000_000, (_, chance) => chance() < 0.6],
    ['eight in ten of 13 million left', 13_000_000, (_, chance) => chance() < 0.8],
    ['those left most who have waited longest', 2_000_000, (o, c) => c() < 0.6 * (1 - o / 2e6)],
    ['those left most who came last', 2_000_000, (o, chance) => chance() < 0.8 * (o / 2e6)],
    ['everybody in the first half left', 2_000_000, (order) => order < 1_000_000],
    ['everybody in the middle left', 2_000_000, (order) => order > 500 && order < 1_500_000],
    ['every second one left', 2_000_000, (order) => order % 2 === 0],
    ['some batches of 2,000 left whole', 2_000_000, blocks(2_000, 0.03)],
    ['many of 20,000 left whole', 2_000_000, blocks(20_000, 0.2)],
    ['ten in a row, again and again', 2_000_000, blocks(10, 0.1)],
    ['only one in a thousand stayed', 2_000_000, (_, chance) => chance() < 0.999],
  ])('is within 0.1 percent, one below 1,000, in one frame: %s (of %i)', (_, tail, leaves) => {
    const presence = lineOf(tail, leaves);
    for (const cursor of [0, 12_345]) {
      const sketch = sketchLine(presence, cursor, ROOM);
      expect(sketch.within).toBeLessThanOrEqual(1);
      expect(worst(presence, tickOf(presence, cursor, sketch), 61)).toBeLessThanOrEqual(1);
    }
  });

  it('is exact for a small line, whoever leaves', () => {
    for (let seed = 1; seed < 40; seed++) {
      const share = seed / 40;
      const presence = lineOf(400, (_, chance) => chance() < share, seed);
      expect(sketchLine(presence, 0, ROOM).within).toBe(0);
    }
  });

  it('says so where the frame cannot hold it, and then the finer one for the leaves holds', () => {
    // A gap of its own length after every second person: nothing to foresee.
    const lengths = new Map<number, number>();
    let at = 0;
    const chance = random(5);
    while (at < 1_000_000) {
      lengths.set(at, 2);
      at += 2 + Math.floor(2 ** (10 * chance()));
    }
    let stays = 0;
    const presence = lineOf(1_000_000, (order) => {
      stays = Math.max(stays - 1, lengths.get(order) ?? 0);
      return stays === 0;
    });
    const sketch = sketchLine(presence, 0, ROOM);
    expect(sketch.within).toBeGreaterThan(1);
    const tick = tickOf(presence, 0, sketch);
    expect(worst(presence, tick)).toBeLessThanOrEqual(1);
    const fine = { ...tick, fine: fineSketch(presence, 0) };
    expect(fine.fine.length).toBeLessThan(40_000);
    expect(worst(presence, fine)).toBeLessThanOrEqual(1);
  });

  it('takes what is cut or foreign for less than it could have been, and never fails', () => {
    const presence = lineOf(20_000, (_, chance) => chance() < 0.5);
    const whole = sketchLine(presence, 0, ROOM);
    for (const text of ['', '!', 'A', whole.sketch.slice(0, 40), `${whole.sketch}AAAA`]) {
      const tick = tickOf(presence, 0, { ...whole, sketch: text });
      for (let order = 0; order <= 20_000; order += 500) {
        const ahead = peopleAhead(tick, order);
        expect(ahead).toBeGreaterThanOrEqual(0);
        expect(ahead).toBeLessThanOrEqual(tick.waiting);
      }
    }
  });
});
