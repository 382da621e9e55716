import { orderIdOf } from '../../durable-objects/core/ids.ts';
import type { AccountId, OrderId, RequestId, SeatId } from '../../durable-objects/core/ids.ts';
import { stepOrder, totalOf } from '../../durable-objects/core/order-record.ts';
import type { OrderRecord } from '../../durable-objects/core/order-record.ts';
import { stadiumPlan } from '../../durable-objects/core/plan-geometry.ts';
import { NO_TALLY } from '../../durable-objects/core/sale-tally.ts';
import { SEAT } from '../../durable-objects/core/seat-table.ts';
import type { AdmissionBook } from '../../durable-objects/event-sale/context.ts';
import { OrderBook } from '../../durable-objects/event-sale/order-book.ts';
import { OrderLocks } from '../../durable-objects/event-sale/order-locks.ts';
import { OrderSettling } from '../../durable-objects/event-sale/order-settling.ts';
import { Outbox } from '../../durable-objects/event-sale/outbox.ts';
import type { LockRequest } from '../../durable-objects/protocol/seats-rpc.ts';
import { MemorySeatStore } from '../../durable-objects/storage/memory-seat-store.ts';
import { HandSale } from '../unit/seats/sale-kit.ts';
import { median } from './report.ts';
import type { Figure } from './report.ts';

const BAR_PER_SECOND = 100_000;
const SEATS_PER_ORDER = 2;
/** Locks that come in one call, as they do under load. */
const LOCKS_PER_CALL = 100;
const ROUNDS = 5;

/**
 * A stadium sold in pairs, from lock over order and payment to confirmation: one synchronous block with
 * every assertion on. Storage is left out, which has figures of its own, and so is what else the machine
 * does meanwhile: time is that of this thread on its core.
 */
export function lockAndConfirm(): Figure {
  const value = median(Array.from({ length: ROUNDS }, sellStadium));
  const ratio = value / BAR_PER_SECOND;
  return { name: 'core lock + confirm', value, unit: 'seats/s', ratio, bar: 1, ok: ratio >= 1 };
}

function sellStadium(): number {
  const { book, locks, settling, now } = openSale();
  const calls: LockRequest[][] = [];
  for (let seat = 0; seat < book.seats.length; seat += SEATS_PER_ORDER * LOCKS_PER_CALL)
    calls.push(Array.from({ length: LOCKS_PER_CALL }, (_, index) => pair(book, seat / 2 + index)));

  const before = process.threadCpuUsage();
  for (const requests of calls) {
    for (const outcome of locks.lockAll(requests)) {
      if (!outcome.ok) throw new Error(outcome.code);
      const orderId = orderIdOf(outcome.hold.holdId);
      const order = pay(book, orderId, now);
      settling.apply(
        orderId,
        { state: 'succeeded', amountReceived: totalOf(order) },
        { actor: 'stripe', releaseTo: 'expired', stripeEventId: `evt-${orderId}` },
      );
    }
  }
  const { user, system } = process.threadCpuUsage(before);
  if (book.table.count(SEAT.sold) !== book.seats.length) throw new Error('seats are left');
  return book.seats.length / ((user + system) / 1e6);
}

function pair(book: OrderBook, index: number): LockRequest {
  const seatIds = [book.seats[index * 2]?.id, book.seats[index * 2 + 1]?.id];
  return {
    accountId: `fan-${index}` as AccountId,
    admissionId: `admission-${index}`,
    seatIds: seatIds.filter((id): id is SeatId => id !== undefined),
    requestId: `request-${index}` as RequestId,
  };
}

/** What the desk does between the lock and the money: the order is made, and its payment begins. */
function pay(book: OrderBook, orderId: OrderId, now: number): OrderRecord {
  let order = book.find(orderId);
  for (const stage of ['held', 'paying'] as const) {
    if (order === null) throw new Error(`no order ${orderId}`);
    const because = { at: now, actor: 'buyer', why: `is ${stage}` } as const;
    const after: OrderRecord = stepOrder(order, stage, because, { ordered: true });
    book.commit([{ before: order, after }], now);
    order = after;
  }
  if (order === null) throw new Error(`no order ${orderId}`);
  return order;
}

/** Open orders are in the book's memory, and no request is asked twice here. */
class NoStorage extends MemorySeatStore {
  override commit(): void {}
}

/** A sale of the stadium that stores nothing but where it begins: with these seats sold. */
export function openSale(sold: readonly number[] = []): {
  book: OrderBook;
  locks: OrderLocks;
  settling: OrderSettling;
  now: number;
} {
  const { plan, categories } = stadiumPlan();
  const sale = new HandSale({ plan, categories, settings: { seatsPerAccount: 6 } });
  const { ports, ...rest } = sale.context();
  const context = { ...rest, ports: { ...ports, telemetry: { record: () => {} } } };
  const admissions: AdmissionBook = {
    admission: () => ({ state: 'live', until: sale.now + 900_000 }),
    endAdmission: () => {},
    tookSeats: () => {},
  };
  const store = new NoStorage();
  const seats = sold.map((index) => ({ index, state: SEAT.sold, orderId: 'sold', version: 1 }));
  store.load = () => ({ seats, openOrders: [], owned: new Map(), tally: NO_TALLY });
  const outbox = new Outbox(context, store, () => {});
  const book = new OrderBook(context, store, { seats: () => {}, outbox: () => outbox.wake() });
  const parts = { store, book, admissions };
  const settling = new OrderSettling(context, parts);
  return { book, locks: new OrderLocks(context, parts), settling, now: sale.now };
}

if (import.meta.main) console.log(lockAndConfirm());
