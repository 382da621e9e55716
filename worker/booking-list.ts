import type { AccountId, OrderId } from '../durable-objects/core/ids.ts';
import type { Order } from '../durable-objects/protocol/seats-rpc.ts';
import { saleOf } from '../durable-objects/stubs.ts';
import { bookingAnswer } from './booking-answers.ts';
import { listEvents, requireEvent } from './catalogue-access.ts';
import type { AppContext } from './context.ts';
import { filedOrders } from './db/bookings.ts';
import type { FiledOrder } from './db/bookings.ts';
import type { EventRecord } from './db/event-record.ts';
import { owningSale } from './owned.ts';
import { ProblemError } from './problem.ts';
import { ask } from './rpc.ts';
import type { Booking } from './schemas/booking.ts';
import { errorWords, log } from './telemetry/log.ts';

interface Found {
  record: EventRecord;
  order: Order;
}

/** Ends without money; of no interest to anybody afterwards. */
const UNINTERESTING: ReadonlySet<string> = new Set(['expired', 'cancelled']);

/**
 * The account's bookings, newest first: those in Postgres, and those that live sales still hold, which
 * win, because a sale is the authority while it lasts. Either side may be away; both away is a problem.
 */
export async function bookingsOf(c: AppContext, accountId: AccountId): Promise<Booking[]> {
  const [filed, live] = await Promise.all([fromPostgres(c, accountId), fromSales(c, accountId)]);
  if (filed === null && live === null) throw new ProblemError('unavailable');
  const byId = new Map<string, Found>();
  for (const found of [...(filed ?? []), ...(live ?? [])]) byId.set(found.order.orderId, found);
  const secret = c.get('services').settings.authSecret;
  const shown = [...byId.values()]
    .filter(({ order }) => !UNINTERESTING.has(order.status))
    .sort((a, b) => b.order.createdAt - a.order.createdAt);
  return Promise.all(shown.map(({ record, order }) => bookingAnswer(secret, record, order)));
}

/** One own booking; somebody else's is as unknown as none. */
export async function bookingOf(
  c: AppContext,
  accountId: AccountId,
  orderId: OrderId,
): Promise<Booking> {
  const { record, sale } = await owningSale(c, 'book', orderId);
  const { db, settings } = c.get('services');
  const outcome = await ask(() => sale().order({ accountId, orderId }));
  if (outcome.ok) return bookingAnswer(settings.authSecret, record, outcome.order);
  const [filed] = await filedOrders(db, accountId, orderId);
  if (!filed) throw new ProblemError('booking_not_found');
  return bookingAnswer(settings.authSecret, record, filed.order);
}

async function fromPostgres(c: AppContext, accountId: AccountId): Promise<Found[] | null> {
  let filed: FiledOrder[];
  try {
    filed = await filedOrders(c.get('services').db, accountId);
  } catch (error) {
    report(c, 'postgres', error instanceof Error && error.cause ? error.cause : error);
    return null;
  }
  return Promise.all(
    filed.map(async ({ eventId, order }) => ({ record: await requireEvent(c, eventId), order })),
  );
}

async function fromSales(c: AppContext, accountId: AccountId): Promise<Found[] | null> {
  const now = Date.now();
  try {
    const records = await listEvents(c);
    const open = records.filter(({ definition }) => definition.settings.opensAt <= now);
    const found = await Promise.all(
      open.map(async (record) => {
        const { eventId } = record.definition;
        const orders = await ask(() => saleOf(c.env, eventId).orders({ accountId }));
        return orders.map((order) => ({ record, order }));
      }),
    );
    return found.flat();
  } catch (error) {
    report(c, 'sales', error);
    return null;
  }
}

function report(c: AppContext, part: string, error: unknown): void {
  log({ name: 'problem', part, requestId: c.get('requestId'), detail: errorWords(error) });
}
