import type { Seat } from './plan.ts';

/** One row of a plan, or one standing area: consecutive indices, so neighbours are `index ± 1`. */
export interface RowSpan {
  start: number;
  /** Exclusive. */
  end: number;
  section: string;
  categoryId: string;
  /** A standing area: it has no neighbours and no orphans. */
  standing: boolean;
  /** Its middle, metres. */
  x: number;
  y: number;
  /** Distance from the middle to the farthest seat, metres. */
  reach: number;
  /** Distance from the stage to the nearest seat, centimetres. */
  nearestCm: number;
}

/** Rows with their places, made once for a plan. */
export interface RowMap {
  readonly seats: readonly Seat[];
  readonly rows: readonly RowSpan[];
  /** The row of each seat, as an index in `rows`. */
  readonly rowOf: Int32Array;
  /** Distance of each seat from the stage, centimetres. */
  readonly farCm: Int32Array;
  /** Each seat's x, centimetres. */
  readonly xCm: Int32Array;
  /** Indices in `rows`, nearest the stage first. */
  readonly nearestFirst: readonly number[];
  /** The rows about each row of which it was asked. */
  readonly near: Map<number, NearRows>;
}

/** Rows in the order in which one meets them going away from a point. */
export interface NearRows {
  /** Each with the least distance of its seats from the point, metres. */
  rows: readonly { row: number; bound: number }[];
  x: number;
  y: number;
  /** Least distance of the rows that were left out, metres; infinite when there is none. */
  beyond: number;
}

/** Which seats are free, and how many in each row, so that full rows cost nothing. */
export interface FreeSeats {
  isFree(index: number): boolean;
  freeInRow(row: number): number;
}

/** Groups an expanded plan into its rows. */
export function mapRows(seats: readonly Seat[]): RowMap {
  const rows: RowSpan[] = [];
  const rowOf = new Int32Array(seats.length);
  const farCm = Int32Array.from(seats, (seat) => Math.round(Math.hypot(seat.x, seat.y) * 100));
  const xCm = Int32Array.from(seats, (seat) => Math.round(seat.x * 100));
  let start = 0;
  for (let index = 1; index <= seats.length; index++) {
    const first = seats[start];
    const seat = seats[index];
    if (first === undefined) break;
    if (seat !== undefined && seat.section === first.section && seat.row === first.row) continue;
    rowOf.fill(rows.length, start, index);
    const nearestCm = farCm.subarray(start, index).reduce((least, far) => Math.min(least, far));
    rows.push({ ...spanOf(seats, start, index, first), nearestCm });
    start = index;
  }
  const nearestFirst = rows
    .map((row, at) => ({ at, nearestCm: row.nearestCm }))
    .sort((a, b) => a.nearestCm - b.nearestCm || a.at - b.at)
    .map(({ at }) => at);
  return { seats, rows, rowOf, farCm, xCm, nearestFirst, near: new Map() };
}

function spanOf(
  seats: readonly Seat[],
  start: number,
  end: number,
  first: Seat,
): Omit<RowSpan, 'nearestCm'> {
  let x = 0;
  let y = 0;
  for (let index = start; index < end; index++) {
    x += seats[index]?.x ?? 0;
    y += seats[index]?.y ?? 0;
  }
  x /= end - start;
  y /= end - start;
  let reach = 0;
  for (let index = start; index < end; index++) {
    const seat = seats[index];
    if (seat !== undefined) reach = Math.max(reach, Math.hypot(seat.x - x, seat.y - y));
  }
  const { section, categoryId, standing = false } = first;
  return { start, end, section, categoryId, standing, x, y, reach };
}

/** The middle between seats, metres. */
export function middleOf(
  seats: readonly Seat[],
  indices: readonly number[],
): { x: number; y: number } {
  let x = 0;
  let y = 0;
  for (const index of indices) {
    x += seats[index]?.x ?? 0;
    y += seats[index]?.y ?? 0;
  }
  return { x: x / indices.length, y: y / indices.length };
}
