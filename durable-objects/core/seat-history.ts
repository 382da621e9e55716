import type { AccountId, OrderId } from './ids.ts';
import { seatStateOf } from './order-record.ts';
import type { Because, OrderRecord, OrderStage } from './order-record.ts';

/** What happened to one seat: who, when, from what, to what, why, and whose order it was. */
export interface SeatEvent extends Because {
  readonly orderId: OrderId;
  readonly accountId: AccountId;
  /** The stage of the order that has the seat, or `free`. */
  readonly from: OrderStage | 'free';
  readonly to: OrderStage | 'free';
}

/** All that happened to a seat, oldest first, out of the orders that ever had it. */
export function historyOfSeat(orders: readonly OrderRecord[], seat: number): SeatEvent[] {
  return orders.flatMap((order) => inOrder(order, seat)).sort((a, b) => a.at - b.at);
}

function inOrder({ orderId, accountId, steps }: OrderRecord, seat: number): SeatEvent[] {
  const events: SeatEvent[] = [];
  let has = false;
  let from: SeatEvent['from'] = 'free';
  for (const { at, actor, stage, why, seats } of steps) {
    has = seats === undefined ? has : seats.includes(seat);
    const to = has && seatStateOf(stage) !== null ? stage : 'free';
    if (to !== from) events.push({ orderId, accountId, at, actor, why, from, to });
    from = to;
  }
  return events;
}
