import { seatStateOf } from '../core/order-record.ts';
import type { OrderRecord } from '../core/order-record.ts';
import { SEAT } from '../core/seat-table.ts';
import type { SeatChange } from '../core/seat-table.ts';
import type { Actor } from '../storage/seat-records.ts';

/** One step, or a note at the same stage, of one order. */
export interface Move {
  /** Null for a new hold. */
  before: OrderRecord | null;
  after: OrderRecord;
  actor: Actor;
  why: string;
}

/** Seat changes that a step implies: a seat gained must be free, a seat kept or given up must be the order's. */
export function seatChanges({ before, after }: Move): SeatChange[] {
  const from = before === null ? null : seatStateOf(before.stage);
  const to = seatStateOf(after.stage);
  const had = new Set(from === null ? [] : before?.seats);
  const orderId = after.orderId;
  const changes: SeatChange[] = [];
  for (const index of to === null ? [] : after.seats) {
    if (to === null) break;
    if (!had.delete(index))
      changes.push({ index, from: SEAT.free, to, fromOrder: null, toOrder: orderId });
    else if (from !== null && from !== to)
      changes.push({ index, from, to, fromOrder: orderId, toOrder: orderId });
  }
  for (const index of had)
    if (from !== null)
      changes.push({ index, from, to: SEAT.free, fromOrder: orderId, toOrder: null });
  return changes;
}
