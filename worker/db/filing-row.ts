import type { Filing } from '../../durable-objects/protocol/ports.ts';

/** One command of the outbox as the filing statement reads it. */
export interface FilingRow {
  command_id: string;
  booking_id: string;
  event_id: string;
  user_id: string;
  hold_id: string;
  status: 'confirmed' | 'refunding' | 'refunded';
  amount: number;
  currency: string;
  created_at: string;
  confirmed_at: string | null;
  payment_id: string | null;
  refund_id: string | null;
  items: {
    seat_id: string;
    label: string;
    category_id: string;
    amount: number;
    currency: string;
    ticket_id: string | null;
    position: number;
  }[];
}

/** Flattens one order. An order that is paid but not yet given back is filed as it is on its way. */
export function filingRow(item: Parameters<Filing['file']>[0][number]): FilingRow {
  const { order } = item;
  const tickets = new Map(order.tickets.map((ticket) => [ticket.seatId, ticket.ticketId]));
  return {
    command_id: item.commandId,
    booking_id: order.orderId,
    event_id: item.eventId,
    user_id: order.accountId,
    hold_id: order.holdId,
    status:
      order.status === 'refunded' || order.status === 'refunding' ? order.status : 'confirmed',
    amount: order.total.amount,
    currency: order.total.currency,
    created_at: new Date(order.createdAt).toISOString(),
    confirmed_at: order.confirmedAt === null ? null : new Date(order.confirmedAt).toISOString(),
    payment_id: order.paymentIntentId,
    refund_id: order.refundId,
    items: order.items.map((seat, position) => ({
      seat_id: seat.seatId,
      label: seat.label,
      category_id: seat.categoryId,
      amount: seat.price.amount,
      currency: seat.price.currency,
      ticket_id: tickets.get(seat.seatId) ?? null,
      position,
    })),
  };
}
