import { describe, expect, test } from 'vitest';
import {
  concertPlan,
  expandPlan,
  planCapacity,
  rowName,
  stadiumPlan,
  theatrePlan,
} from '../../../durable-objects/core/plan-geometry.ts';
import type { Seat, SeatPlan } from '../../../durable-objects/core/plan.ts';

const samples = [
  ['concert', concertPlan(), 6_232],
  ['theatre', theatrePlan(), 453],
  ['stadium', stadiumPlan(), 60_000],
] as const;

describe.each(samples)('the %s', (_, { plan, categories }, capacity) => {
  const seats = expandPlan(plan);

  test('has exactly the seats it says', () => {
    expect(seats.length).toBe(capacity);
    expect(planCapacity(plan)).toBe(capacity);
  });

  test('gives every seat an id of its own that says section, row and number', () => {
    expect(new Set(seats.map((seat) => seat.id)).size).toBe(capacity);
    for (const { id, section, row, number, standing } of seats)
      expect(id).toBe(standing ? `${section}-P${number}` : `${section}-${row}-${number}`);
  });

  test('puts no two seats on top of each other', () => {
    expect(closestPair(seats)).toBeGreaterThan(0.45);
  });

  test('prices every seat and uses every band', () => {
    const used = new Set(seats.map((seat) => seat.categoryId));
    expect([...used].sort()).toEqual(categories.map((category) => category.id).sort());
  });

  test('expands the same way each time, also after a trip through JSON', () => {
    expect(expandPlan(JSON.parse(JSON.stringify(plan)) as SeatPlan)).toEqual(seats);
  });
});

test('rows are named like spreadsheet columns', () => {
  expect([0, 1, 25, 26, 27, 51, 52, 701, 702].map(rowName)).toEqual([
    'A',
    'B',
    'Z',
    'AA',
    'AB',
    'AZ',
    'BA',
    'ZZ',
    'AAA',
  ]);
});

test('a seat is labelled in words', () => {
  const plan: SeatPlan = {
    venueId: 'v',
    version: 1,
    sections: [
      {
        shape: 'block',
        id: 'B',
        name: 'Section B',
        categoryId: 'gold',
        rows: [1, 1, 14],
        rowGap: 1,
        x: 0,
        y: 10,
        seatGap: 0.5,
      },
    ],
  };
  expect(expandPlan(plan).at(-1)).toEqual({
    id: 'B-C-14',
    label: 'Section B, row C, seat 14',
    section: 'B',
    row: 'C',
    number: 14,
    categoryId: 'gold',
    x: 3.25,
    y: 12,
  });
});

test('places of a standing area are numbered through and lie within it', () => {
  const floor = {
    shape: 'area',
    id: 'F',
    name: 'Standing',
    categoryId: 'floor',
    capacity: 17,
    x: 2,
    y: 4,
    width: 6,
    depth: 3,
  } as const;
  const plan: SeatPlan = { venueId: 'v', version: 1, sections: [floor] };
  const places = expandPlan(plan);
  expect(planCapacity(plan)).toBe(17);
  expect(places.at(-1)).toMatchObject({
    id: 'F-P17',
    label: 'Standing, place 17',
    section: 'F',
    row: '',
    number: 17,
    standing: true,
  });
  for (const { x, y } of places) {
    expect(Math.abs(x - 2)).toBeLessThan(3);
    expect(y > 4 && y < 7).toBe(true);
  }
});

test('no place of an area has the id of a seat, however sections are named', () => {
  const block = {
    shape: 'block',
    name: 'Block',
    categoryId: 'gold',
    rows: [1, 1],
    x: 0,
    y: 9,
  } as const;
  const area = {
    shape: 'area',
    name: 'Area',
    categoryId: 'gold',
    capacity: 1,
    x: 0,
    y: 4,
  } as const;
  const seats = expandPlan({
    venueId: 'v',
    version: 1,
    sections: [
      { ...block, id: 'A', rowGap: 1, seatGap: 1 },
      { ...area, id: 'A-B', width: 1, depth: 1 },
    ],
  });
  expect(new Set(seats.map((seat) => seat.id)).size).toBe(3);
});

test('a section named twice is refused, because seat ids would clash', () => {
  const { plan } = theatrePlan();
  const [first] = plan.sections;
  if (first === undefined) throw new Error('the theatre has no section');
  expect(() => expandPlan({ ...plan, sections: [first, first] })).toThrow('section twice');
});

/** Least distance between two seats, by a grid of half-metre cells. */
function closestPair(seats: readonly Seat[]): number {
  const cells = new Map<string, Seat[]>();
  let closest = Infinity;
  for (const seat of seats) {
    const cx = Math.floor(seat.x / 0.5);
    const cy = Math.floor(seat.y / 0.5);
    for (let dx = -1; dx <= 1; dx++)
      for (let dy = -1; dy <= 1; dy++)
        for (const other of cells.get(`${cx + dx},${cy + dy}`) ?? [])
          closest = Math.min(closest, Math.hypot(seat.x - other.x, seat.y - other.y));
    const key = `${cx},${cy}`;
    cells.set(key, [...(cells.get(key) ?? []), seat]);
  }
  return closest;
}
