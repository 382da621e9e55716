import type { Levels } from './levels.ts';

/** A knot of the sketch: the person at `level` stands about `distance` orders behind the cursor. */
export interface Knot {
  level: number;
  distance: number;
  /** People per order as the last knots had it: what the next one is expected to follow. */
  density: number;
}

/** Weight of the newest stretch in the density. */
const WEIGHT = 0.07;
/** Precision of a knot, in tolerances. */
const PRECISION = 0.7;

/** Orders from a knot to the next one if the line goes on as it was. */
export function expected(knot: Knot, levels: Levels, next: number): number {
  return (levels.at(next) - levels.at(knot.level)) / knot.density;
}

/** Steps in which the next knot's distance is told, orders; finer when a stretch was split `depth` times. */
export function precision(knot: Knot, tolerated: number, depth: number): number {
  return Math.max(1, Math.floor((PRECISION * (tolerated + 0.5)) / knot.density / (1 << depth)));
}

/** The next knot. Both sides compute it from the same whole numbers, so that they agree to the last bit. */
export function follow(knot: Knot, levels: Levels, next: number, distance: number): Knot {
  const people = levels.at(next) - levels.at(knot.level);
  const seen = Math.max(people / Math.max(1, distance - knot.distance), knot.density / 4);
  const weight = WEIGHT * Math.min(1, (next - knot.level) / levels.stride(knot.level));
  const density = Math.min(1, 1 / ((1 - weight) / knot.density + weight / seen));
  return { level: next, distance, density };
}
