import { eventOf } from './ids.ts';
import type { OrderId } from './ids.ts';
import type { Money } from './money.ts';
import { noteOrder, openRefunds, seatsOf, stepOrder } from './order-record.ts';
import type { Because, OrderRecord, RefundRecord } from './order-record.ts';
import { whyOf } from './order-whys.ts';

/** What the organiser asks for; a seat that is no seat of the plan is null. */
export interface RefundQuestion {
  order: OrderRecord;
  /** Null: all that was not given back yet. */
  seats: readonly (number | null)[] | null;
  requestId: string;
}

/** `positions` are those of the seats asked for. `again`: the command had its effect before, this one. */
export type RefundDecision =
  | { ok: true; seats: readonly number[]; amount: Money; again: null }
  | { ok: true; again: RefundRecord }
  | { ok: false; code: 'unknown_seat' | 'duplicate_seat'; positions: readonly number[] }
  | { ok: false; code: 'already_refunded' | 'not_paid' | 'request_reused' };

/**
 * Whether these seats of a confirmed order, or all that an offer stands for, may be paid back, and how much that is: what each was sold for,
 * never a figure of the caller's. A `requestId` has its effect once, for good.
 */
export function decideRefund({ order, seats, requestId }: RefundQuestion): RefundDecision {
  const known = order.refunds.find((refund) => refund.requestId === requestId);
  if (known !== undefined)
    return isSameRefund(known, order, seats)
      ? { ok: true, again: known }
      : { ok: false, code: 'request_reused' };
  if (order.stage === 'refunding' || order.stage === 'refunded')
    return { ok: false, code: 'already_refunded' };
  // Late money that was offered seats goes back as a whole: it has bought none yet.
  if (order.stage === 'offered' && order.paid !== null && seats === null)
    return { ok: true, seats: order.seats, amount: order.paid, again: null };
  if (order.stage !== 'confirmed') return { ok: false, code: 'not_paid' };
  if (seats === null) return granted(order, seatsOf(order));

  const unknown: number[] = [];
  const duplicate: number[] = [];
  const wanted: number[] = [];
  seats.forEach((index, position) => {
    if (index === null || !order.seats.includes(index)) unknown.push(position);
    else if (wanted.includes(index)) duplicate.push(position);
    else wanted.push(index);
  });
  if (unknown.length > 0 || seats.length === 0)
    return { ok: false, code: 'unknown_seat', positions: unknown };
  if (duplicate.length > 0) return { ok: false, code: 'duplicate_seat', positions: duplicate };
  if (wanted.some((index) => order.returned.includes(index)))
    return { ok: false, code: 'already_refunded' };
  return granted(order, wanted);
}

function granted(order: OrderRecord, seats: readonly number[]): RefundDecision {
  let amount = 0;
  for (const index of seats) amount += order.prices[order.seats.indexOf(index)] ?? 0;
  return { ok: true, seats, amount: { amount, currency: order.currency }, again: null };
}

/** All that was left is the same request as the seats that were left, by name. */
function isSameRefund(
  known: RefundRecord,
  order: OrderRecord,
  seats: readonly (number | null)[] | null,
): boolean {
  if (seats === null) return order.stage !== 'confirmed' && order.refunds.at(-1) === known;
  const named = new Set(seats);
  return named.size === known.seats.length && known.seats.every((index) => named.has(index));
}

/**
 * The order with one more refund begun. When no seat is left it is `refunding`; else it stays `confirmed`
 * with fewer seats. Throws when more would go back than was paid.
 */
export function beginRefund(
  order: OrderRecord,
  refund: { seats: readonly number[]; amount: Money; requestId: string | null },
  because: Because,
  paid: Money | null = order.paid,
): OrderRecord {
  const number = order.refunds.length + 1;
  const begun: RefundRecord = {
    ...refund,
    refundId: `refund_${order.orderId}${number === 1 ? '' : `-${number}`}`,
    attempt: 1,
    done: false,
    startedAt: because.at,
    reason: because.why,
  };
  const refunds = [...order.refunds, begun];
  const returned = [...order.returned, ...refund.seats];
  const whole = order.stage !== 'confirmed' || returned.length === order.seats.length;
  if (!whole) return noteOrder(order, because, { refunds, returned });
  // The seats go by the stage; they stay named, so that the record tells what was sold.
  return stepOrder(order, 'refunding', because, { refunds, paid });
}

/** The key that Stripe knows this attempt by; it changes only after a definite failure. */
export function refundKey({ refundId, attempt }: RefundRecord): string {
  return attempt === 1 ? refundId : `${refundId}_${attempt}`;
}

/** The order after Stripe said that this attempt went through; null when it does not wait for it any more. */
export function refundDone(order: OrderRecord, key: string, at: number): OrderRecord | null {
  const refund = waitingFor(order, key);
  if (refund === undefined) return null;
  const refunds = order.refunds.map((one) => (one === refund ? { ...one, done: true } : one));
  const because: Because = { at, actor: 'stripe', why: whyOf('refund_done', key) };
  const last = order.stage === 'refunding' && refunds.every(({ done }) => done);
  return last
    ? stepOrder(order, 'refunded', because, { refunds })
    : noteOrder(order, because, { refunds });
}

/**
 * The order after this attempt failed for good, or was sent back by the buyer's bank though it had gone through:
 * the next has a key of its own. Null when no refund is at this attempt.
 */
export function refundFailed(order: OrderRecord, key: string, at: number): OrderRecord | null {
  const refund = order.refunds.find((one) => refundKey(one) === key);
  if (refund === undefined) return null;
  const next = { ...refund, attempt: refund.attempt + 1, done: false };
  const refunds = order.refunds.map((one) => (one === refund ? next : one));
  const because: Because = { at, actor: 'stripe', why: whyOf('refund_failed', key) };
  return order.stage === 'refunded'
    ? stepOrder(order, 'refunding', because, { refunds })
    : noteOrder(order, because, { refunds });
}

/** The order that a key of `refundKey` belongs to, or null for anything that is no such key. */
export function orderOfRefund(key: string): OrderId | null {
  const id = /^refund_(book_[a-z0-9-]+_[A-Za-z0-9]+)(-\d+)?(_\d+)?$/.exec(key)?.[1];
  return id === undefined || eventOf('book', id) === null ? null : (id as OrderId);
}

function waitingFor(order: OrderRecord, key: string): RefundRecord | undefined {
  return openRefunds(order).find((refund) => refundKey(refund) === key);
}
