import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GridIndex, type Point } from '../../../web/src/seat-map/grid-index.ts';

const points = fc.array(
  fc.record({
    x: fc.double({ min: -100, max: 100, noNaN: true }),
    y: fc.double({ min: -100, max: 100, noNaN: true }),
  }),
  { maxLength: 200 },
);

function naiveNearest(all: readonly Point[], x: number, y: number, radius: number): number {
  let best = Infinity;
  for (const point of all) best = Math.min(best, Math.hypot(point.x - x, point.y - y));
  return best <= radius ? best : -1;
}

describe('the spatial index', () => {
  it('finds a point exactly as near as a look at every point does', () => {
    fc.assert(
      fc.property(
        points,
        fc.double({ min: -120, max: 120, noNaN: true }),
        fc.double({ min: -120, max: 120, noNaN: true }),
        fc.double({ min: 0.01, max: 40, noNaN: true }),
        (all, x, y, radius) => {
          const found = new GridIndex(all, 2).nearest(x, y, radius);
          const expected = naiveNearest(all, x, y, radius);
          const point = all[found];
          const distance = point ? Math.hypot(point.x - x, point.y - y) : -1;
          // A point on the very edge of the radius may round either way.
          fc.pre(Math.abs(expected - radius) > 1e-9);
          expect(distance).toBeCloseTo(expected, 9);
        },
      ),
    );
  });

  it('visits each point of a rectangle once', () => {
    fc.assert(
      fc.property(points, (all) => {
        const seen = new Map<number, number>();
        new GridIndex(all, 3).visit(-50, -50, 50, 50, (index) => {
          seen.set(index, (seen.get(index) ?? 0) + 1);
        });
        const once = [...seen.values()].every((count) => count === 1);
        const inside = all.every(
          (point, index) => Math.abs(point.x) > 50 || Math.abs(point.y) > 50 || seen.has(index),
        );
        expect([once, inside]).toEqual([true, true]);
      }),
    );
  });

  it('goes to the neighbour in the direction of the arrow key', () => {
    const rows = Array.from({ length: 5 }, (_, y) =>
      Array.from({ length: 5 }, (_, x) => ({ x: x * 0.55, y })),
    ).flat();
    const grid = new GridIndex(rows, 2);
    expect(grid.neighbour(12, 1, 0, 14)).toBe(13);
    expect(grid.neighbour(12, -1, 0, 14)).toBe(11);
    expect(grid.neighbour(12, 0, -1, 14)).toBe(7);
    expect(grid.neighbour(12, 0, 1, 14)).toBe(17);
    expect(grid.neighbour(4, 1, 0, 14)).toBe(-1);
  });

  it('answers a hit test among 100,000 seats in less than 4 ms', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => ({
      x: (index % 400) * 0.55,
      y: Math.floor(index / 400) * 0.9,
    }));
    const grid = new GridIndex(many, 2);
    const startedAt = performance.now();
    for (let i = 0; i < 100; i++) grid.nearest((i * 37) % 220, (i * 17) % 225, 0.5);
    expect((performance.now() - startedAt) / 100).toBeLessThan(4);
  });
});
