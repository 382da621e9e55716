import type { Filing } from '../../durable-objects/protocol/ports.ts';
import type { Order, OrderEvent } from '../../durable-objects/protocol/seats-rpc.ts';

/** One command of the outbox as the filing statement reads it. */
export interface FilingRow {
  command_id: string;
  booking_id: string;
  event_id: string;
  user_id: string;
  hold_id: string;
  status: FiledStatus;
  amount: number;
  currency: string;
  created_at: string;
  confirmed_at: string | null;
  payment_id: string | null;
  paid_amount: number;
  paid_currency: string;
  /** Who made the last step: the account, or the name of what did. */
  actor: string;
  items: FilingItem[];
  refunds: FilingRefund[];
  history: readonly OrderEvent[];
}

interface FilingItem {
  seat_id: string;
  label: string;
  category_id: string;
  amount: number;
  currency: string;
  ticket_id: string | null;
  position: number;
  live: boolean;
}

interface FilingRefund {
  refund_id: string;
  amount: number;
  currency: string;
  status: 'pending' | 'succeeded';
  attempt: number;
  reason: string;
  seat_ids: readonly string[];
  started_at: string;
}

type FiledStatus = 'confirmed' | 'offered' | 'refunding' | 'refunded';

/** What the book of record calls each status that is filed. */
const FILED_AS: Partial<Record<Order['status'], FiledStatus>> = {
  paid: 'confirmed',
  confirmed: 'confirmed',
  offered: 'offered',
  refunding: 'refunding',
  refunded: 'refunded',
};

/**
 * Flattens one order. An order that is paid but not yet given back is filed as it is on its way; one to which
 * other seats are offered has none. An order without money is none of Postgres's business and throws.
 */
export function filingRow(item: Parameters<Filing['file']>[0][number]): FilingRow {
  const { order } = item;
  const status = FILED_AS[order.status];
  if (status === undefined) throw new Error(`order ${order.orderId} is ${order.status}: not filed`);
  const paid = order.paid ?? order.total;
  const actor = order.history.at(-1)?.actor ?? 'buyer';
  return {
    command_id: item.commandId,
    booking_id: order.orderId,
    event_id: item.eventId,
    user_id: order.accountId,
    hold_id: order.holdId,
    status,
    amount: order.total.amount,
    currency: order.total.currency,
    created_at: iso(order.createdAt),
    confirmed_at: order.confirmedAt === null ? null : iso(order.confirmedAt),
    payment_id: order.paymentIntentId,
    paid_amount: paid.amount,
    paid_currency: paid.currency,
    actor: actor === 'buyer' ? order.accountId : actor,
    items: status === 'offered' ? [] : itemsOf(order, status === 'confirmed'),
    refunds: order.refunds.map((refund) => ({
      refund_id: refund.refundId,
      amount: refund.amount.amount,
      currency: refund.amount.currency,
      status: refund.status,
      attempt: refund.failures + 1,
      reason: refund.reason,
      seat_ids: refund.seatIds,
      started_at: iso(refund.startedAt),
    })),
    history: order.history,
  };
}

function itemsOf(order: Order, live: boolean): FilingItem[] {
  const tickets = new Map(order.tickets.map((ticket) => [ticket.seatId, ticket.ticketId]));
  return order.items.map((seat, position) => ({
    seat_id: seat.seatId,
    label: seat.label,
    category_id: seat.categoryId,
    amount: seat.price.amount,
    currency: seat.price.currency,
    ticket_id: tickets.get(seat.seatId) ?? null,
    position,
    live: live && !seat.returned,
  }));
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
