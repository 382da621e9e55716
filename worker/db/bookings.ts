import { and, asc, desc, eq, inArray } from 'drizzle-orm';
import { bookingItems, bookings, payments, refunds } from '../../drizzle/schema.ts';
import type {
  AccountId,
  EventId,
  HoldId,
  OrderId,
  SeatId,
} from '../../durable-objects/core/ids.ts';
import type { Order } from '../../durable-objects/protocol/seats-rpc.ts';
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
    .select({ booking: bookings, paymentId: payments.id, refundId: refunds.id })
    .from(bookings)
    .leftJoin(payments, eq(payments.bookingId, bookings.id))
    .leftJoin(refunds, eq(refunds.bookingId, bookings.id))
    .where(bookingId === undefined ? mine : and(mine, eq(bookings.id, bookingId)))
    .orderBy(desc(bookings.createdAt))
    .limit(BOOKINGS_MAX);
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.booking.id);
  const items = await db
    .select()
    .from(bookingItems)
    .where(inArray(bookingItems.bookingId, ids))
    .orderBy(asc(bookingItems.position));
  return rows.map((row) => toFiled(row, items));
}

interface Row {
  booking: typeof bookings.$inferSelect;
  paymentId: string | null;
  refundId: string | null;
}

function toFiled(row: Row, all: readonly (typeof bookingItems.$inferSelect)[]): FiledOrder {
  const { booking } = row;
  const items = all.filter((item) => item.bookingId === booking.id);
  const order: Order = {
    orderId: booking.id as OrderId,
    holdId: booking.holdId as HoldId,
    accountId: booking.userId as AccountId,
    status: booking.status,
    items: items.map(({ seatId, label, categoryId, amount, currency }) => ({
      seatId: seatId as SeatId,
      label,
      categoryId,
      price: { amount, currency },
    })),
    total: { amount: booking.amount, currency: booking.currency },
    createdAt: booking.createdAt.getTime(),
    expiresAt: booking.createdAt.getTime(),
    paymentIntentId: row.paymentId,
    confirmedAt: booking.confirmedAt?.getTime() ?? null,
    filed: true,
    refundId: row.refundId,
    paymentProblem: null,
    tickets:
      booking.status === 'confirmed'
        ? items.flatMap(({ ticketId, seatId }) =>
            ticketId === null ? [] : [{ ticketId, seatId: seatId as SeatId }],
          )
        : [],
  };
  return { eventId: booking.eventId as EventId, order };
}
