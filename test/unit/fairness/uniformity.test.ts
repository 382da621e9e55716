import { describe, expect, it } from 'vitest';
import { drawOf } from '../../../durable-objects/core/fairness/draw.ts';
import { DrawStream } from '../../../durable-objects/core/fairness/draw-stream.ts';
import { feistel, FEISTEL_ROUNDS } from '../../../durable-objects/core/fairness/feistel.ts';
import { chance, upperTail } from './chi-square.ts';
import { gridChance, neighbourChance, pairChance, positionChance, seed } from './uniformity.ts';
import type { Drawer } from './uniformity.ts';

/**
 * A test fails when what was seen has less than this chance in a uniform draw. Some 120 tests with
 * fixed seeds: had the seeds been picked blindly, one set in 8,000 would fail by accident.
 */
const FALSE_ALARM = 1e-6;
const SMALL = Array.from({ length: 63 }, (_, index) => index + 2);
const LARGE = 100_000;

const ours: Drawer = (index, count) => drawOf(seed(index, count), count).orderOf;

function network(rounds: number): Drawer {
  return (index, count) => {
    const bytes = Buffer.from(seed(index, count), 'base64url');
    return feistel(new DrawStream(bytes), count, rounds).forward;
  };
}

/** Fisher–Yates as it is often written: a byte, and the remainder of it. */
const moduloBiased: Drawer = (index, count) => {
  const bytes = Buffer.concat(
    [0, 1].map((half) => Buffer.from(seed(index * 2 + half, count), 'base64url')),
  );
  const orders = Array.from({ length: count }, (_, place) => place);
  for (let i = count - 1; i > 0; i--) swap(orders, i, (bytes[i] ?? 0) % (i + 1));
  return (place) => orders[place] ?? 0;
};

/** The other frequent mistake: swaps each with any, not with one not yet drawn. */
const swapsWithAny: Drawer = (index, count) => {
  const stream = new DrawStream(Buffer.from(seed(index, count), 'base64url'));
  const orders = Array.from({ length: count }, (_, place) => place);
  for (let i = 0; i < count; i++) swap(orders, i, stream.below(count));
  return (place) => orders[place] ?? 0;
};

function swap(list: number[], a: number, b: number): void {
  [list[a], list[b]] = [list[b] ?? 0, list[a] ?? 0];
}

describe('the chi-square test', () => {
  it('knows the distribution: 5 % beyond the tabled values', () => {
    const tabled = [
      [1, 3.841],
      [2, 5.991],
      [10, 18.307],
      [30, 43.773],
      [100, 124.342],
      [1000, 1074.679],
    ];
    for (const [degrees = 0, x = 0] of tabled) expect(upperTail(degrees, x)).toBeCloseTo(0.05, 4);
    expect(upperTail(2, 2 * Math.log(1e9))).toBeCloseTo(1e-9, 15);
  });

  it('fails draws that look fair but are not', () => {
    expect(positionChance(moduloBiased, 52, 20_000)).toBeLessThan(FALSE_ALARM);
    expect(positionChance(swapsWithAny, 8, 4_000)).toBeLessThan(FALSE_ALARM);
    expect(pairChance(network(4), 10, 4_000, [0, 9])).toBeLessThan(FALSE_ALARM);
    expect(pairChance(network(4), 50, 12_500, [0, 49])).toBeLessThan(FALSE_ALARM);
    expect(pairChance(network(6), 5, 4_000, [0, 4])).toBeLessThan(FALSE_ALARM);
    expect(gridChance(network(2)(0, LARGE), LARGE, 32)).toBeLessThan(FALSE_ALARM);
    expect(neighbourChance(network(2)(0, LARGE), LARGE, 100)).toBeLessThan(FALSE_ALARM);
  });
});

describe('the draw is uniform', () => {
  it('over places and orders, for every lobby of 2 to 64', () => {
    const chances = SMALL.map((count) => positionChance(ours, count, 2_000));
    expect(Math.min(...chances)).toBeGreaterThan(FALSE_ALARM);
    // And not too even either: the chances themselves are spread evenly over 0 to 1.
    const spread = new Uint32Array(7);
    for (const value of chances)
      spread[Math.floor(value * 7)] = (spread[Math.floor(value * 7)] ?? 0) + 1;
    expect(chance(spread, () => 9, 6)).toBeGreaterThan(0.001);
  });

  it.each([3, 4, 5, 6, 7, 8, 10, 16, 24, 64])('over pairs of places, in a lobby of %i', (count) => {
    const draws = Math.max(2_000, 5 * count * (count - 1));
    expect(pairChance(ours, count, draws, [0, 1])).toBeGreaterThan(FALSE_ALARM);
    expect(pairChance(ours, count, draws, [0, count - 1])).toBeGreaterThan(FALSE_ALARM);
  });

  it('in a lobby of 1,000: places, pairs', () => {
    for (const pair of [
      [0, 1],
      [0, 999],
      [499, 500],
    ] as const) {
      expect(pairChance(ours, 1_000, 1_000, pair, 10)).toBeGreaterThan(FALSE_ALARM);
    }
    for (const index of [1, 2, 3]) {
      expect(gridChance(ours(index, 1_000), 1_000, 10)).toBeGreaterThan(FALSE_ALARM);
      expect(neighbourChance(ours(index, 1_000), 1_000, 20)).toBeGreaterThan(FALSE_ALARM);
    }
  });

  it('in a lobby of 100,000, which is drawn by the network: places, pairs', () => {
    for (const pair of [
      [0, 1],
      [0, 99_999],
      [49_999, 50_000],
    ] as const) {
      expect(pairChance(ours, LARGE, 500, pair, 10)).toBeGreaterThan(FALSE_ALARM);
    }
    for (const index of [1, 2, 3]) {
      expect(gridChance(ours(index, LARGE), LARGE, 50)).toBeGreaterThan(FALSE_ALARM);
      expect(neighbourChance(ours(index, LARGE), LARGE, 100)).toBeGreaterThan(FALSE_ALARM);
    }
  });

  it.each([2, 3, 5, 6, 7, 10, 17, 33, 50, 64])(
    'in the network too at a size far below its own: %i',
    (count) => {
      const net = network(FEISTEL_ROUNDS);
      expect(positionChance(net, count, 2_000)).toBeGreaterThan(FALSE_ALARM);
      const draws = Math.max(2_000, 5 * count * (count - 1));
      expect(pairChance(net, count, draws, [0, count - 1])).toBeGreaterThan(FALSE_ALARM);
    },
  );
});
