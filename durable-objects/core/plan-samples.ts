import type { Category, SeatedSection, SeatPlan, SectionSpec, StandingArea } from './plan.ts';

/** A venue's plan with the price bands it is made for; ids and prices may be replaced by the seed. */
export interface SamplePlan {
  plan: SeatPlan;
  categories: readonly Category[];
}

/** Width of a seat with its arm rests, metres. */
const SEAT_GAP_M = 0.55;

/** Places of the concert's floor: three people a square metre. */
const FLOOR_CAPACITY = 280;

/**
 * The Mumbai concert: 15 sections on arcs around the stage with 5,952 seats, and a floor for 280 who
 * stand; categories `silver`, `gold`, `platinum` and `floor`. Version 1 had no floor.
 */
export function concertPlan(venueId = 'mumbai-stadium', version = 2): SamplePlan {
  const platinum = ring({ prefix: 'P', categoryId: 'platinum', sections: 3, rows: 12, radius: 14 });
  const gold = ring({ prefix: 'G', categoryId: 'gold', sections: 5, rows: 16, radius: 28 });
  const silver = ring({ prefix: 'S', categoryId: 'silver', sections: 7, rows: 18, radius: 46 });
  const floor: StandingArea = {
    shape: 'area',
    id: 'F',
    name: 'Floor',
    categoryId: 'floor',
    capacity: FLOOR_CAPACITY,
    x: 0,
    y: 4.5,
    width: 14,
    depth: 6.8,
  };
  return {
    plan: { venueId, version, sections: [...platinum, ...gold, ...silver, floor] },
    categories: [
      band('silver', 'Silver', 250_000, '#64748b'),
      band('gold', 'Gold', 750_000, '#b7791f'),
      band('platinum', 'Platinum', 1_250_000, '#6d28d9'),
      band('floor', 'Standing', 500_000, '#0e7490'),
    ],
  };
}

/** A theatre of 453 seats: stalls in three parts, a balcony and two boxes (straight rows). */
export function theatrePlan(venueId = 'prithvi-theatre', version = 1): SamplePlan {
  const stalls = { categoryId: 'stalls', radius: 9, rowGap: 0.95, rowCount: 10 };
  const sections: SectionSpec[] = [
    arc({ ...stalls, id: 'SL', name: 'Stalls left', startAngle: -42, endAngle: -17 }),
    arc({ ...stalls, id: 'SC', name: 'Stalls centre', startAngle: -15, endAngle: 15 }),
    arc({ ...stalls, id: 'SR', name: 'Stalls right', startAngle: 17, endAngle: 42 }),
    arc({
      id: 'BA',
      name: 'Balcony',
      categoryId: 'balcony',
      radius: 21,
      rowGap: 1,
      rowCount: 3,
      startAngle: -28,
      endAngle: 28,
    }),
    box('XL', 'Box left', -12.5),
    box('XR', 'Box right', 12.5),
  ];
  return {
    plan: { venueId, version, sections },
    categories: [
      band('balcony', 'Balcony', 60_000, '#0f766e'),
      band('stalls', 'Stalls', 120_000, '#1d4ed8'),
      band('box', 'Box', 200_000, '#be185d'),
    ],
  };
}

/** Seats of the generated stadium. */
export const STADIUM_CAPACITY = 60_000;

/** A stadium around its field: three tiers, 88 sections, exactly 60,000 seats. */
export function stadiumPlan(venueId = 'grand-stadium', version = 1): SamplePlan {
  const lower = bowl('L', 'Lower', 'lower', 24, 26, 42);
  const middle = bowl('M', 'Middle', 'middle', 28, 26, 66);
  const upper = bowl('U', 'Upper', 'upper', 36, 24, 90);
  const sections = trimTo([...lower, ...middle, ...upper], STADIUM_CAPACITY);
  return {
    plan: { venueId, version, sections },
    categories: [
      band('upper', 'Upper tier', 150_000, '#0369a1'),
      band('middle', 'Middle tier', 350_000, '#15803d'),
      band('lower', 'Lower tier', 650_000, '#b45309'),
    ],
  };
}

function band(id: string, name: string, amount: number, color: string): Category {
  return { id, name, price: { amount, currency: 'INR' }, color };
}

function box(id: string, name: string, x: number): SectionSpec {
  return {
    shape: 'block',
    id,
    name,
    categoryId: 'box',
    rows: [4, 4],
    rowGap: 1,
    x,
    y: 4,
    seatGap: 0.6,
  };
}

interface ArcSize {
  id: string;
  name: string;
  categoryId: string;
  radius: number;
  rowGap: number;
  rowCount: number;
  startAngle: number;
  endAngle: number;
}

/** An arc with as many seats in each row as fit at `SEAT_GAP_M`. */
function arc(size: ArcSize): SeatedSection {
  const { rowCount, ...section } = size;
  const radians = ((size.endAngle - size.startAngle) * Math.PI) / 180;
  const rows = Array.from({ length: rowCount }, (_, row) =>
    Math.floor(((size.radius + row * size.rowGap) * radians) / SEAT_GAP_M),
  );
  return { ...section, shape: 'arc', rows };
}

/** Equal sections over the half circle in front of a stage, with aisles of two degrees. */
function ring(size: {
  prefix: string;
  categoryId: string;
  sections: number;
  rows: number;
  radius: number;
}): SeatedSection[] {
  const width = 120 / size.sections;
  return Array.from({ length: size.sections }, (_, index) =>
    arc({
      id: `${size.prefix}${index + 1}`,
      name: `Section ${size.prefix}${index + 1}`,
      categoryId: size.categoryId,
      radius: size.radius,
      rowGap: 0.95,
      rowCount: size.rows,
      startAngle: -60 + index * width + 1,
      endAngle: -60 + (index + 1) * width - 1,
    }),
  );
}

function bowl(
  prefix: string,
  tier: string,
  categoryId: string,
  sections: number,
  rowCount: number,
  radius: number,
): SeatedSection[] {
  const width = 360 / sections;
  return Array.from({ length: sections }, (_, index) => {
    const number = String(index + 1).padStart(2, '0');
    return arc({
      id: `${prefix}${number}`,
      name: `${tier} tier ${number}`,
      categoryId,
      radius,
      rowGap: 0.85,
      rowCount,
      startAngle: -180 + index * width + 0.4,
      endAngle: -180 + (index + 1) * width - 0.4,
    });
  });
}

/** Takes seats from the last rows, one a row in turn, until exactly `capacity` are left. */
function trimTo(sections: readonly SeatedSection[], capacity: number): SeatedSection[] {
  const rows = sections.map((section) => [...section.rows]);
  let excess = rows.flat().reduce((total, count) => total + count, 0) - capacity;
  if (excess < 0) throw new Error(`the stadium is short of ${-excess} seats`);
  for (let index = rows.length - 1; excess > 0; index = index === 0 ? rows.length - 1 : index - 1) {
    const own = rows[index];
    if (own === undefined) break;
    const fullest = own.indexOf(Math.max(...own));
    own[fullest] = (own[fullest] ?? 0) - 1;
    excess -= 1;
  }
  return sections.map((section, index) => ({ ...section, rows: rows[index] ?? [] }));
}
