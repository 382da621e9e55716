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
 * Rows of seats, straight or on an arc around the stage at the origin. Coordinates are metres; y grows
 * away from the stage. Seats of row `i` lie on the circle of radius `radius + i * rowGap`, from
 * `startAngle` to `endAngle` (degrees, 0 = straight ahead of the stage, positive clockwise); with
 * `shape: 'block'` on straight lines centred at (`x`, `y + i * rowGap`).
 */
export type SeatedSection = {
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

/**
 * General admission: a rectangle for `capacity` people who stand where they like. The middle of its edge
 * towards the stage is at (`x`, `y`). Its places are sold one by one like seats, and asked for by count.
 */
export interface StandingArea {
  shape: 'area';
  id: string;
  name: string;
  categoryId: string;
  capacity: number;
  x: number;
  y: number;
  /** Metres. */
  width: number;
  depth: number;
}

/** One part of a plan. */
export type SectionSpec = SeatedSection | StandingArea;

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
  /** In words: "Section B, row C, seat 14", or "Standing, place 17". */
  label: string;
  section: string;
  /** Empty for a place in a standing area. */
  row: string;
  number: number;
  categoryId: string;
  x: number;
  y: number;
  /** A place in a standing area, as good as any other there; where it is drawn means nothing. */
  standing?: true;
}
