import { ticketIdOf } from '../core/payment-rules.ts';
import { totalOf } from '../core/order-record.ts';
import type { OrderRecord } from '../core/order-record.ts';
import type { Seat } from '../core/plan.ts';
import type { Hold, Order, OrderItem, TicketRef } from '../protocol/seats-rpc.ts';

/** The order as its owner sees it. A hold for which no order was asked reads as `held`. */
export function viewOrder(order: OrderRecord, seats: readonly Seat[]): Order {
  const items: OrderItem[] = [];
  order.seats.forEach((index, position) => {
    const seat = seats[index];
    if (seat === undefined) throw new Error(`seat ${index} is not in the plan`);
    const price = { amount: order.prices[position] ?? 0, currency: order.currency };
    items.push({ seatId: seat.id, label: seat.label, categoryId: seat.categoryId, price });
  });
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
    refundId: order.refund?.refundId ?? null,
    paymentProblem: order.paymentProblem,
    tickets: order.stage === 'confirmed' ? ticketsOf(order.orderId, items) : [],
  };
}

function ticketsOf(orderId: string, items: readonly OrderItem[]): TicketRef[] {
  return items.map(({ seatId }) => ({ ticketId: ticketIdOf(orderId, seatId), seatId }));
}

/** The hold as a lock answers it; its admission ends at `admittedUntil`. */
export function viewHold(order: OrderRecord, seats: readonly Seat[], admittedUntil: number): Hold {
  const { holdId, items, expiresAt, total } = viewOrder(order, seats);
  const extendableUntil = Math.max(expiresAt, admittedUntil);
  return { holdId, seatIds: items.map((item) => item.seatId), expiresAt, extendableUntil, total };
}
