import { eachGroup } from './orphans.ts';
import type { Seat } from './plan.ts';
import { middleOf } from './row-map.ts';
import type { FreeSeats, RowMap, RowSpan } from './row-map.ts';

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
  const alike = { categoryId, standing, ...middleOf(map.seats, wanted) };
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
  refuseOrphans?: boolean;
}

/** The nearest runs of free neighbours, one after the other. Rows too far to beat what was found are skipped unseen. */
export function nearestRuns(map: RowMap, free: FreeSeats, question: RunQuestion): number[] {
  // Overlapping windows may fill the list, so keep more than are needed before choosing.
  const keep = question.groups * question.size * 2;
  const found: Run[] = [];
  const rows: { row: number; bound: number }[] = [];
  map.rows.forEach((row, index) => {
    if (!isAlike(row, question) || free.freeInRow(index) < question.size) return;
    const distance = Math.hypot(row.x - question.x, row.y - question.y);
    rows.push({ row: index, bound: Math.max(0, distance - row.reach) });
  });
  rows.sort((a, b) => a.bound - b.bound || a.row - b.row);
  const { size, refuseOrphans = false } = question;
  const visit = (start: number, harm: number): void => {
    if (harm > 0 && refuseOrphans) return;
    const distance = distanceOf(map.seats[start], map.seats[start + size - 1], question);
    insertRun(found, { start, distance }, keep);
  };
  for (const { row, bound } of rows) {
    const worst = found.length < keep ? Infinity : (found.at(-1)?.distance ?? Infinity);
    if (bound > worst) break;
    eachGroup(map, free, { row, size }, visit);
  }
  return withoutOverlap(found, question.size, question.groups);
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

function isAlike(row: RowSpan, question: RunQuestion): boolean {
  return row.categoryId === question.categoryId && row.standing === question.standing;
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
