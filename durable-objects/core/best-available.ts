import { closestApart } from './closest-apart.ts';
import type { FreeSeats, RowMap, RowSpan } from './row-map.ts';
import { eachGroup, orphansLeftBy } from './orphans.ts';
import type { Harm } from './orphans.ts';

/** What a party asks for. Standing places are only for those who name their band or their area. */
export interface SeatWish {
  size: number;
  /** A price band; any when left out. */
  categoryId?: string | undefined;
  /** A section or standing area; any when left out. */
  section?: string | undefined;
}

/** The wish of one who may hold seats already. */
export interface BestWish extends SeatWish {
  /** None of those that the hold to be replaced has or ever had. */
  others?: boolean | undefined;
}

/** Seats found for a party, in the order of the plan. */
export interface Found {
  seats: readonly number[];
  /** Neighbours in one row, or places in one standing area. */
  together: boolean;
  /** Seats that are left single by it: not empty only where nothing else fits. */
  orphans: readonly number[];
}

/**
 * The best seats that are free for a party, or null when there are not so many. In this order:
 *
 * 1. `size` neighbours in one row. Those that leave no seat single go before those that leave one at the
 *    end of a row, and these before those that leave one between taken ones; then the nearest to the stage
 *    (mean distance of both ends, to the decimetre), then the most central, then the first in the plan.
 * 2. Places in one standing area whose band or name was asked for.
 * 3. The closest together that there are, see `closestApart`.
 *
 * `mayTake` says which of the free seats come into question at all.
 */
export function bestAvailable(
  map: RowMap,
  free: FreeSeats,
  wish: SeatWish,
  mayTake?: (index: number) => boolean,
): Found | null {
  if (wish.size < 1) return null;
  const group = bestGroup(map, free, wish, mayTake);
  if (group !== null) {
    const seats = Array.from({ length: wish.size }, (_, offset) => group + offset);
    return { seats, together: true, orphans: orphansOf(map, free, seats) };
  }
  const places = standingPlaces(map, free, wish, mayTake);
  if (places !== null) return { seats: places, together: true, orphans: [] };
  const apart = closestApart(map, free, { size: wish.size, asked: askedFor(wish), mayTake });
  if (apart === null) return null;
  return { seats: apart, together: false, orphans: orphansOf(map, free, apart) };
}

function askedFor({ categoryId, section }: SeatWish): (row: RowSpan) => boolean {
  return (row) =>
    (categoryId === undefined || row.categoryId === categoryId) &&
    (section === undefined || row.section === section);
}

function orphansOf(map: RowMap, free: FreeSeats, seats: readonly number[]): number[] {
  return orphansLeftBy(map, (index) => free.isFree(index), seats);
}

/** The first seat of the best group of neighbours. Rows too far to beat it are skipped unseen. */
function bestGroup(
  map: RowMap,
  free: FreeSeats,
  wish: SeatWish,
  mayTake?: (index: number) => boolean,
): number | null {
  const { size } = wish;
  const asked = askedFor(wish);
  const { farCm, xCm } = map;
  const best = { first: -1, harm: 2 as Harm, farDm: Infinity, offCm: Infinity };
  const visit = (first: number, harm: Harm): void => {
    if (harm > best.harm) return;
    const last = first + size - 1;
    const farDm = Math.round(((farCm[first] ?? 0) + (farCm[last] ?? 0)) / 20);
    const offCm = Math.abs((xCm[first] ?? 0) + (xCm[last] ?? 0));
    const order =
      harm - best.harm || farDm - best.farDm || offCm - best.offCm || first - best.first;
    if (best.first < 0 || order < 0) Object.assign(best, { first, harm, farDm, offCm });
  };
  for (const at of map.nearestFirst) {
    const row = map.rows[at];
    if (row === undefined || row.standing || !asked(row) || free.freeInRow(at) < size) continue;
    if (best.harm === 0 && Math.round(row.nearestCm / 10) > best.farDm) break;
    eachGroup(map, free, { row: at, size, mayTake }, visit);
  }
  return best.first < 0 ? null : best.first;
}

/** The first free places of the nearest standing area with room for all. */
function standingPlaces(
  map: RowMap,
  free: FreeSeats,
  wish: SeatWish,
  mayTake: (index: number) => boolean = () => true,
): number[] | null {
  if (wish.categoryId === undefined && wish.section === undefined) return null;
  const asked = askedFor(wish);
  for (const at of map.nearestFirst) {
    const area = map.rows[at];
    if (!area?.standing || !asked(area) || free.freeInRow(at) < wish.size) continue;
    const places: number[] = [];
    for (let place = area.start; place < area.end; place++) {
      if (free.isFree(place) && mayTake(place)) places.push(place);
      if (places.length === wish.size) return places;
    }
  }
  return null;
}
