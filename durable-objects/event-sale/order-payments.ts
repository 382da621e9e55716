import { backoffMs, fractionOf } from '../core/backoff.ts';
import type { AccountId, OrderId } from '../core/ids.ts';
import { openRefunds, stepOrder } from '../core/order-record.ts';
import type { Actor, OrderRecord } from '../core/order-record.ts';
import { WHYS } from '../core/order-whys.ts';
import type { IntentReading } from '../core/payment-rules.ts';
import { refundKey } from '../core/refund-rules.ts';
import { unreachable } from '../core/result.ts';
import type { PaymentsDown } from '../protocol/ports.ts';
import type { OfferOutcome, PaymentStart, SettleOutcome } from '../protocol/seats-rpc.ts';
import type { SeatStore } from '../storage/seat-records.ts';
import type { SaleContext } from './context.ts';
import { ORDER_TIMER } from './order-book.ts';
import type { OrderBook } from './order-book.ts';
import { OrderOutside } from './order-outside.ts';
import type { OrderSettling } from './order-settling.ts';
import { viewOrder } from './order-view.ts';

/** Between two looks at a payment that may still come: a lost webhook costs less than a minute (F11). */
const CHECK_BACKOFF = { baseMs: 20_000, capMs: 45_000 };
/** Between two tries to end a payment whose deadline is over, or to refund. */
const END_BACKOFF = { baseMs: 2_000, capMs: 60_000 };

/**
 * Payments of orders: decide and write, ask outside, read the order again, act. Every method may run
 * at once with any other for the same order.
 */
export class OrderPayments {
  readonly #context: SaleContext;
  readonly #store: SeatStore;
  readonly #book: OrderBook;
  readonly #settling: OrderSettling;
  readonly #outside: OrderOutside;
  /** Tries since the object woke, for back-off only. */
  readonly #tries = new Map<OrderId, number>();
  /** Orders with a background call under way. */
  readonly #busy = new Set<OrderId>();

  constructor(
    context: SaleContext,
    parts: { store: SeatStore; book: OrderBook; settling: OrderSettling; onLimited: () => void },
  ) {
    this.#context = context;
    this.#store = parts.store;
    this.#book = parts.book;
    this.#settling = parts.settling;
    this.#outside = new OrderOutside(context, parts.book, parts.onLimited);
  }

  /** Moves the order to `paying` and answers its one intent; again answers the same. */
  async start(request: { accountId: AccountId; orderId: OrderId }): Promise<PaymentStart> {
    const now = this.#context.now();
    this.#book.sweep(now);
    const order = this.#ownOrder(request.orderId, request.accountId);
    if (order === null) return { ok: false, code: 'booking_not_found' };
    if (order.stage === 'expired' || (order.stage === 'paying' && order.expiresAt <= now))
      return { ok: false, code: 'hold_expired' };
    if (order.stage !== 'held' && order.stage !== 'paying')
      return { ok: false, code: 'order_closed' };
    if (order.stage === 'held') this.#beginPaying(order, now);

    const reading = await this.#outside.read(this.#find(order), 'buyer');
    if (!reading.ok) return reading;
    this.#apply(order.orderId, reading.intent, 'buyer');
    const current = this.#find(order);
    if (current.stage === 'expired') return { ok: false, code: 'hold_expired' };
    const { paymentIntentId } = current;
    if (current.stage !== 'paying' || paymentIntentId === null)
      return { ok: false, code: 'order_closed' };
    return {
      ok: true,
      order: viewOrder(current, this.#book.seats),
      paymentIntentId,
      clientSecret: reading.clientSecret,
    };
  }

  /** Takes or declines the seats set aside; in one synchronous block, and once. */
  answerOffer(request: { accountId: AccountId; orderId: OrderId; accept: boolean }): OfferOutcome {
    this.#book.sweep(this.#context.now());
    const order = this.#ownOrder(request.orderId, request.accountId);
    if (order === null) return { ok: false, code: 'booking_not_found' };
    if (order.offer === null) return { ok: false, code: 'order_closed' };
    const { accept } = request;
    if (order.stage === 'offered') {
      if (accept) this.#settling.acceptOffer(order);
      else this.giveBack(this.#settling.declineOffer(order), 'buyer');
    } else if (accept !== (order.confirmedAt !== null)) return { ok: false, code: 'offer_over' };
    return { ok: true, order: viewOrder(this.#find(order), this.#book.seats) };
  }

  /** Reads the intent again and acts on it. Any number of times, from anywhere. */
  async settle(request: {
    orderId: OrderId;
    accountId?: AccountId;
    stripeEventId?: string;
  }): Promise<SettleOutcome> {
    this.#book.sweep(this.#context.now());
    const order = this.#ownOrder(request.orderId, request.accountId);
    if (order === null) return { ok: false, code: 'booking_not_found' };
    const actor = request.accountId === undefined ? 'stripe' : 'buyer';
    const seen =
      request.stripeEventId !== undefined && this.#store.hasStripeEvent(request.stripeEventId);
    const asks = order.stage === 'paying' || mayBeLate(order);
    const deaf = !seen && actor === 'stripe' ? await this.#askRefunds(order) : null;
    if (deaf !== null) return deaf;
    if (seen || !asks) return this.#result(this.#find(order), null);

    const reading = await this.#outside.read(order, actor);
    if (!reading.ok) return reading;
    this.#apply(order.orderId, reading.intent, actor, request.stripeEventId);
    return this.#result(this.#find(order), reading.intent);
  }

  /**
   * Ends a payment by cancelling its intent first. Afterwards the order is released, or confirmed when
   * the money was there already, or unchanged when the bank is still asked.
   */
  async end(
    order: OrderRecord,
    actor: Actor,
    releaseTo: 'expired' | 'cancelled',
  ): Promise<{ ok: true; order: OrderRecord } | ({ ok: false } & PaymentsDown)> {
    const known = await this.#outside.intentOf(order, actor);
    if (!known.ok) return known;
    const current = this.#find(order);
    if (current.stage !== 'paying') return { ok: true, order: current };
    const answer = await this.#outside.cancel(current, known.intentId);
    if (!answer.ok) return answer;
    this.#apply(order.orderId, answer.intent, actor, undefined, releaseTo);
    return { ok: true, order: this.#find(order) };
  }

  /** An order's timer fired: looks at its payment or refund in the background, and sets the next look first. */
  wake(order: OrderRecord, actor: Actor): void {
    const { orderId } = order;
    const ending = order.stage !== 'paying' || order.expiresAt <= this.#context.now();
    this.#nextLook(order, ending ? END_BACKOFF : CHECK_BACKOFF);
    if (this.#busy.has(orderId)) return;
    this.#busy.add(orderId);
    const work = order.stage === 'paying' ? this.#look(order, actor) : this.#refund(order);
    this.#context.background(work.finally(() => this.#busy.delete(orderId)));
  }

  /** Payment orders with a call under way or tried since the object woke; the cron leaves them alone. */
  isWatched(orderId: OrderId): boolean {
    return this.#busy.has(orderId) || this.#tries.has(orderId);
  }

  async #look(order: OrderRecord, actor: Actor): Promise<void> {
    if (order.expiresAt <= this.#context.now()) {
      await this.end(order, actor, 'expired');
      return;
    }
    const reading = await this.#outside.read(order, actor);
    if (reading.ok) this.#apply(order.orderId, reading.intent, actor);
  }

  /**
   * Stripe told something about an order with refunds: a bank may have sent one back, also while our own call
   * for it still waits to hear that it went through. Where Stripe cannot be asked the news was not heard.
   */
  async #askRefunds(order: OrderRecord): Promise<({ ok: false } & PaymentsDown) | null> {
    for (const refund of order.refunds) {
      const answer = await this.#outside.refund(order, refund);
      if (!answer.ok) return answer;
      if (answer.status !== 'failed') continue;
      this.#settling.refundFailed(order.orderId, refundKey(refund));
      this.giveBack(this.#find(order), 'stripe');
    }
    return null;
  }

  async #refund(order: OrderRecord): Promise<void> {
    const tried = new Set<string>();
    for (;;) {
      // More may be asked for meanwhile.
      const refund = openRefunds(this.#find(order)).find((one) => !tried.has(one.refundId));
      if (refund === undefined) return;
      tried.add(refund.refundId);
      const answer = await this.#outside.refund(order, refund);
      if (!answer.ok) return;
      const key = refundKey(refund);
      if (answer.status === 'succeeded') this.#settling.refunded(order.orderId, key);
      if (answer.status === 'failed') this.#settling.refundFailed(order.orderId, key);
    }
  }

  #beginPaying(order: OrderRecord, now: number): void {
    const { payingTtlMs } = this.#context.definition.settings;
    // Never shorter than the hold was: starting to pay must not cost the buyer time.
    const expiresAt = Math.max(order.expiresAt, now + payingTtlMs);
    const because = { at: now, actor: 'buyer', why: WHYS.began_to_pay } as const;
    const after = stepOrder(order, 'paying', because, { expiresAt });
    this.#book.commit([{ before: order, after }], now);
  }

  #apply(
    orderId: OrderId,
    intent: IntentReading,
    actor: Actor,
    stripeEventId?: string,
    releaseTo?: 'expired' | 'cancelled',
  ): void {
    const before = this.#book.find(orderId);
    const overdue = before !== null && before.expiresAt <= this.#context.now();
    const after = this.#settling.apply(orderId, intent, {
      actor,
      releaseTo: releaseTo ?? (overdue ? 'expired' : 'cancelled'),
      stripeEventId,
    });
    if (after.stage === before?.stage) return;
    this.giveBack(after, actor);
  }

  /** Looks at the refunds that an order was just given, without waiting for a timer. */
  giveBack(order: OrderRecord, actor: Actor): void {
    this.#tries.delete(order.orderId);
    if (openRefunds(order).length > 0) this.wake(order, actor);
  }

  #nextLook(order: OrderRecord, limits: { baseMs: number; capMs: number }): void {
    const now = this.#context.now();
    const tries = (this.#tries.get(order.orderId) ?? 0) + 1;
    this.#tries.set(order.orderId, tries);
    const wait = backoffMs(tries, limits, fractionOf(this.#context.randomId()));
    const deadline = order.expiresAt > now ? order.expiresAt : Infinity;
    this.#context.timers.set(ORDER_TIMER, order.orderId, Math.min(now + wait, deadline));
  }

  #result(order: OrderRecord, intent: IntentReading | null): SettleOutcome {
    const view = viewOrder(order, this.#book.seats);
    switch (order.stage) {
      case 'paid':
      case 'confirmed':
        return { ok: true, result: 'confirmed', order: view };
      case 'offered':
        return { ok: true, result: 'offered', order: view };
      case 'refunding':
        return { ok: true, result: 'refunding', order: view };
      case 'refunded':
        return { ok: true, result: 'refunded', order: view };
      case 'paying': {
        const result = intent?.state === 'processing' ? 'processing' : 'failed';
        return { ok: true, result, order: view };
      }
      case 'hold':
      case 'held':
      case 'expired':
      case 'cancelled':
        return { ok: true, result: 'failed', order: view };
      default:
        return unreachable(order.stage);
    }
  }

  /** The order, if the account may know of it. A hold for which no order was asked is none. */
  #ownOrder(orderId: OrderId, accountId: AccountId | undefined): OrderRecord | null {
    const order = this.#book.find(orderId);
    if (order === null || !order.ordered) return null;
    return accountId === undefined || order.accountId === accountId ? order : null;
  }

  #find(order: OrderRecord): OrderRecord {
    return this.#book.find(order.orderId) ?? order;
  }
}

/** Released orders whose intent once existed: money that comes now is late. */
function mayBeLate(order: OrderRecord): boolean {
  return (
    (order.stage === 'expired' || order.stage === 'cancelled') && order.paymentIntentId !== null
  );
}
