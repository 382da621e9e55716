import type { OrderId } from '../core/ids.ts';
import { endOffer, equalOrBetter, makeOffer, OFFER_TTL_MS } from '../core/late-offer.ts';
import { noteOrder, stepOrder, totalOf } from '../core/order-record.ts';
import type { Actor, Because, OrderRecord } from '../core/order-record.ts';
import { whyOf, WHYS } from '../core/order-whys.ts';
import type { Money } from '../core/money.ts';
import { judgeIntent } from '../core/payment-rules.ts';
import type { IntentReading } from '../core/payment-rules.ts';
import { beginRefund, refundDone, refundFailed } from '../core/refund-rules.ts';
import { unreachable } from '../core/result.ts';
import type { SeatStore } from '../storage/seat-records.ts';
import type { AdmissionBook, SaleContext } from './context.ts';
import type { OrderBook } from './order-book.ts';
import type { Move } from './order-moves.ts';

/** On whose word an intent was read, and what release means then. */
export interface Cause {
  actor: Actor;
  /** What an order becomes when its intent turns out unpaid for good. */
  releaseTo: 'expired' | 'cancelled';
  stripeEventId?: string | undefined;
}

/**
 * Acts on what an intent was read to be: the one place where money becomes tickets or a refund.
 * Synchronous; judged against the order as it is now, so that it may be called any number of times,
 * by webhook, browser, timer and cron at once.
 */
export class OrderSettling {
  readonly #context: SaleContext;
  readonly #store: SeatStore;
  readonly #book: OrderBook;
  readonly #admissions: AdmissionBook;

  constructor(
    context: SaleContext,
    parts: { store: SeatStore; book: OrderBook; admissions: AdmissionBook },
  ) {
    this.#context = context;
    this.#store = parts.store;
    this.#book = parts.book;
    this.#admissions = parts.admissions;
  }

  /** Applies a fresh reading and returns the order as it is afterwards. */
  apply(orderId: OrderId, intent: IntentReading, cause: Cause): OrderRecord {
    const now = this.#context.now();
    this.#book.sweep(now);
    const order = this.#require(orderId);
    if (cause.stripeEventId !== undefined && this.#store.hasStripeEvent(cause.stripeEventId))
      return order;
    const verdict = judgeIntent(order, intent, {
      same: this.#book.areFree(order.seats),
      others: () => this.#equalOrBetter(order),
    });
    switch (verdict.do) {
      case 'nothing':
      case 'wait':
        return order;
      case 'note_problem':
        return this.#noteProblem(order, verdict.problem, cause);
      case 'release': {
        const after = stepOrder(order, cause.releaseTo, this.#because(cause, WHYS.intent_canceled));
        this.#commit([{ before: order, after }], cause);
        return after;
      }
      case 'confirm':
        return this.#confirm(order, verdict.late ? WHYS.paid_late : WHYS.paid, cause);
      case 'offer':
        return this.#offer(order, verdict, cause);
      case 'refund':
        return this.#startRefund(order, verdict.amount, verdict.why, cause);
      default:
        return unreachable(verdict);
    }
  }

  /** This attempt of a refund went through. Does nothing unless the order still waits for it. */
  refunded(orderId: OrderId, key: string): void {
    const before = this.#require(orderId);
    const now = this.#context.now();
    const after = refundDone(before, key, now);
    if (after === null) return;
    this.#book.commit([{ before, after }], now);
    if (after.stage === before.stage) this.#tellPart(after);
  }

  /** The attempt failed for good; the next gets a key of its own. Told as a problem, never forgotten. */
  refundFailed(orderId: OrderId, key: string): void {
    const before = this.#require(orderId);
    const now = this.#context.now();
    const after = refundFailed(before, key, now);
    if (after === null) return;
    this.#book.commit([{ before, after }], now);
    this.problem(before, `refund ${key} failed`);
  }

  /** A part given back is no step of the order, and told all the same. */
  #tellPart({ orderId, accountId }: OrderRecord): void {
    const { eventId } = this.#context.definition;
    this.#context.ports.telemetry.record({ name: 'refunded', eventId, orderId, accountId });
  }

  /** Tells operators about an order that needs eyes. */
  problem(order: OrderRecord, detail: string): void {
    const { orderId, accountId } = order;
    const { eventId } = this.#context.definition;
    this.#context.ports.telemetry.record({
      name: 'problem',
      eventId,
      orderId,
      accountId,
      detail,
    });
  }

  #noteProblem(
    order: OrderRecord,
    problem: { code: string; message: string },
    cause: Cause,
  ): OrderRecord {
    const known = order.paymentProblem;
    if (known?.code === problem.code && known.message === problem.message) return order;
    const because = this.#because(cause, whyOf('not_paid', problem.code));
    const after = noteOrder(order, because, { paymentProblem: problem });
    this.#commit([{ before: order, after }], cause);
    return after;
  }

  /** The buyer of an `offered` order takes the seats that were set aside, for what was paid. */
  acceptOffer(order: OrderRecord): OrderRecord {
    const { offer } = order;
    if (offer === null) throw new Error(`order ${order.orderId} was offered nothing`);
    return this.#confirm(order, WHYS.offer_taken, { actor: 'buyer' }, { seats: offer });
  }

  /** The buyer of an `offered` order wants the money back. */
  declineOffer(order: OrderRecord): OrderRecord {
    const after = endOffer(order, this.#because({ actor: 'buyer' }, WHYS.offer_declined));
    this.#commit([{ before: order, after }], {});
    return after;
  }

  #equalOrBetter(order: OrderRecord): readonly number[] | null {
    const { categories } = this.#context.definition;
    return equalOrBetter(this.#book.rows, this.#book, {
      seats: order.seats,
      worth: (categoryId) => {
        const price = categories.find(({ id }) => id === categoryId)?.price;
        return price?.currency === order.currency ? price.amount : null;
      },
    });
  }

  #offer(
    order: OrderRecord,
    offer: { seats: readonly number[]; paid: Money },
    cause: Cause,
  ): OrderRecord {
    const { offerTtlMs = OFFER_TTL_MS } = this.#context.definition.settings;
    const until = this.#context.now() + offerTtlMs;
    const because = this.#because(cause, WHYS.offer_made);
    const after = makeOffer(order, { ...offer, until }, because);
    this.#commit([{ before: order, after }], cause);
    return after;
  }

  #confirm(
    order: OrderRecord,
    why: string,
    cause: Pick<Cause, 'actor' | 'stripeEventId'>,
    seats: { seats?: readonly number[] } = {},
  ): OrderRecord {
    const because = this.#because(cause, why);
    const money = { paymentProblem: null, paid: totalOf(order) };
    const paid = stepOrder(order, 'paid', because, { ...money, ...seats });
    const confirmed = stepOrder(paid, 'confirmed', because, { confirmedAt: because.at });
    const moves = [
      { before: order, after: paid },
      { before: paid, after: confirmed },
    ];
    this.#commit(moves, cause);
    const admission = this.#admissions.admission(order.accountId, order.admissionId);
    // A late payer may be inside again by now, with another admission that is not used up.
    if (admission.state === 'live') this.#admissions.endAdmission(order.accountId);
    return confirmed;
  }

  #startRefund(order: OrderRecord, amount: Money, why: string, cause: Cause): OrderRecord {
    const refund = { seats: order.seats, amount, requestId: null };
    const after = beginRefund(order, refund, this.#because(cause, why), amount);
    this.#commit([{ before: order, after }], cause);
    if (why === 'amount_mismatch') this.problem(after, `paid ${amount.amount} ${amount.currency}`);
    return after;
  }

  #commit(moves: readonly Move[], { stripeEventId }: Pick<Cause, 'stripeEventId'>): void {
    this.#book.commit(moves, this.#context.now(), { stripeEventId });
  }

  #because(cause: Pick<Cause, 'actor'>, why: string): Because {
    return { at: this.#context.now(), actor: cause.actor, why };
  }

  #require(orderId: OrderId): OrderRecord {
    const order = this.#book.find(orderId);
    if (order === null) throw new Error(`order ${orderId} is gone`);
    return order;
  }
}
