import type { Seat } from '../core/plan.ts';
import { seatsOf, totalOf } from '../core/order-record.ts';
import type { OrderRecord } from '../core/order-record.ts';
import type { SeatId } from '../core/ids.ts';
import { ticketIdOf } from '../core/payment-rules.ts';
import type {
  Hold,
  Order,
  OrderEvent,
  OrderItem,
  Refund,
  TicketRef,
} from '../protocol/seats-rpc.ts';

/** The order as its owner sees it. A hold for which no order was asked reads as `held`. */
export function viewOrder(order: OrderRecord, seats: readonly Seat[]): Order {
  const items = itemsOf(order, seats);
  return {
    orderId: order.orderId,
    holdId: order.holdId,
    accountId: order.accountId,
    status: order.stage === 'hold' ? 'held' : order.stage,
    items,
    total: totalOf(order),
    createdAt: order.createdAt,
    expiresAt: order.expiresAt,
    paymentIntentId: order.paymentIntentId,
    confirmedAt: order.confirmedAt,
    filed: order.filed,
    paid: order.paid,
    offer: offerOf(order, seats),
    refunds: order.refunds.map((refund) => viewRefund(refund, seats)),
    history: historyOf(order, seats),
    paymentProblem: order.paymentProblem,
    tickets: order.stage === 'confirmed' ? ticketsOf(order.orderId, items) : [],
  };
}

function itemsOf(order: OrderRecord, seats: readonly Seat[]): OrderItem[] {
  const ended = order.stage === 'refunding' || order.stage === 'refunded';
  return order.seats.map((index, position) => {
    const returned = ended || order.returned.includes(index);
    return { ...itemOf(order, seatAt(seats, index), position), returned };
  });
}

/** A seat at the price of the order's seat in this position. */
function itemOf(order: OrderRecord, { id, label, categoryId }: Seat, position: number): OrderItem {
  const price = { amount: order.prices[position] ?? 0, currency: order.currency };
  return { seatId: id, label, categoryId, price, returned: false };
}

function offerOf(order: OrderRecord, seats: readonly Seat[]): Order['offer'] {
  if (order.stage !== 'offered') return null;
  const items = seatsOf(order).map((index, position) =>
    itemOf(order, seatAt(seats, index), position),
  );
  return { items, until: order.expiresAt };
}

/** One refund as the buyer and the organiser see it. */
export function viewRefund(
  { refundId, amount, seats: given, done, attempt, startedAt, reason }: OrderRecord['refunds'][0],
  seats: readonly Seat[],
): Refund {
  const status = done ? 'succeeded' : 'pending';
  const seatIds = idsOf(given, seats);
  return { refundId, amount, seatIds, status, failures: attempt - 1, startedAt, reason };
}

function historyOf({ steps }: OrderRecord, seats: readonly Seat[]): OrderEvent[] {
  return steps.map(({ at, actor, stage, why, seats: moved }, index) => {
    const from = steps[index - 1]?.stage ?? null;
    const event = { at, actor, from, to: stage, why };
    return moved === undefined ? event : { ...event, seatIds: idsOf(moved, seats) };
  });
}

function ticketsOf(orderId: string, items: readonly OrderItem[]): TicketRef[] {
  return items
    .filter(({ returned }) => !returned)
    .map(({ seatId }) => ({ ticketId: ticketIdOf(orderId, seatId), seatId }));
}

/** The hold as a lock answers it; its admission ends at `admittedUntil`. */
export function viewHold(order: OrderRecord, seats: readonly Seat[], admittedUntil: number): Hold {
  const { holdId, expiresAt } = order;
  const extendableUntil = Math.max(expiresAt, admittedUntil);
  return {
    holdId,
    seatIds: idsOf(order.seats, seats),
    expiresAt,
    extendableUntil,
    total: totalOf(order),
  };
}

function idsOf(indices: readonly number[], seats: readonly Seat[]): SeatId[] {
  return indices.map((index) => seatAt(seats, index).id);
}

function seatAt(seats: readonly Seat[], index: number): Seat {
  const seat = seats[index];
  if (seat === undefined) throw new Error(`seat ${index} is not in the plan`);
  return seat;
}
