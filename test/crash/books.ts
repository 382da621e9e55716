import { lettersDue, wasOffered } from '../support/letters-due.ts';
import type { Order } from '../../durable-objects/protocol/seats-rpc.ts';
import type { BuyerBook } from './buyer.ts';

/** What Stripe has under one intent. Minor units. */
export interface StripeLine {
  intentId: string;
  orderId: string;
  status: string;
  received: number;
  refunded: number;
  currency: string;
}

/** What Postgres has of one booking. */
export interface PostgresLine {
  bookingId: string;
  status: string;
  amount: number;
  /** Seats of its live items. */
  seats: readonly string[];
  paymentId: string | null;
  paymentStatus: string | null;
  refunded: number;
}

/** Everybody's books at the end of a sale. */
export interface Books {
  buyers: readonly BuyerBook[];
  /** The object's orders. */
  orders: readonly Order[];
  stripe: readonly StripeLine[];
  postgres: readonly PostgresLine[];
  /** Status of each seat as the public map shows it. */
  seats: ReadonlyMap<string, string>;
  /** Mails by address. */
  mails: ReadonlyMap<string, number>;
}

const ENDED: ReadonlySet<string> = new Set(['confirmed', 'refunded', 'expired', 'cancelled']);

/**
 * Compares the books to the cent and the seat and tells every difference in a sentence. Naive on
 * purpose: it shares no rule with the product.
 */
export function differences(books: Books): string[] {
  return [
    ...ordersEnded(books),
    ...moneyEnds(books),
    ...seatsOnce(books),
    ...filedAsSold(books),
    ...promisesKept(books),
  ];
}

function ordersEnded({ orders }: Books): string[] {
  const open = orders.filter((order) => !ENDED.has(order.status));
  const unfiled = orders.filter(
    (order) => (order.status === 'confirmed' || order.status === 'refunded') && !order.filed,
  );
  return [
    ...open.map((order) => `order ${order.orderId} never ended: ${order.status}`),
    ...unfiled.map((order) => `order ${order.orderId} was never filed`),
  ];
}

function moneyEnds({ orders, stripe }: Books): string[] {
  const found: string[] = [];
  const byOrder = new Map<string, StripeLine>();
  const intents = new Map(orders.map((order) => [order.orderId as string, order.paymentIntentId]));
  for (const line of stripe) {
    // One that was made while its answer got lost stays behind, with a secret that nobody has.
    const leftBehind = intents.get(line.orderId) !== line.intentId;
    if (leftBehind && line.status === 'requires_payment_method' && line.received === 0) continue;
    if (byOrder.has(line.orderId)) found.push(`order ${line.orderId} has two intents`);
    byOrder.set(line.orderId, line);
  }
  const known = new Set(orders.map((order) => order.orderId as string));
  for (const line of stripe)
    if (line.received > 0 && !known.has(line.orderId))
      found.push(`${line.received} were taken for order ${line.orderId}, which nobody knows`);
  for (const { orderId, status, total } of orders) {
    const line = byOrder.get(orderId);
    const received = line?.received ?? 0;
    const kept = received - (line?.refunded ?? 0);
    const due = status === 'confirmed' ? total.amount : 0;
    if (kept !== due)
      found.push(`order ${orderId} is ${status} and Stripe keeps ${kept}, not ${due}`);
    if (line !== undefined && line.currency !== total.currency.toLowerCase())
      found.push(`order ${orderId} was paid in ${line.currency}`);
    if (status === 'refunded' && received === 0)
      found.push(`order ${orderId} is refunded and was never paid`);
    const released = status === 'expired' || status === 'cancelled';
    if (released && line !== undefined && line.status !== 'canceled')
      found.push(`order ${orderId} is ${status} and its intent is ${line.status}`);
  }
  return found;
}

function seatsOnce({ orders, seats }: Books): string[] {
  const found: string[] = [];
  const owner = new Map<string, string>();
  for (const order of orders.filter(({ status }) => status === 'confirmed'))
    for (const { seatId } of order.items) {
      const other = owner.get(seatId);
      if (other !== undefined)
        found.push(`seat ${seatId} was sold to ${other} and to ${order.orderId}`);
      owner.set(seatId, order.orderId);
    }
  for (const [seatId, status] of seats) {
    const due = owner.has(seatId) ? 'sold' : 'available';
    if (status !== due) found.push(`seat ${seatId} is ${status}, not ${due}`);
  }
  return found;
}

function filedAsSold({ orders, postgres }: Books): string[] {
  const found: string[] = [];
  const filed = new Map(postgres.map((line) => [line.bookingId, line]));
  for (const order of orders) {
    const line = filed.get(order.orderId);
    filed.delete(order.orderId);
    const { orderId, status, total, items } = order;
    if (status !== 'confirmed' && status !== 'refunded') {
      if (line !== undefined) found.push(`order ${orderId} is ${status} and Postgres has it`);
      continue;
    }
    if (line === undefined) {
      found.push(`order ${orderId} is ${status} and Postgres lacks it`);
      continue;
    }
    const due = {
      status,
      amount: total.amount,
      seats: status === 'confirmed' ? items.map((item) => item.seatId as string).toSorted() : [],
      paymentId: order.paymentIntentId,
      paymentStatus: status === 'confirmed' ? 'succeeded' : 'refunded',
      refunded: status === 'refunded' ? total.amount : 0,
    };
    const { bookingId: _, ...rest } = line;
    const has = { ...rest, seats: line.seats.toSorted() };
    for (const name of Object.keys(due) as (keyof typeof due)[])
      if (JSON.stringify(has[name]) !== JSON.stringify(due[name]))
        found.push(
          `order ${orderId}: Postgres has ${name} ${JSON.stringify(has[name])}, not ${JSON.stringify(due[name])}`,
        );
  }
  return [...found, ...[...filed.keys()].map((id) => `Postgres has ${id}, which nobody knows`)];
}

function promisesKept({ buyers, orders, mails }: Books): string[] {
  const found: string[] = [];
  const byId = new Map(orders.map((order) => [order.orderId as string, order]));
  for (const { accountId, orderId, held, tickets, charged, end, email } of buyers) {
    if (end.startsWith('failed') || end === 'still there') found.push(`buyer ${accountId} ${end}`);
    if (orderId === null) continue;
    const order = byId.get(orderId);
    if (order === undefined) {
      found.push(`buyer ${accountId} was given order ${orderId}, which is gone`);
      continue;
    }
    const seats = order.items.map((item) => item.seatId as string).toSorted();
    const others = order.status === 'confirmed' && wasOffered(order);
    if (!others && seats.join() !== held.toSorted().join())
      found.push(`buyer ${accountId} was promised ${held.join()} and has ${seats.join()}`);
    if (tickets !== null && order.status !== 'confirmed')
      found.push(`buyer ${accountId} has tickets of an order that is ${order.status}`);
    if (tickets !== null && tickets.toSorted().join() !== seats.join())
      found.push(`buyer ${accountId} has tickets for ${tickets.join()}, not ${seats.join()}`);
    if (charged !== null && order.status !== 'confirmed' && order.status !== 'refunded')
      found.push(`buyer ${accountId} paid ${charged} for an order that is ${order.status}`);
    if (charged !== null && charged !== order.total.amount)
      found.push(`buyer ${accountId} paid ${charged}, not ${order.total.amount}`);
    const sent = mails.get(email) ?? 0;
    const due = lettersDue(order);
    if (sent !== due) found.push(`buyer ${accountId} was sent ${sent} letters, not ${due}`);
  }
  return found;
}
