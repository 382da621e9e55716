import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearestRuns } from '../../../durable-objects/core/alternatives.ts';
import { expandPlan, stadiumPlan } from '../../../durable-objects/core/plan-geometry.ts';
import { mapRows, middleOf } from '../../../durable-objects/core/row-map.ts';
import { mulberry } from '../../load/chance.ts';

const seats = expandPlan(stadiumPlan().plan);

/** Some share of the seats at random, and how many are free in each row. */
function freeSeats(rowOf: Int32Array, share: number, seed: number) {
  const random = mulberry(seed);
  const free = seats.map(() => random() < share);
  const inRow = new Map<number, number>();
  free.forEach((is, index) => {
    const row = rowOf[index] ?? -1;
    if (is) inRow.set(row, (inRow.get(row) ?? 0) + 1);
  });
  return {
    isFree: (index: number) => free[index] ?? false,
    freeInRow: (row: number) => inRow.get(row) ?? 0,
  };
}

test('seats near a lost one are as near when looked for from its row as when all rows are looked through', () => {
  const map = mapRows(seats);
  let beyond = 0;
  fc.assert(
    fc.property(
      fc.nat({ max: seats.length - 1 }),
      fc.constantFrom(0.9, 0.1, 0.002, 0.0001),
      fc.integer({ min: 1, max: 4 }),
      fc.nat(),
      (lost, share, size, seed) => {
        const free = freeSeats(map.rowOf, share, seed);
        const { categoryId = '', standing = false } = seats[lost] ?? {};
        const point = middleOf(seats, [lost]);
        const question = { categoryId, standing, size, groups: 6, ...point };
        const distances = (found: readonly number[]) =>
          Array.from({ length: found.length / size }, (_, run) => {
            const middle = middleOf(seats, found.slice(run * size, (run + 1) * size));
            return Math.hypot(middle.x - point.x, middle.y - point.y).toFixed(6);
          });
        const all = nearestRuns(map, free, question);
        const near = nearestRuns(map, free, { ...question, from: map.rowOf[lost] ?? -1 });
        expect(distances(near)).toEqual(distances(all));
        if (all.length < 6 * size) beyond += 1;
      },
    ),
    { numRuns: 100 },
  );
  expect(beyond).toBeGreaterThan(5);
});
