import {
  expandPlan,
  sectionCapacity,
  sum,
  unpackSeats,
} from '../../../durable-objects/protocol/browser.ts';
import type {
  EventCategory,
  Money,
  PlanPart,
  Seat,
  StandingArea,
  StatusPart,
} from '../api/types.ts';

/** A plan as the page works with it: expanded seats, found by id, with their category and section. */
export interface Venue {
  planVersion: number;
  seats: readonly Seat[];
  indexOf: ReadonlyMap<string, number>;
  categories: ReadonlyMap<string, EventCategory>;
  sections: readonly SectionView[];
  bounds: Bounds;
}

/** A section with the range of its seats and its outline. */
export interface SectionView {
  id: string;
  name: string;
  categoryId: string;
  /** A standing area: drawn as one shape, and asked for by count. */
  standing: boolean;
  /** Index of its first seat, and one past its last. */
  first: number;
  end: number;
  /** Outline as points in metres, for drawing far out. */
  outline: readonly (readonly [number, number])[];
  centre: readonly [number, number];
}

/** A rectangle in metres. */
export interface Bounds {
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
}

/** Space around seats in an outline, metres. */
const MARGIN_M = 0.6;

/** Expands a plan as it came from the API. */
export function makeVenue(part: PlanPart): Venue {
  const seats = expandPlan(part.plan);
  const sections: SectionView[] = [];
  let first = 0;
  for (const spec of part.plan.sections) {
    const end = first + sectionCapacity(spec);
    const standing = spec.shape === 'area';
    const outline = standing ? cornersOf(spec) : outlineOf(seats, first, spec.rows);
    sections.push({
      id: spec.id,
      name: spec.name,
      categoryId: spec.categoryId,
      standing,
      first,
      end,
      outline,
      centre: standing ? [spec.x, spec.y + spec.depth / 2] : centreOf(seats.slice(first, end)),
    });
    first = end;
  }
  return {
    planVersion: part.planVersion,
    seats,
    indexOf: new Map(seats.map((seat, index) => [seat.id, index])),
    categories: new Map(part.categories.map((category) => [category.id, category])),
    sections,
    bounds: boundsOf(seats),
  };
}

function cornersOf({ x, y, width, depth }: StandingArea): [number, number][] {
  const [left, right] = [x - width / 2, x + width / 2];
  return [
    [left, y],
    [right, y],
    [right, y + depth],
    [left, y + depth],
  ];
}

/** The standing area that a point lies in, or undefined. */
export function areaAt(venue: Venue, x: number, y: number): SectionView | undefined {
  return venue.sections.find(({ standing, outline }) => {
    const [near, , far] = outline;
    if (!standing || !near || !far) return false;
    return x >= near[0] && x <= far[0] && y >= near[1] && y <= far[1];
  });
}

/** Down one side through every row, then up the other: follows arcs closely enough for a shape. */
function outlineOf(
  seats: readonly Seat[],
  first: number,
  rows: readonly number[],
): [number, number][] {
  const near: Seat[] = [];
  const far: Seat[] = [];
  const left: Seat[] = [];
  const right: Seat[] = [];
  let index = first;
  rows.forEach((count, row) => {
    const line = seats.slice(index, index + count);
    index += count;
    const [head, tail] = [line[0], line.at(-1)];
    if (!head || !tail) return;
    if (row === 0) near.push(...line);
    if (row === rows.length - 1) far.push(...line);
    left.push(head);
    right.push(tail);
  });
  const ring = [...near, ...right, ...far.toReversed(), ...left.toReversed()];
  const [cx, cy] = centreOf(ring);
  return ring.map((seat) => {
    const [dx, dy] = [seat.x - cx, seat.y - cy];
    const grow = 1 + MARGIN_M / (Math.hypot(dx, dy) || 1);
    return [cx + dx * grow, cy + dy * grow];
  });
}

function centreOf(seats: readonly Seat[]): [number, number] {
  let [x, y] = [0, 0];
  for (const seat of seats) {
    x += seat.x;
    y += seat.y;
  }
  return seats.length === 0 ? [0, 0] : [x / seats.length, y / seats.length];
}

function boundsOf(seats: readonly Seat[]): Bounds {
  const bounds: Bounds = { minX: -6, minY: -4, maxX: 6, maxY: 2 };
  for (const { x, y } of seats) {
    if (x < bounds.minX) bounds.minX = x;
    if (x > bounds.maxX) bounds.maxX = x;
    if (y < bounds.minY) bounds.minY = y;
    if (y > bounds.maxY) bounds.maxY = y;
  }
  return bounds;
}

/** Statuses as they came from the API, one code a seat. */
export function unpackStatuses(part: StatusPart): Uint8Array {
  const bytes = Uint8Array.from(atob(part.packed), (char) => char.charCodeAt(0));
  return unpackSeats(bytes, part.seatCount);
}

/** All-in price of chosen seats; null for none. */
export function totalOf(venue: Venue, chosen: readonly number[]): Money | null {
  const prices = chosen.flatMap((index) => {
    const price = venue.categories.get(venue.seats[index]?.categoryId ?? '')?.price;
    return price ? [price] : [];
  });
  const currency = prices[0]?.currency;
  return currency === undefined ? null : sum(currency, prices);
}
