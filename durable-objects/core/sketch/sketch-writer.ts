import { BitWriter } from './bit-coder.ts';
import { tolerance } from './levels.ts';
import type { Levels } from './levels.ts';
import { expected, follow, precision } from './pace.ts';
import type { Knot } from './pace.ts';
import { SketchCode } from './sketch-reader.ts';

/** Sketches that are followed at once; more find shorter ones, and cost as much more. */
const BEAM = 10;
/** The same where people are looked at in steps: there is little to gain there. */
const BEAM_FAR = 4;
/** Distances tried for one knot. */
const TRIES = 48;
/** Levels beyond a knot's own within which its distance is looked for. */
const REACH = 10;
/** What a split costs, bits; only a guess, to choose by. */
const SPLIT_BITS = 2.3;

/** One thing told: a split, or a knot's step (null where the end is known). */
type Mark =
  | { depth: number; single: boolean; split: true }
  | { depth: number; single: boolean; split: false; step: number | null };

interface Path {
  knot: Knot;
  /** The first level whose person stands at the knot's distance or behind it. */
  passed: number;
  bits: number;
  before: Path | null;
  mark: Mark | null;
}

/** A line to be sketched: `distances[i]` is where the person at level i stands, the end of the line last. */
export interface Line {
  levels: Levels;
  distances: Int32Array;
}

/**
 * The shortest sketch that could be found of a line in which everybody is within tolerance; null when
 * it would be longer than about `bitsMax`. Takes time by the number of levels, not of people. There
 * always is one: between two neighbouring levels everybody fits (see `Levels.slack`).
 */
export function writeSketch(line: Line, bitsMax: number): string | null {
  const { end } = line.levels;
  const search = new Search(line);
  let paths = [search.start()];
  for (;;) {
    const [best] = paths;
    if (best === undefined) throw new Error('a line without a sketch');
    if (best.bits > bitsMax) return null;
    const { level } = best.knot;
    if (level === end) return encode(best, line.distances[0] ?? 0);
    paths = search.extend(paths, Math.min(end, level + line.levels.stride(level)), 0);
  }
}

function encode(last: Path, start: number): string {
  const marks: Mark[] = [];
  for (let path: Path | null = last; path !== null; path = path.before) {
    if (path.mark !== null) marks.push(path.mark);
  }
  const writer = new BitWriter();
  const code = new SketchCode();
  code.start.put(writer, start);
  for (const mark of marks.reverse()) {
    const { depth, single } = mark;
    if (!single) writer.put(code.split(depth), mark.split ? 1 : 0);
    if (!mark.split && mark.step !== null) code.step(depth, single).put(writer, mark.step);
  }
  return writer.text();
}

/** Beam search: of all ways to the next level, the cheapest few go on. */
class Search {
  readonly #levels: Levels;
  readonly #distances: Int32Array;
  readonly #end: number;

  constructor({ levels, distances }: Line) {
    this.#levels = levels;
    this.#distances = distances;
    this.#end = levels.end;
  }

  start(): Path {
    const density = this.#levels.waiting / this.#distance(this.#end);
    const knot = { level: 0, distance: this.#distance(0), density };
    return { knot, passed: 0, bits: 0, before: null, mark: null };
  }

  /** The cheapest paths from those given, which are at one level, to the next. */
  extend(paths: readonly Path[], next: number, depth: number): Path[] {
    const single = next - (paths[0]?.knot.level ?? 0) === 1;
    let found = paths.flatMap((path) =>
      single ? [this.#single(path, next, depth)] : this.#straight(path, next, depth),
    );
    if (found.length === 0) {
      const split: Mark = { depth, single: false, split: true };
      const halved = paths.map((path) => ({
        ...path,
        bits: path.bits + SPLIT_BITS,
        before: path,
        mark: split,
      }));
      const from = paths[0]?.knot.level ?? 0;
      found = this.extend(halved, from + ((next - from) >> 1), depth + 1);
      found = this.extend(found, next, depth + 1);
    }
    return this.#best(found, next);
  }

  /** Between neighbouring levels the next person's distance is told as it is. */
  #single(path: Path, next: number, depth: number): Path {
    const { knot } = path;
    const distance = Math.max(knot.distance, this.#distance(next));
    const ahead = Math.round(knot.distance + expected(knot, this.#levels, next));
    const step = next === this.#end ? null : distance - ahead;
    return this.#go(path, next, distance, this.#pass(path.passed, distance), {
      depth,
      single: true,
      split: false,
      step,
    });
  }

  #straight(path: Path, next: number, depth: number): Path[] {
    const { knot } = path;
    const mark = (step: number | null): Mark => ({ depth, single: false, split: false, step });
    if (next === this.#end) {
      const distance = this.#distance(next);
      const passed = this.#fits(path, next, distance);
      return passed < 0 ? [] : [this.#go(path, next, distance, passed, mark(null))];
    }
    const ahead = knot.distance + expected(knot, this.#levels, next);
    const tolerated = tolerance(this.#levels.at(knot.level), this.#levels.within);
    const unit = precision(knot, tolerated, depth);
    const behind = next - this.#levels.slack(next);
    const low = Math.max(knot.distance, this.#distance(behind - 1)) + 1;
    const high = this.#distance(Math.min(this.#end, next + REACH));
    const found: Path[] = [];
    let step = Math.ceil((low - ahead) / unit - 0.5);
    for (let tries = 0; tries < TRIES; tries++, step++) {
      const distance = Math.round(ahead + step * unit);
      if (distance > high) break;
      if (distance < low) continue;
      const passed = this.#fits(path, next, distance);
      if (passed >= behind) found.push(this.#go(path, next, distance, passed, mark(step)));
    }
    return found;
  }

  /** The first level not passed by a straight stretch to `next` at `distance`; -1 if somebody on it would be off. */
  #fits(path: Path, next: number, distance: number): number {
    const { knot } = path;
    const below = this.#levels.at(knot.level);
    const slope = (this.#levels.at(next) - below) / (distance - knot.distance);
    let level = path.passed;
    for (; level < this.#end; level++) {
      const at = this.#distances[level] ?? 0;
      if (at >= distance) break;
      const off = below + (at - knot.distance) * slope - this.#levels.at(level);
      if (Math.abs(off) > this.#levels.margin(level)) return -1;
    }
    return level;
  }

  #pass(passed: number, distance: number): number {
    let level = passed;
    while (level < this.#end && this.#distance(level) < distance) level += 1;
    return level;
  }

  #go(path: Path, next: number, distance: number, passed: number, mark: Mark): Path {
    const step = mark.split || mark.step === null ? 0 : mark.step;
    return {
      knot: follow(path.knot, this.#levels, next, distance),
      passed,
      bits: path.bits + costOf(step) + (mark.depth > 0 ? 0.8 : 0.3),
      before: path,
      mark,
    };
  }

  #best(found: Path[], next: number): Path[] {
    found.sort((a, b) => a.bits - b.bits);
    const one = this.#levels.at(next) - this.#levels.at(next - 1) <= 1;
    const kept: Path[] = [];
    const seen = new Set<number>();
    for (const path of found) {
      if (seen.has(path.knot.distance)) continue;
      seen.add(path.knot.distance);
      kept.push(path);
      if (kept.length === (one ? BEAM : BEAM_FAR)) break;
    }
    return kept;
  }

  #distance(level: number): number {
    return level < 0 ? -1 : (this.#distances[level] ?? 0);
  }
}

/** About what a step costs, bits. */
function costOf(step: number): number {
  return step === 0 ? 0.6 : 2.5 + 1.6 * Math.log2(Math.abs(step));
}
