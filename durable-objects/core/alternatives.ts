import { eachGroup } from './orphans.ts';
import type { Seat } from './plan.ts';
import { middleOf } from './row-map.ts';
import type { FreeSeats, NearRows, RowMap, RowSpan } from './row-map.ts';

/** Rows that are kept in order for each row of which it was asked: some 2 KB. */
const NEAR_ROWS = 64;

interface Run {
  start: number;
  distance: number;
}

/**
 * Seats to offer instead of `wanted`, at most `limit` but always one whole group: groups of as many
 * neighbours as were wanted, nearest first, none overlapping. Same category as the first lost seat.
 * Where no such group is left, the nearest single seats; empty when the category is gone. With
 * `refuseOrphans` only groups that orphan no seat, as long as there are any.
 */
export function nearestAlternatives(
  map: RowMap,
  free: FreeSeats,
  question: {
    wanted: readonly number[];
    lost: readonly number[];
    limit: number;
    refuseOrphans?: boolean;
  },
): number[] {
  const { categoryId, standing = false } = map.seats[question.lost[0] ?? -1] ?? {};
  const wanted = question.wanted.filter((index) => map.seats[index]?.categoryId === categoryId);
  if (categoryId === undefined || wanted.length === 0) return [];
  const from = map.rowOf[wanted[0] ?? -1] ?? -1;
  const alike = { categoryId, standing, from, ...middleOf(map.seats, wanted) };
  const size = wanted.length;
  const together = { ...alike, size, groups: Math.max(1, Math.floor(question.limit / size)) };
  const single = { ...alike, size: 1, groups: question.limit };
  for (const each of size === 1 ? [single] : [together, single]) {
    const kind = question.refuseOrphans ? [{ ...each, refuseOrphans: true }, each] : [each];
    for (const runs of kind) {
      const found = nearestRuns(map, free, runs);
      if (found.length > 0) return found;
    }
  }
  return [];
}

/** Which runs are looked for: `groups` of `size` free neighbours of one band, to sit or to stand, nearest to a point first. */
export interface RunQuestion {
  categoryId: string;
  standing: boolean;
  size: number;
  groups: number;
  x: number;
  y: number;
  /** The row, an index in `RowMap.rows`, that the point is in or near: what is there is found sooner. */
  from?: number;
  refuseOrphans?: boolean;
}

/** The nearest runs of free neighbours, one after the other. Rows too far to beat what was found are skipped unseen. */
export function nearestRuns(map: RowMap, free: FreeSeats, question: RunQuestion): number[] {
  const near = question.from === undefined ? null : nearRows(map, question.from);
  let found = near === null ? null : runsAmong(map, free, { question, ...near });
  found ??= runsAmong(map, free, { question, ...allRows(map.rows, question) }) ?? [];
  return withoutOverlap(found, question.size, question.groups);
}

/** Runs in these rows, nearest first; null when there may be nearer ones in rows that are not among them. */
function runsAmong(
  map: RowMap,
  free: FreeSeats,
  { question, rows, x, y, beyond }: NearRows & { question: RunQuestion },
): Run[] | null {
  const { size, refuseOrphans = false } = question;
  // Overlapping windows may fill the list, so keep more than are needed before choosing.
  const keep = question.groups * size * 2;
  const found: Run[] = [];
  const visit = (start: number, harm: number): void => {
    if (harm > 0 && refuseOrphans) return;
    const distance = distanceOf(map.seats[start], map.seats[start + size - 1], question);
    insertRun(found, { start, distance }, keep);
  };
  const worst = (): number =>
    found.length < keep ? Infinity : (found.at(-1)?.distance ?? Infinity);
  // The rows are in the order in which they are met from another point, so far from ours.
  const shift = Math.hypot(question.x - x, question.y - y);
  for (const { row, bound } of rows) {
    if (bound - shift > worst()) return found;
    const span = map.rows[row];
    if (span === undefined || !isAlike(span, question) || free.freeInRow(row) < size) continue;
    if (boundOf(span, question) <= worst()) eachGroup(map, free, { row, size }, visit);
  }
  return beyond - shift > worst() || beyond === Infinity ? found : null;
}

/**
 * The rows about a row, of its kind: nearly always enough. They are sorted once for each row: to sort two
 * thousand of them for each who lost a seat took ten times as long as a lock.
 */
function nearRows(map: RowMap, index: number): NearRows | null {
  const known = map.near.get(index);
  const row = map.rows[index];
  if (known !== undefined || row === undefined) return known ?? null;
  const alike = map.rows.map((other) => isAlike(other, row));
  const all = allRows(map.rows, row);
  const rows = all.rows.filter((other) => alike[other.row]);
  const beyond = rows[NEAR_ROWS]?.bound ?? Infinity;
  const near = { ...all, rows: rows.slice(0, NEAR_ROWS), beyond };
  map.near.set(index, near);
  return near;
}

function allRows(rows: readonly RowSpan[], { x, y }: { x: number; y: number }): NearRows {
  const sorted = rows
    .map((row, index) => ({ row: index, bound: boundOf(row, { x, y }) }))
    .sort((a, b) => a.bound - b.bound || a.row - b.row);
  return { rows: sorted, x, y, beyond: Infinity };
}

/** No seat of the row is nearer to the point. */
function boundOf(row: RowSpan, { x, y }: { x: number; y: number }): number {
  return Math.max(0, Math.hypot(row.x - x, row.y - y) - row.reach);
}

/** From the middle between two seats to a point. */
function distanceOf(
  first: Seat | undefined,
  last: Seat | undefined,
  { x, y }: { x: number; y: number },
): number {
  if (first === undefined || last === undefined) return Infinity;
  return Math.hypot((first.x + last.x) / 2 - x, (first.y + last.y) / 2 - y);
}

function isAlike(row: RowSpan, kind: { categoryId: string; standing: boolean }): boolean {
  return row.categoryId === kind.categoryId && row.standing === kind.standing;
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
