import { seatsOf, seatStateOf } from '../core/order-record.ts';
import type { OrderRecord } from '../core/order-record.ts';
import { SEAT } from '../core/seat-table.ts';
import type { SeatChange } from '../core/seat-table.ts';

/** One step, or a note at the same stage, of one order. */
export interface Move {
  /** Null for a new hold. */
  before: OrderRecord | null;
  after: OrderRecord;
}

/** Seat changes that a step implies: a seat gained must be free, a seat kept or given up must be the order's. */
export function seatChanges({ before, after }: Move): SeatChange[] {
  const from = before === null ? null : seatStateOf(before.stage);
  const to = seatStateOf(after.stage);
  const had = before === null || from === null ? [] : seatsOf(before);
  const has = to === null ? [] : seatsOf(after);
  const changes: SeatChange[] = [];
  if (from === to && had === has) return changes;
  const orderId = after.orderId;
  for (const index of has) {
    if (to === null) break;
    if (from === null || !had.includes(index))
      changes.push({ index, from: SEAT.free, to, fromOrder: null, toOrder: orderId });
    else if (from !== to) changes.push({ index, from, to, fromOrder: orderId, toOrder: orderId });
  }
  for (const index of had)
    if (from !== null && !has.includes(index))
      changes.push({ index, from, to: SEAT.free, fromOrder: orderId, toOrder: null });
  return changes;
}
