import { whyCodeOf } from '../durable-objects/core/order-whys.ts';
import type { Order, OrderItem, Refund } from '../durable-objects/protocol/seats-rpc.ts';
import type { EventRecord } from './db/event-record.ts';
import type { Booking, BookingItem } from './schemas/booking.ts';
import { signTickets } from './tickets.ts';
import { iso, isoOrNull } from './times.ts';

/** An order at the HTTP border, with signed tickets once it is confirmed. */
export async function bookingAnswer(
  secret: string,
  record: EventRecord,
  order: Order,
): Promise<Booking> {
  const { definition } = record;
  const open = order.status === 'held' || order.status === 'paying';
  return {
    bookingId: order.orderId,
    holdId: order.holdId,
    status: order.status,
    event: {
      id: definition.eventId,
      name: definition.name,
      venueName: definition.venueName,
      timeZone: definition.timeZone,
      startsAt: iso(definition.startsAt),
    },
    items: order.items.map(itemAnswer),
    total: { amount: order.total.amount, currency: order.total.currency },
    createdAt: iso(order.createdAt),
    expiresAt: open ? iso(order.expiresAt) : null,
    confirmedAt: isoOrNull(order.confirmedAt),
    filed: order.filed,
    refundId: order.refunds.at(-1)?.refundId ?? null,
    offer: order.offer && {
      items: order.offer.items.map(itemAnswer),
      until: iso(order.offer.until),
    },
    refunds: order.refunds.map(refundAnswer),
    history: order.history.map(({ at, actor, from, to, why, seatIds }) => ({
      at: iso(at),
      actor,
      from,
      to,
      why,
      code: whyCodeOf({ actor, why }),
      seatIds: seatIds === undefined ? null : [...seatIds],
    })),
    paymentProblem: order.paymentProblem && {
      code: order.paymentProblem.code,
      message: order.paymentProblem.message,
    },
    tickets: await signTickets(secret, definition.eventId, order),
  };
}

/** A refund at the HTTP border. */
export function refundAnswer({
  refundId,
  amount,
  seatIds,
  status,
  startedAt,
  reason,
}: Refund): Booking['refunds'][number] {
  return {
    refundId,
    amount: { amount: amount.amount, currency: amount.currency },
    seatIds: [...seatIds],
    status,
    startedAt: iso(startedAt),
    reason,
  };
}

function itemAnswer({ seatId, label, categoryId, price, returned }: OrderItem): BookingItem {
  const { amount, currency } = price;
  return { seatId, label, categoryId, price: { amount, currency }, returned };
}
