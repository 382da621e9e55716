import { BitReader, Odds } from './bit-coder.ts';
import { Levels, tolerance } from './levels.ts';
import { Numbers } from './numbers.ts';
import { expected, follow, precision } from './pace.ts';
import type { Knot } from './pace.ts';

/** What a sketch is a sketch of. */
export interface SketchFrame {
  /** People in it. */
  waiting: number;
  /** Orders in it, those of people who left included. */
  span: number;
  /** See `tolerance`. */
  within: number;
}

/** Splits are told apart by how deep they are, knots by whether their stretch was split. */
export const CONTEXTS = 3;

/** The alphabet of a sketch; writer and reader each begin with a fresh one. */
export class SketchCode {
  readonly start = new Numbers();
  readonly splits: readonly Odds[] = Array.from({ length: CONTEXTS }, () => new Odds());
  readonly steps: readonly Numbers[] = Array.from({ length: CONTEXTS }, () => new Numbers());

  split(depth: number): Odds {
    return this.splits[Math.min(depth, CONTEXTS - 1)] ?? new Odds();
  }

  step(depth: number, single: boolean): Numbers {
    return this.steps[single ? 2 : Math.min(depth, 1)] ?? new Numbers();
  }
}

/**
 * The people of a line as straight stretches between knots, read from a sketch. What an
 * empty, cut or foreign text does not tell is taken as a straight line to the end.
 */
export class Sketch {
  readonly #distances: number[] = [0];
  readonly #people: number[] = [0];

  constructor(text: string, frame: SketchFrame) {
    if (text !== '' && frame.waiting > 0) this.#read(text, frame);
    this.#distances.push(frame.span);
    this.#people.push(frame.waiting);
  }

  #read(text: string, frame: SketchFrame): void {
    const reader = new BitReader(text);
    const code = new SketchCode();
    const levels = new Levels(frame.waiting, frame.within);
    const { end } = levels;
    const distance = Math.max(0, code.start.take(reader));
    let knot: Knot = { level: 0, distance, density: frame.waiting / frame.span };
    this.#add(knot, levels);
    const go = (next: number, depth: number): void => {
      if (reader.exhausted) return;
      const single = next - knot.level === 1;
      if (!single && reader.take(code.split(depth)) === 1) {
        go(knot.level + ((next - knot.level) >> 1), depth + 1);
        go(next, depth + 1);
      } else if (next < end) {
        const tolerated = tolerance(levels.at(knot.level), frame.within);
        const unit = single ? 1 : precision(knot, tolerated, depth);
        const step = code.step(depth, single).take(reader);
        const at = Math.round(knot.distance + expected(knot, levels, next) + step * unit);
        knot = follow(knot, levels, next, Math.max(knot.distance, at));
        this.#add(knot, levels);
      } else {
        knot = { ...knot, level: end };
      }
    };
    while (knot.level < end && !reader.exhausted) {
      go(Math.min(end, knot.level + levels.stride(knot.level)), 0);
    }
  }

  #add(knot: Knot, levels: Levels): void {
    this.#distances.push(knot.distance);
    this.#people.push(levels.at(knot.level));
  }

  /** People in the first `distance` orders of the line, rounded. */
  before(distance: number): number {
    let low = 0;
    let high = this.#distances.length - 1;
    while (high - low > 1) {
      const mid = (low + high) >> 1;
      if ((this.#distances[mid] ?? 0) <= distance) low = mid;
      else high = mid;
    }
    const [from, to] = [this.#distances[low] ?? 0, this.#distances[high] ?? 0];
    const [below, above] = [this.#people[low] ?? 0, this.#people[high] ?? 0];
    if (distance >= to) return above;
    return Math.round(below + ((distance - from) * (above - below)) / (to - from));
  }
}
