import { middleOf } from './row-map.ts';
import type { FreeSeats, RowMap } from './row-map.ts';

/**
 * What a choice does to its neighbours: 0 leaves no free seat alone, 1 leaves one alone at the end of its
 * row, 2 leaves one between two taken ones, where hardly anybody will buy it.
 */
export type Harm = 0 | 1 | 2;

/**
 * Orphans: free seats that would have no free neighbour once `chosen` are taken, and had one before. The
 * ends of a row count like taken seats. Work is proportional to what was chosen.
 */
export function orphansLeftBy(
  map: RowMap,
  isFree: (index: number) => boolean,
  chosen: readonly number[],
): number[] {
  const orphans = new Set<number>();
  for (const index of chosen) {
    const row = map.rows[map.rowOf[index] ?? -1];
    if (row === undefined || row.standing) continue;
    const left = (at: number) =>
      at >= row.start && at < row.end && isFree(at) && !chosen.includes(at);
    if (left(index - 1) && !left(index - 2)) orphans.add(index - 1);
    if (left(index + 1) && !left(index + 2)) orphans.add(index + 1);
  }
  return [...orphans].sort((a, b) => a - b);
}

/**
 * Visits each group of `size` free neighbours of one row, with the harm that taking it does.
 * `mayTake` says of a free seat whether it may be part of a group.
 */
export function eachGroup(
  map: RowMap,
  free: Pick<FreeSeats, 'isFree'>,
  question: { row: number; size: number; mayTake?: ((index: number) => boolean) | undefined },
  visit: (first: number, harm: Harm) => void,
): void {
  const row = map.rows[question.row];
  if (row === undefined) return;
  const { size, mayTake } = question;
  let from = row.start;
  while (from < row.end) {
    if (!free.isFree(from)) {
      from += 1;
      continue;
    }
    let end = from + 1;
    while (end < row.end && free.isFree(end)) end += 1;
    // Of the run `from` ≤ index < `end`; groups begin after the last seat that may not be taken.
    let start = from;
    for (let last = from; last < end; last++) {
      if (mayTake !== undefined && !mayTake(last)) start = last + 1;
      const first = last - size + 1;
      if (first < start) continue;
      const before = harmAt(first - from, from === row.start);
      const after = harmAt(end - 1 - last, end === row.end);
      visit(first, row.standing ? 0 : before > after ? before : after);
    }
    from = end + 1;
  }
}

/** What is left on one side of a group, `rest` seats up to a taken one or the end of the row. */
function harmAt(rest: number, atRowEnd: boolean): Harm {
  if (rest !== 1) return 0;
  return atRowEnd ? 1 : 2;
}

/** Seats that a choice would orphan for no reason, and seats as good that orphan none. */
export interface OrphansToAvoid {
  orphans: readonly number[];
  instead: readonly number[];
}

/**
 * Why a choice by hand is refused where a sale lets nobody orphan seats, or null when it is taken: all of
 * it is in one section of seats, it orphans a seat, and somewhere in that section as many neighbours are
 * free that orphan none. `instead` are the nearest of those. One who wants seats in two sections, or for
 * whom the section has nothing as good, is never refused.
 */
export function orphansToAvoid(
  map: RowMap,
  free: FreeSeats,
  chosen: readonly number[],
): OrphansToAvoid | null {
  const orphans = orphansLeftBy(map, (index) => free.isFree(index), chosen);
  const first = map.rowOf[chosen[0] ?? -1];
  const section = map.rows[first ?? -1]?.section;
  if (orphans.length === 0 || first === undefined || section === undefined) return null;
  if (chosen.some((index) => map.seats[index]?.section !== section)) return null;
  const size = chosen.length;
  const { x, y } = middleOf(map.seats, chosen);
  const best = { start: -1, distance: Infinity };
  for (const row of rowsOfSection(map, first)) {
    if (free.freeInRow(row) < size) continue;
    eachGroup(map, free, { row, size }, (start, harm) => {
      if (harm > 0) return;
      const middle = middleOf(map.seats, [start, start + size - 1]);
      const distance = Math.hypot(middle.x - x, middle.y - y);
      if (distance < best.distance) Object.assign(best, { start, distance });
    });
  }
  if (best.start < 0) return null;
  return { orphans, instead: Array.from({ length: size }, (_, offset) => best.start + offset) };
}

/** The rows of the section that this row belongs to: they lie beside each other. */
function* rowsOfSection(map: RowMap, row: number): Iterable<number> {
  const section = map.rows[row]?.section;
  let at = row;
  while (map.rows[at - 1]?.section === section) at -= 1;
  for (; map.rows[at]?.section === section; at++) yield at;
}
