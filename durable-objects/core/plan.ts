import type { Money } from './money.ts';
import type { SeatId } from './ids.ts';

/** A price band. Prices are all-in: what the map shows is what the card is charged. */
export interface Category {
  id: string;
  name: string;
  price: Money;
  /** A CSS colour for the map; never the only sign of a band. */
  color: string;
}

/**
 * One section: rows of seats, straight or on an arc around the stage at the origin. Coordinates are
 * metres; y grows away from the stage. Seats of row `i` lie on the circle of radius
 * `radius + i * rowGap`, from `startAngle` to `endAngle` (degrees, 0 = straight ahead of the stage,
 * positive clockwise); with `shape: 'block'` on straight lines centred at (`x`, `y + i * rowGap`).
 */
export type SectionSpec = {
  id: string;
  name: string;
  categoryId: string;
  /** Seats in each row, nearest the stage first. Row names are A, B, … Z, AA, AB, … */
  rows: readonly number[];
  rowGap: number;
} & (
  | { shape: 'arc'; radius: number; startAngle: number; endAngle: number }
  | { shape: 'block'; x: number; y: number; seatGap: number }
);

/** A seat plan as it is stored: geometry is generated from it by code, the same on server and in browser. */
export interface SeatPlan {
  venueId: string;
  /** Grows by one with each edit; a sale names the version it sells. */
  version: number;
  sections: readonly SectionSpec[];
}

/** One seat of an expanded plan. Its index in the expansion is its compact name inside the object. */
export interface Seat {
  id: SeatId;
  /** In words: "Section B, row C, seat 14". */
  label: string;
  section: string;
  row: string;
  number: number;
  categoryId: string;
  x: number;
  y: number;
}
