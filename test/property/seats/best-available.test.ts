import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bestAvailable } from '../../../durable-objects/core/best-available.ts';
import { orphansLeftBy, orphansToAvoid } from '../../../durable-objects/core/orphans.ts';
import type { SeatPlan } from '../../../durable-objects/core/plan.ts';
import { expandPlan } from '../../../durable-objects/core/plan-geometry.ts';
import { mapRows } from '../../../durable-objects/core/row-map.ts';
import type { FreeSeats } from '../../../durable-objects/core/row-map.ts';
import { naiveGroups, naiveOrphans, naiveSplits, naiveSpread } from './naive-seating.ts';
import type { Hall } from './naive-seating.ts';

/** Two blocks side by side, an arc behind them, and a floor: every kind of section, small enough to try all choices. */
const plan: SeatPlan = {
  venueId: 'hall',
  version: 1,
  sections: [
    {
      shape: 'area',
      id: 'F',
      name: 'Floor',
      categoryId: 'floor',
      capacity: 5,
      x: 0,
      y: 1,
      width: 4,
      depth: 2,
    },
    {
      shape: 'block',
      id: 'L',
      name: 'Left',
      categoryId: 'front',
      rows: [4, 5],
      rowGap: 1,
      x: -3,
      y: 4,
      seatGap: 0.5,
    },
    {
      shape: 'block',
      id: 'R',
      name: 'Right',
      categoryId: 'front',
      rows: [5, 4],
      rowGap: 1,
      x: 3,
      y: 4,
      seatGap: 0.5,
    },
    {
      shape: 'arc',
      id: 'B',
      name: 'Back',
      categoryId: 'back',
      rows: [7, 8],
      rowGap: 1,
      radius: 9,
      startAngle: -15,
      endAngle: 15,
    },
  ],
};
const seats = expandPlan(plan);
const map = mapRows(seats);

const ofSeats = { minLength: seats.length, maxLength: seats.length };
const hall: fc.Arbitrary<Hall> = fc
  .tuple(
    fc.array(fc.boolean(), ofSeats),
    fc.array(fc.boolean(), ofSeats),
    fc.constantFrom('half', 'most', 'few'),
    fc.boolean(),
  )
  .map(([one, other, fill, limited]) => ({
    seats,
    free: one.map((free, index) =>
      fill === 'half'
        ? free
        : fill === 'most'
          ? free || other[index] === true
          : free && other[index] === true,
    ),
    mayTake: seats.map((_, index) => !limited || other[(index * 7) % seats.length] === true),
  }));
/** Halls where one pair of seats in three is free, so that parties are split, and an odd one often orphans a seat. */
const scattered = fc.array(fc.nat({ max: 2 }), ofSeats).map((dice): Hall => ({
  seats,
  free: dice.map((_, index) => dice[index >> 1] === 0),
  mayTake: seats.map(() => true),
}));
const wish = fc.record({
  size: fc.integer({ min: 1, max: 5 }),
  categoryId: fc.constantFrom(undefined, 'front', 'back', 'floor'),
  section: fc.constantFrom(undefined, undefined, undefined, 'L', 'B', 'F'),
});

function freeIn({ free }: Hall): FreeSeats {
  return {
    isFree: (index) => free[index] === true,
    freeInRow: (row) => free.filter((is, index) => is && map.rowOf[index] === row).length,
  };
}

describe('best available', () => {
  test('finds the very group that a look at all of them calls the best', () => {
    fc.assert(
      fc.property(hall, wish, (each, asked) => {
        const [best] = naiveGroups(each, asked);
        if (best === undefined) return;
        const found = bestAvailable(map, freeIn(each), asked, (at) => each.mayTake[at] === true);
        expect(found).toEqual({
          seats: best.seats,
          together: true,
          orphans: naiveOrphans(each, best.seats),
        });
      }),
      { numRuns: 2_000 },
    );
  });

  test('finds nothing but free seats as asked, standing places only for those who asked, and tells the truth of them', () => {
    fc.assert(
      fc.property(hall, wish, (each, asked) => {
        const mayTake = (at: number) => each.mayTake[at] === true;
        const found = bestAvailable(map, freeIn(each), asked, mayTake);
        if (found === null) return;
        expect(new Set(found.seats).size).toBe(asked.size);
        for (const index of found.seats) {
          const { categoryId, section, standing } = seats[index] ?? {};
          expect([each.free[index], mayTake(index)]).toEqual([true, true]);
          expect([categoryId, section]).toEqual([
            asked.categoryId ?? categoryId,
            asked.section ?? section,
          ]);
          expect(
            standing && asked.categoryId === undefined && asked.section === undefined,
          ).toBeFalsy();
        }
        expect(found.orphans).toEqual(naiveOrphans(each, found.seats));
        expect(found.together || naiveGroups(each, asked).length === 0).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test('finds seats wherever there are enough, and splits a party over sections only where none has room', () => {
    let apart = 0;
    fc.assert(
      fc.property(scattered, fc.integer({ min: 2, max: 5 }), (each, size) => {
        const found = bestAvailable(map, freeIn(each), { size });
        const free = seats.filter((seat, index) => each.free[index] && !seat.standing);
        expect(found !== null).toBe(free.length >= size);
        if (found === null || found.together) return;
        apart += 1;
        const rooms = [...Map.groupBy(free, (seat) => seat.section).values()];
        const sections = new Set(found.seats.map((index) => seats[index]?.section));
        expect(sections.size === 1 || rooms.every((room) => room.length < size)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
    expect(apart).toBeGreaterThan(50);
  });

  test('splits a party over the closest seats of a section, and orphans one only where every choice there does', () => {
    let split = 0;
    let orphaned = 0;
    fc.assert(
      fc.property(scattered, fc.integer({ min: 2, max: 5 }), (each, size) => {
        const found = bestAvailable(map, freeIn(each), { size });
        const splits = naiveSplits(each, size);
        if (found === null || found.together || splits.length === 0) return;
        split += 1;
        orphaned += Math.sign(found.orphans.length);
        expect(found.orphans.length > 0).toBe((splits[0]?.orphans.length ?? 0) > 0);
        const closest = Math.min(...splits.map(({ chosen }) => naiveSpread(each, chosen)));
        expect(naiveSpread(each, found.seats)).toBe(closest);
      }),
      { numRuns: 1_000 },
    );
    expect([split > 50, orphaned > 10]).toEqual([true, true]);
  });
});

describe('a choice by hand', () => {
  const chosen = fc.uniqueArray(fc.nat({ max: seats.length - 1 }), { minLength: 1, maxLength: 4 });

  test('orphans the seats that a look at all seats says', () => {
    fc.assert(
      fc.property(hall, chosen, (each, picked) => {
        const free = picked.filter((index) => each.free[index]);
        expect(orphansLeftBy(map, freeIn(each).isFree, free)).toEqual(naiveOrphans(each, free));
      }),
      { numRuns: 1_000 },
    );
  });

  test('is refused only when it orphans a seat of its one section, and for as many neighbours there that orphan none', () => {
    let refused = 0;
    fc.assert(
      fc.property(hall, chosen, (each, picked) => {
        const free = picked.filter((index) => each.free[index] && !seats[index]?.standing);
        if (free.length === 0) return;
        const orphans = naiveOrphans(each, free);
        const sections = new Set(free.map((index) => seats[index]?.section));
        const [section] = sections;
        const everySeat = { ...each, mayTake: each.mayTake.map(() => true) };
        const good = naiveGroups(everySeat, { size: free.length, section }).filter(
          ({ rank }) => rank[0] === 0,
        );
        const avoid = orphansToAvoid(map, freeIn(each), free);
        const refuses = orphans.length > 0 && sections.size === 1 && good.length > 0;
        expect(avoid !== null).toBe(refuses);
        if (avoid === null) return;
        refused += 1;
        expect(avoid.orphans).toEqual(orphans);
        expect(good.map((group) => group.seats)).toContainEqual(avoid.instead);
      }),
      { numRuns: 2_000 },
    );
    expect(refused).toBeGreaterThan(50);
  });
});
