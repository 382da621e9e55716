import type { SeatWish } from '../../../durable-objects/core/best-available.ts';
import type { Seat } from '../../../durable-objects/core/plan.ts';

/** A hall to be judged by hand: seats by index, whether each is free, and whether it may be taken. */
export interface Hall {
  seats: readonly Seat[];
  free: readonly boolean[];
  mayTake: readonly boolean[];
}

const sameRow = (a: Seat | undefined, b: Seat | undefined): boolean =>
  a !== undefined && b !== undefined && a.section === b.section && a.row === b.row;

/** Free seats with no free neighbour, by looking at every seat: those before `chosen` are taken, or after. */
function lonely({ seats, free }: Hall, chosen: ReadonlySet<number>): Set<number> {
  const open = (index: number) => free[index] === true && !chosen.has(index);
  const alone = seats.flatMap((seat, index) => {
    const neighbours = [index - 1, index + 1].filter((other) => sameRow(seats[other], seat));
    return open(index) && !seat.standing && !neighbours.some(open) ? [index] : [];
  });
  return new Set(alone);
}

/** Seats that are alone once `chosen` are taken and were not before. */
export function naiveOrphans(hall: Hall, chosen: readonly number[]): number[] {
  const before = lonely(hall, new Set());
  return [...lonely(hall, new Set(chosen))].filter((index) => !before.has(index));
}

/** 2 when one of the orphans has a taken seat on both sides, 1 when all are at the end of a row, 0 for none. */
function naiveHarm(hall: Hall, chosen: readonly number[]): number {
  const between = (index: number) =>
    sameRow(hall.seats[index - 1], hall.seats[index]) &&
    sameRow(hall.seats[index], hall.seats[index + 1]);
  const orphans = naiveOrphans(hall, chosen);
  return orphans.length === 0 ? 0 : orphans.some(between) ? 2 : 1;
}

function asked({ seats, free, mayTake }: Hall, wish: SeatWish): number[] {
  return seats.flatMap((seat, index) =>
    free[index] === true &&
    mayTake[index] === true &&
    (wish.categoryId === undefined || seat.categoryId === wish.categoryId) &&
    (wish.section === undefined || seat.section === wish.section)
      ? [index]
      : [],
  );
}

/** Every group of neighbours there is, the best first, each with what makes it better or worse. */
export function naiveGroups(hall: Hall, wish: SeatWish): { seats: number[]; rank: number[] }[] {
  const may = new Set(asked(hall, wish));
  const cm = (metres: number) => Math.round(metres * 100);
  const far = (seat: Seat | undefined) => cm(Math.hypot(seat?.x ?? 0, seat?.y ?? 0));
  const groups = hall.seats.flatMap((seat, start) => {
    const seats = Array.from({ length: wish.size }, (_, offset) => start + offset);
    if (seat.standing || !seats.every((at) => may.has(at) && sameRow(hall.seats[at], seat)))
      return [];
    const last = hall.seats[start + wish.size - 1];
    const farDm = Math.round((far(seat) + far(last)) / 20);
    const off = Math.abs(cm(seat.x) + cm(last?.x ?? 0));
    return [{ seats, rank: [naiveHarm(hall, seats), farDm, off, start] }];
  });
  return groups.sort((a, b) => compare(a.rank, b.rank));
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/**
 * Every choice of `size` free seats of one section to sit in; of those that orphan no seat, or of all where
 * each orphans one.
 */
export function naiveSplits(hall: Hall, size: number): { chosen: number[]; orphans: number[] }[] {
  const seated = asked(hall, { size }).filter((index) => hall.seats[index]?.standing !== true);
  const bySection = Map.groupBy(seated, (index) => hall.seats[index]?.section);
  const all = [...bySection.values()]
    .flatMap((seats) => choices(seats, size))
    .map((chosen) => ({ chosen, orphans: naiveOrphans(hall, chosen) }));
  const good = all.filter(({ orphans }) => orphans.length === 0);
  return good.length > 0 ? good : all;
}

/** How far the seats are apart, decimetres: from the middle of a run of free seats of the section to those of their own runs, at its best. */
export function naiveSpread(hall: Hall, chosen: readonly number[]): number {
  const section = hall.seats[chosen[0] ?? -1]?.section;
  const runs: number[][] = [];
  hall.seats.forEach((seat, index) => {
    const last = runs.at(-1);
    if (!hall.free[index] || seat.section !== section) return;
    if (last?.at(-1) === index - 1 && sameRow(hall.seats[index - 1], seat)) last.push(index);
    else runs.push([index]);
  });
  const middle = (run: readonly number[]): [number, number] => {
    const [first, last] = [hall.seats[run[0] ?? -1], hall.seats[run.at(-1) ?? -1]];
    return [((first?.x ?? 0) + (last?.x ?? 0)) / 2, ((first?.y ?? 0) + (last?.y ?? 0)) / 2];
  };
  const used = runs.filter((run) => run.some((index) => chosen.includes(index))).map(middle);
  const spreads = runs.map((run) => {
    const [x, y] = middle(run);
    return Math.max(...used.map(([ux, uy]) => Math.hypot(ux - x, uy - y)));
  });
  return Math.round(Math.min(...spreads) * 10);
}

function choices(from: readonly number[], size: number): number[][] {
  if (size === 0) return [[]];
  return from.flatMap((first, at) =>
    choices(from.slice(at + 1), size - 1).map((rest) => [first, ...rest]),
  );
}
