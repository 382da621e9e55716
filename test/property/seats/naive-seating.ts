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

/** Whether some `size` of the seats of one section orphan none, by trying every choice of them; nobody stands. */
export function canAvoidOrphans(hall: Hall, wish: SeatWish): boolean {
  const seated = asked(hall, wish).filter((index) => hall.seats[index]?.standing !== true);
  const bySection = Map.groupBy(seated, (index) => hall.seats[index]?.section);
  return [...bySection.values()].some((seats) =>
    choices(seats, wish.size).some((chosen) => naiveOrphans(hall, chosen).length === 0),
  );
}

function choices(from: readonly number[], size: number): number[][] {
  if (size === 0) return [[]];
  return from.flatMap((first, at) =>
    choices(from.slice(at + 1), size - 1).map((rest) => [first, ...rest]),
  );
}
