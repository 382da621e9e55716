import { nearestRuns } from './alternatives.ts';
import { stepOrder } from './order-record.ts';
import type { Because, OrderRecord } from './order-record.ts';
import { WHYS } from './order-whys.ts';
import { beginRefund } from './refund-rules.ts';
import type { Money } from './money.ts';
import { middleOf } from './row-map.ts';
import type { FreeSeats, RowMap } from './row-map.ts';

/** How long other seats are set aside for a buyer whose money came too late, ms, where the organiser set nothing. */
export const OFFER_TTL_MS = 5 * 60_000;

/** What a seat is worth by its price band, minor units; null where it cannot stand in (another currency). */
export type Worth = (categoryId: string) => number | null;

/**
 * As many free seats as `seats`, each worth as much or more, in the same order; null when there are not so many.
 * Those of one price band come as neighbours where there is such a run, in the nearest band first and nearest
 * to where they were; else each where there is one. Who is to sit is never asked to stand.
 */
export function equalOrBetter(
  map: RowMap,
  free: FreeSeats,
  question: { seats: readonly number[]; worth: Worth },
): number[] | null {
  const { seats, worth } = question;
  const taken = new Set<number>();
  const left: FreeSeats = {
    isFree: (index) => free.isFree(index) && !taken.has(index),
    freeInRow: (row) => free.freeInRow(row),
  };
  const found = new Map<number, number>();
  for (const group of bandsOf(map, seats, worth)) {
    const bands = bandsFrom(map, group.worth, worth);
    const others = group.seats.length === 0 ? null : standIns(map, left, group.seats, bands);
    if (others === null) return null;
    group.seats.forEach((index, position) => {
      const other = others[position] ?? -1;
      found.set(index, other);
      taken.add(other);
    });
  }
  return seats.map((index) => found.get(index) ?? -1);
}

interface Band {
  worth: number;
  seats: number[];
}

/** The seats by price band, and those apart who stand, the dearest first: they have the least choice. */
function bandsOf(map: RowMap, seats: readonly number[], worth: Worth): Band[] {
  const bands = new Map<string, Band>();
  for (const index of seats) {
    const { categoryId = '', standing = false } = map.seats[index] ?? {};
    const key = `${categoryId} ${standing}`;
    const band = bands.get(key) ?? { worth: worth(categoryId) ?? Infinity, seats: [] };
    band.seats.push(index);
    bands.set(key, band);
  }
  return [...bands.values()].sort((a, b) => b.worth - a.worth);
}

/** Price bands worth at least as much, the nearest in price first. */
function bandsFrom(map: RowMap, least: number, worth: Worth): string[] {
  const bands = [...new Set(map.rows.map((row) => row.categoryId))];
  return bands
    .map((categoryId) => ({ categoryId, worth: worth(categoryId) ?? -1 }))
    .filter((band) => band.worth >= least)
    .sort((a, b) => a.worth - b.worth)
    .map((band) => band.categoryId);
}

function standIns(
  map: RowMap,
  free: FreeSeats,
  seats: readonly number[],
  bands: readonly string[],
): number[] | null {
  const near = middleOf(map.seats, seats);
  const size = seats.length;
  const stood = map.seats[seats[0] ?? -1]?.standing ?? false;
  const kinds = (stood ? [true, false] : [false]).flatMap((standing) =>
    bands.map((categoryId) => ({ categoryId, standing, ...near })),
  );
  for (const kind of kinds) {
    const run = nearestRuns(map, free, { ...kind, size, groups: 1 });
    if (run.length === size) return run;
  }
  const singles: number[] = [];
  for (const kind of kinds) {
    const groups = size - singles.length;
    if (groups > 0) singles.push(...nearestRuns(map, free, { ...kind, size: 1, groups }));
  }
  return singles.length === size ? singles : null;
}

/** The order with other seats set aside for it until `until`; what it lost stays named. */
export function makeOffer(
  order: OrderRecord,
  offer: { seats: readonly number[]; paid: Money; until: number },
  because: Because,
): OrderRecord {
  const { seats, paid, until } = offer;
  const changes = { offer: seats, paid, expiresAt: until, paymentProblem: null };
  return stepOrder(order, 'offered', because, changes);
}

/** The order whose offer was declined, or whose time is over: all goes back. */
export function endOffer(order: OrderRecord, because: Because): OrderRecord {
  const { paid, seats } = order;
  if (paid === null) throw new Error(`order ${order.orderId} was offered seats and not paid`);
  return beginRefund(order, { seats, amount: paid, requestId: null }, because);
}

/** What becomes of an order whose hold or offer is over at `now`. */
export function endOverdue(order: OrderRecord, now: number): OrderRecord {
  const because = { at: now, actor: 'timer' } as const;
  return order.stage === 'offered'
    ? endOffer(order, { ...because, why: WHYS.offer_ended })
    : stepOrder(order, 'expired', { ...because, why: WHYS.hold_ended });
}
