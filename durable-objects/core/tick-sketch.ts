import type { Presence } from './presence.ts';
import { Levels } from './sketch/levels.ts';
import { writeSketch } from './sketch/sketch-writer.ts';
import type { Line } from './sketch/sketch-writer.ts';

/** A sketch and what it holds: see `peopleAhead`. */
export interface LineSketch {
  sketch: string;
  within: number;
}

/** The search is given up beyond this much of the room: what it expects a sketch to cost is a guess. */
const GUESS = 1.15;
const BITS_PER_CHARACTER = 6;

/**
 * The line behind the cursor in at most `characters`, as exact as they allow from the exactness `from` on:
 * mostly the `within` of the sketch before, now and then the next `finer` one. Of any line there is one: the
 * coarser the shorter, and one straight stretch is coarsest.
 */
export function sketchLine(
  presence: Presence,
  cursor: number,
  characters: number,
  from = 0,
): LineSketch {
  const base = presence.rank(cursor);
  const waiting = presence.present - base;
  if (waiting === presence.tail - cursor) return { sketch: '', within: 0 };
  for (let within = from; ; within = coarser(within)) {
    const line = lineOf(presence, cursor, new Levels(waiting, within));
    const sketch = writeSketch(line, characters * BITS_PER_CHARACTER * GUESS);
    if (sketch !== null && sketch.length <= characters) return { sketch, within };
  }
}

/** The line behind the cursor within 0.1 %, ± 1 below 1,000, in as many characters as that takes: 40,000 at the very most. */
export function fineSketch(presence: Presence, cursor: number): string {
  const waiting = presence.present - presence.rank(cursor);
  return writeSketch(lineOf(presence, cursor, new Levels(waiting, 1)), Infinity) ?? '';
}

function coarser(within: number): number {
  return within < 4 ? within + 1 : Math.ceil(within * 1.5);
}

/** The next more exact `within`; the most exact is 0. */
export function finer(within: number): number {
  return within <= 4 ? Math.max(0, within - 1) : Math.floor(within / 1.5);
}

function lineOf(presence: Presence, cursor: number, levels: Levels): Line {
  const base = presence.rank(cursor);
  const orders = presence.selectAll(levels.people().map((index) => base + index));
  const distances = new Int32Array(levels.end + 1);
  for (let level = 0; level < levels.end; level++) distances[level] = (orders[level] ?? 0) - cursor;
  distances[levels.end] = presence.tail - cursor;
  return { levels, distances };
}
