import type { OrderId } from '../core/ids.ts';
import { noteOrder, stepOrder } from '../core/order-record.ts';
import type { Actor, Because, OrderRecord } from '../core/order-record.ts';
import type { Money } from '../core/money.ts';
import { judgeIntent, refundIdOf } from '../core/payment-rules.ts';
import type { IntentReading } from '../core/payment-rules.ts';
import { unreachable } from '../core/result.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { OutboxEntry, SeatStore } from '../storage/seat-records.ts';
import type { AdmissionBook, SaleContext } from './context.ts';
import type { OrderBook } from './order-book.ts';
import type { Move } from './order-moves.ts';
import { viewOrder } from './order-view.ts';
import type { Outbox } from './outbox.ts';

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
  readonly #outbox: Outbox;
  readonly #admissions: AdmissionBook;

  constructor(
    context: SaleContext,
    parts: { store: SeatStore; book: OrderBook; outbox: Outbox; admissions: AdmissionBook },
  ) {
    this.#context = context;
    this.#store = parts.store;
    this.#book = parts.book;
    this.#outbox = parts.outbox;
    this.#admissions = parts.admissions;
  }

  /** Applies a fresh reading and returns the order as it is afterwards. */
  apply(orderId: OrderId, intent: IntentReading, cause: Cause): OrderRecord {
    const now = this.#context.now();
    this.#book.sweep(now);
    const order = this.#require(orderId);
    if (cause.stripeEventId !== undefined && this.#store.hasStripeEvent(cause.stripeEventId))
      return order;
    const verdict = judgeIntent(order, intent, this.#book.areFree(order.seats));
    switch (verdict.do) {
      case 'nothing':
      case 'wait':
        return order;
      case 'note_problem':
        return this.#noteProblem(order, verdict.problem, cause);
      case 'release': {
        const after = stepOrder(order, cause.releaseTo, this.#because(cause, 'intent canceled'));
        this.#commit([{ before: order, after }], cause);
        return after;
      }
      case 'confirm':
        return this.#confirm(order, verdict.late, cause, now);
      case 'refund':
        return this.#startRefund(order, verdict.amount, verdict.why, cause);
      default:
        return unreachable(verdict);
    }
  }

  /** The refund went through. Does nothing unless the order still waits for this very refund. */
  refunded(orderId: OrderId, refundId: string): void {
    const before = this.#require(orderId);
    if (before.stage !== 'refunding' || before.refund?.refundId !== refundId) return;
    const because = {
      at: this.#context.now(),
      actor: 'stripe',
      why: `refund ${refundId}`,
    } as const;
    const after = stepOrder(before, 'refunded', because, { filed: false });
    const outbox = this.#entries(after, { file: 'refunded' });
    this.#book.commit([{ before, after }], because.at, { outbox });
    this.#outbox.wake();
  }

  /** The refund failed for good; the next attempt gets an id of its own. Told as a problem, never forgotten. */
  refundFailed(orderId: OrderId, refundId: string): void {
    const before = this.#require(orderId);
    const { refund } = before;
    if (before.stage !== 'refunding' || refund === null || refund.refundId !== refundId) return;
    const attempt = refund.attempt + 1;
    const next = { ...refund, attempt, refundId: refundIdOf(orderId, attempt) };
    const why = `refund ${refundId} failed`;
    const because = { at: this.#context.now(), actor: 'stripe', why } as const;
    const after = noteOrder(before, because, { refund: next });
    this.#book.commit([{ before, after }], because.at);
    this.problem(before, why);
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
    const because = this.#because(cause, `not paid: ${problem.code}`);
    const after = noteOrder(order, because, { paymentProblem: problem });
    this.#commit([{ before: order, after }], cause);
    return after;
  }

  #confirm(order: OrderRecord, late: boolean, cause: Cause, now: number): OrderRecord {
    const because = this.#because(cause, late ? 'paid late, seats were free' : 'paid');
    const paid = stepOrder(order, 'paid', because, { paymentProblem: null });
    const confirmed = stepOrder(paid, 'confirmed', because, { confirmedAt: now, filed: false });
    this.#commit(
      [
        { before: order, after: paid },
        { before: paid, after: confirmed },
      ],
      cause,
      this.#entries(confirmed, { file: 'confirmed', mail: 'tickets' }),
    );
    const admission = this.#admissions.admission(order.accountId, order.admissionId);
    // A late payer may be inside again by now, with another admission that is not used up.
    if (admission.state === 'live') this.#admissions.endAdmission(order.accountId);
    this.#outbox.wake();
    return confirmed;
  }

  #startRefund(order: OrderRecord, amount: Money, why: string, cause: Cause): OrderRecord {
    const refund = { refundId: refundIdOf(order.orderId, 1), amount, attempt: 1 };
    const after = stepOrder(order, 'refunding', this.#because(cause, why), { refund });
    this.#commit([{ before: order, after }], cause);
    if (why === 'amount_mismatch') this.problem(after, `paid ${amount.amount} ${amount.currency}`);
    return after;
  }

  #commit(moves: readonly Move[], cause: Cause, outbox: readonly OutboxEntry[] = []): void {
    const { stripeEventId } = cause;
    this.#book.commit(moves, this.#context.now(), { stripeEventId, outbox });
  }

  /** What is to be done outside: the effect by kind names the command. */
  #entries(
    order: OrderRecord,
    effects: Partial<Record<OutboxEntry['kind'], string>>,
  ): OutboxEntry[] {
    const { orderId } = order;
    const view = viewOrder(order, this.#book.seats);
    // A moment later, so that those who pay at the same time are filed by one statement, and the buyer's
    // answer does not wait behind it.
    const due = this.#context.now() + LIMITS.outboxGatherMs;
    const kinds = ['file', 'mail'] as const;
    return kinds.flatMap((kind) => {
      const effect = effects[kind];
      return effect === undefined
        ? []
        : [{ kind, commandId: `${orderId}:${effect}`, orderId, order: view, due }];
    });
  }

  #because(cause: Cause, why: string): Because {
    return { at: this.#context.now(), actor: cause.actor, why };
  }

  #require(orderId: OrderId): OrderRecord {
    const order = this.#book.find(orderId);
    if (order === null) throw new Error(`order ${orderId} is gone`);
    return order;
  }
}
