import { createHash } from 'node:crypto';
import { chance } from './chi-square.ts';

/** The `index`-th draw of `count` places: gives a place's order. */
export type Drawer = (index: number, count: number) => (place: number) => number;

/** Seeds that are the same in every run: 32 bytes, base64url. */
export function seed(index: number, count: number): string {
  return createHash('sha256').update(`draw ${index} of ${count}`).digest('base64url');
}

/**
 * Position: does every place get every order equally often? Over all places × orders of `draws` draws.
 * Rows and columns of each draw add up to one, which leaves (n − 1)² degrees of freedom and widens the
 * statistic by n / (n − 1).
 */
export function positionChance(drawer: Drawer, count: number, draws: number): number {
  const cells = new Uint32Array(count * count);
  for (let index = 0; index < draws; index++) {
    const orderOf = drawer(index, count);
    for (let place = 0; place < count; place++) bump(cells, place * count + orderOf(place));
  }
  const scale = count / (count - 1);
  return chance(cells, () => draws / count, (count - 1) ** 2, scale);
}

/**
 * Pairs: are the orders of two places, taken together, equally likely? With `bins` below `count` the
 * orders are put into that many equal classes; `count` must be a multiple of it.
 */
export function pairChance(
  drawer: Drawer,
  count: number,
  draws: number,
  pair: readonly [number, number],
  bins = count,
): number {
  const size = count / bins;
  const cells = new Uint32Array(bins * bins);
  for (let index = 0; index < draws; index++) {
    const orderOf = drawer(index, count);
    const [first, second] = pair.map((place) => Math.floor(orderOf(place) / size));
    bump(cells, (first ?? 0) * bins + (second ?? 0));
  }
  const same = (draws * (size - 1)) / (bins * (count - 1));
  const different = (draws * size) / (bins * (count - 1));
  const possible = size === 1 ? bins * (bins - 1) : bins * bins;
  return chance(
    cells,
    (cell) => (Math.floor(cell / bins) === cell % bins ? same : different),
    possible - 1,
  );
}

/** One large draw, places against orders in a grid of `bins` × `bins`: a contingency table with fixed margins. */
export function gridChance(
  orderOf: (place: number) => number,
  count: number,
  bins: number,
): number {
  const size = count / bins;
  const cells = new Uint32Array(bins * bins);
  for (let place = 0; place < count; place++) {
    bump(cells, Math.floor(place / size) * bins + Math.floor(orderOf(place) / size));
  }
  return chance(cells, () => count / bins ** 2, (bins - 1) ** 2, count / (count - 1));
}

/** One large draw: does it matter that two fans came one after the other? The distances of their orders, around the circle, in `bins` classes. */
export function neighbourChance(
  orderOf: (place: number) => number,
  count: number,
  bins: number,
): number {
  const cells = new Uint32Array(bins);
  for (let place = 0; place + 1 < count; place++) {
    const distance = (orderOf(place + 1) - orderOf(place) + count) % count;
    bump(cells, Math.floor(((distance - 1) * bins) / (count - 1)));
  }
  return chance(cells, () => (count - 1) / bins, bins - 1);
}

function bump(cells: Uint32Array, cell: number): void {
  cells[cell] = (cells[cell] ?? 0) + 1;
}
