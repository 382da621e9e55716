import type { Seat } from './plan.ts';

/** One row of a plan: consecutive indices, so neighbours are `index ± 1`. */
interface RowSpan {
  start: number;
  /** Exclusive. */
  end: number;
  categoryId: string;
  x: number;
  y: number;
  /** Distance from the middle to the farthest seat, metres. */
  reach: number;
}

interface Run {
  start: number;
  distance: number;
}

/** Rows with their places, made once for a plan. */
export interface RowMap {
  readonly seats: readonly Seat[];
  readonly rows: readonly RowSpan[];
  /** The row of each seat, as an index in `rows`. */
  readonly rowOf: Int32Array;
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
  let start = 0;
  for (let index = 1; index <= seats.length; index++) {
    const first = seats[start];
    const seat = seats[index];
    if (first === undefined) break;
    if (seat !== undefined && seat.section === first.section && seat.row === first.row) continue;
    rowOf.fill(rows.length, start, index);
    rows.push(spanOf(seats, start, index, first));
    start = index;
  }
  return { seats, rows, rowOf };
}

function spanOf(seats: readonly Seat[], start: number, end: number, first: Seat): RowSpan {
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
  return { start, end, categoryId: first.categoryId, x, y, reach };
}

/**
 * Seats to offer instead of `wanted`, at most `limit` but always one whole group: groups of as many
 * neighbours as were wanted, nearest first, none overlapping. Same category as the first lost seat.
 * Where no such group is left, the nearest single seats; empty when the category is gone.
 */
export function nearestAlternatives(
  map: RowMap,
  free: FreeSeats,
  question: { wanted: readonly number[]; lost: readonly number[]; limit: number },
): number[] {
  const categoryId = map.seats[question.lost[0] ?? -1]?.categoryId;
  const wanted = question.wanted.filter((index) => map.seats[index]?.categoryId === categoryId);
  if (categoryId === undefined || wanted.length === 0) return [];
  const centre = middleOf(map.seats, wanted);
  const together = nearestRuns(map, free, {
    categoryId,
    size: wanted.length,
    groups: Math.max(1, Math.floor(question.limit / wanted.length)),
    ...centre,
  });
  if (together.length > 0 || wanted.length === 1) return together;
  return nearestRuns(map, free, { categoryId, size: 1, groups: question.limit, ...centre });
}

/** The middle between seats. */
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

/** Which runs are looked for: `groups` of `size` free neighbours of one band, nearest to a point first. */
export interface RunQuestion {
  categoryId: string;
  size: number;
  groups: number;
  x: number;
  y: number;
}

/** The nearest runs of free neighbours, one after the other. Rows too far to beat what was found are skipped unseen. */
export function nearestRuns(map: RowMap, free: FreeSeats, question: RunQuestion): number[] {
  // Overlapping windows may fill the list, so keep more than are needed before choosing.
  const keep = question.groups * question.size * 2;
  const found: Run[] = [];
  const rows: { row: RowSpan; bound: number }[] = [];
  map.rows.forEach((row, index) => {
    if (row.categoryId !== question.categoryId || free.freeInRow(index) < question.size) return;
    const distance = Math.hypot(row.x - question.x, row.y - question.y);
    rows.push({ row, bound: Math.max(0, distance - row.reach) });
  });
  rows.sort((a, b) => a.bound - b.bound || a.row.start - b.row.start);
  for (const { row, bound } of rows) {
    const worst = found.length < keep ? Infinity : (found.at(-1)?.distance ?? Infinity);
    if (bound > worst) break;
    scanRow(map.seats, row, free, question, (run) => insertRun(found, run, keep));
  }
  return withoutOverlap(found, question.size, question.groups);
}

function scanRow(
  seats: readonly Seat[],
  row: RowSpan,
  free: FreeSeats,
  question: RunQuestion,
  take: (run: Run) => void,
): void {
  let length = 0;
  for (let index = row.start; index < row.end; index++) {
    length = free.isFree(index) ? length + 1 : 0;
    if (length < question.size) continue;
    const start = index - question.size + 1;
    const first = seats[start];
    const last = seats[index];
    if (first === undefined || last === undefined) continue;
    const x = (first.x + last.x) / 2;
    const y = (first.y + last.y) / 2;
    take({ start, distance: Math.hypot(x - question.x, y - question.y) });
  }
}

function insertRun(found: Run[], run: Run, keep: number): void {
  const worst = found.at(-1);
  if (found.length >= keep && worst !== undefined && run.distance >= worst.distance) return;
  let at = found.length;
  while (at > 0 && (found[at - 1]?.distance ?? -1) > run.distance) at--;
  found.splice(at, 0, run);
  if (found.length > keep) found.pop();
}

function withoutOverlap(found: readonly Run[], size: number, groups: number): number[] {
  const taken = new Set<number>();
  const chosen: number[] = [];
  let left = groups;
  for (const run of found) {
    if (left === 0) break;
    const indices = Array.from({ length: size }, (_, offset) => run.start + offset);
    if (indices.some((index) => taken.has(index))) continue;
    for (const index of indices) taken.add(index);
    chosen.push(...indices);
    left -= 1;
  }
  return chosen;
}
