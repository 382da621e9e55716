import { and, asc, desc, eq, inArray } from 'drizzle-orm';
import { auditLog, bookingItems, bookings, payments, refunds } from '../../drizzle/schema.ts';
import type {
  AccountId,
  EventId,
  HoldId,
  OrderId,
  SeatId,
} from '../../durable-objects/core/ids.ts';
import type { Order, OrderEvent } from '../../durable-objects/protocol/seats-rpc.ts';
import type { Database } from './database.ts';

/** Newest bookings shown; nobody has more under five per event. */
const BOOKINGS_MAX = 200;

/** A filed booking, in the shape of the order that it was. */
export interface FiledOrder {
  eventId: EventId;
  order: Order;
}

/** The account's bookings in Postgres, newest first; with `bookingId` only that one. */
export async function filedOrders(
  db: Database,
  accountId: AccountId,
  bookingId?: OrderId,
): Promise<FiledOrder[]> {
  const mine = eq(bookings.userId, accountId);
  const rows = await db
    .select({ booking: bookings, payment: payments })
    .from(bookings)
    .leftJoin(payments, eq(payments.bookingId, bookings.id))
    .where(bookingId === undefined ? mine : and(mine, eq(bookings.id, bookingId)))
    .orderBy(desc(bookings.createdAt))
    .limit(BOOKINGS_MAX);
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.booking.id);
  const [items, given, told] = await Promise.all([
    db
      .select()
      .from(bookingItems)
      .where(inArray(bookingItems.bookingId, ids))
      .orderBy(asc(bookingItems.position)),
    db
      .select()
      .from(refunds)
      .where(inArray(refunds.bookingId, ids))
      .orderBy(asc(refunds.createdAt)),
    // Each row of a booking tells all of its history until then: the newest tells the most.
    db
      .selectDistinctOn([auditLog.subject], { id: auditLog.subject, details: auditLog.details })
      .from(auditLog)
      .where(inArray(auditLog.subject, ids))
      .orderBy(asc(auditLog.subject), desc(auditLog.id)),
  ]);
  const histories = new Map(told.map(({ id, details }) => [id, details['history']]));
  return rows.map(({ booking, payment }) => {
    const { id } = booking;
    return toFiled({
      booking,
      payment,
      items: items.filter((item) => item.bookingId === id),
      refunds: given.filter((refund) => refund.bookingId === id),
      history: (histories.get(id) ?? []) as readonly OrderEvent[],
    });
  });
}

interface Rows {
  booking: typeof bookings.$inferSelect;
  payment: typeof payments.$inferSelect | null;
  items: readonly (typeof bookingItems.$inferSelect)[];
  refunds: readonly (typeof refunds.$inferSelect)[];
  history: readonly OrderEvent[];
}

function toFiled({ booking, payment, items, refunds: given, history }: Rows): FiledOrder {
  const order: Order = {
    orderId: booking.id as OrderId,
    holdId: booking.holdId as HoldId,
    accountId: booking.userId as AccountId,
    status: booking.status,
    items: items.map(({ seatId, label, categoryId, amount, currency, live }) => ({
      seatId: seatId as SeatId,
      label,
      categoryId,
      price: { amount, currency },
      returned: !live,
    })),
    total: { amount: booking.amount, currency: booking.currency },
    createdAt: booking.createdAt.getTime(),
    expiresAt: booking.createdAt.getTime(),
    paymentIntentId: payment?.id ?? null,
    confirmedAt: booking.confirmedAt?.getTime() ?? null,
    filed: true,
    paid: payment && { amount: payment.amount, currency: payment.currency },
    // A sale that offers seats lives, and is asked first.
    offer: null,
    refunds: given.map(({ id, amount, currency, seatIds, status, attempt, createdAt, reason }) => ({
      refundId: id,
      amount: { amount, currency },
      seatIds: seatIds as SeatId[],
      status,
      failures: attempt - 1,
      startedAt: createdAt.getTime(),
      reason,
    })),
    history,
    paymentProblem: null,
    tickets: items
      .filter(({ live }) => live && booking.status === 'confirmed')
      .flatMap(({ ticketId, seatId }) =>
        ticketId === null ? [] : [{ ticketId, seatId: seatId as SeatId }],
      ),
  };
  return { eventId: booking.eventId as EventId, order };
}
