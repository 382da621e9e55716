import type { OrderId } from '../core/ids.ts';
import type { IntentReading } from '../core/payment-rules.ts';
import { noteOrder, totalOf } from '../core/order-record.ts';
import type { Actor, OrderRecord, RefundRecord } from '../core/order-record.ts';
import { whyOf } from '../core/order-whys.ts';
import { refundKey } from '../core/refund-rules.ts';
import type { Result } from '../core/result.ts';
import type { PaymentsDown } from '../protocol/ports.ts';
import type { SaleContext } from './context.ts';
import type { OrderBook } from './order-book.ts';

/** Asked again after this long when the port itself failed, ms. */
const PORT_FAILED_RETRY_MS = 5_000;

/** An intent as it was read; the client secret lets the browser pay it. */
type Reading = Result<{ intent: IntentReading; clientSecret: string }, PaymentsDown>;

/** The order's intent; with its state when it was made just now. */
type Known = Result<
  { intentId: string; made: { intent: IntentReading; clientSecret: string } | null },
  PaymentsDown
>;

/**
 * Calls to the payment service on behalf of orders. It decides nothing: answers are judged by the
 * caller against the order as it is then. A port that throws counts as an unknown outcome.
 */
export class OrderOutside {
  readonly #context: SaleContext;
  readonly #book: OrderBook;
  readonly #onLimited: () => void;
  readonly #creating = new Map<OrderId, Promise<Known>>();

  /** `onLimited` hears of each refusal for frequency. */
  constructor(context: SaleContext, book: OrderBook, onLimited: () => void) {
    this.#context = context;
    this.#book = book;
    this.#onLimited = onLimited;
  }

  /** The order's one intent, made if there is none yet and written down before it is answered. */
  async intentOf(order: OrderRecord, actor: Actor): Promise<Known> {
    if (order.paymentIntentId !== null)
      return { ok: true, intentId: order.paymentIntentId, made: null };
    const running = this.#creating.get(order.orderId);
    if (running !== undefined) return running;
    const created = this.#create(order, actor).finally(() => this.#creating.delete(order.orderId));
    this.#creating.set(order.orderId, created);
    return created;
  }

  /** Reads the order's intent. One that is made for it is as new as a reading: nobody has its secret yet. */
  async read(order: OrderRecord, actor: Actor): Promise<Reading> {
    const known = await this.intentOf(order, actor);
    if (!known.ok) return known;
    if (known.made !== null) return { ok: true, ...known.made };
    return this.#ask('retrieve', order, () =>
      this.#context.ports.payments.retrieveIntent(known.intentId),
    );
  }

  /** Cancels the intent; the answer is the state that it has afterwards. */
  async cancel(
    order: OrderRecord,
    intentId: string,
  ): Promise<Result<{ intent: IntentReading }, PaymentsDown>> {
    return this.#ask('cancel', order, () => this.#context.ports.payments.cancelIntent(intentId));
  }

  /** Asks for one of the order's refunds, under the key of its attempt. Nothing is given back without asking. */
  async refund(
    order: OrderRecord,
    refund: RefundRecord,
  ): Promise<Result<{ status: 'pending' | 'succeeded' | 'failed' }, PaymentsDown>> {
    const { paymentIntentId: intentId } = order;
    if (intentId === null) throw new Error(`order ${order.orderId} has nothing to refund`);
    const { amount } = refund;
    if (amount.amount === 0) return { ok: true, status: 'succeeded' };
    const refundId = refundKey(refund);
    return this.#ask('refund', order, () =>
      this.#context.ports.payments.refund({ intentId, refundId, amount }),
    );
  }

  async #create(order: OrderRecord, actor: Actor): Promise<Known> {
    const { definition, ports } = this.#context;
    const { orderId, accountId } = order;
    const made = await this.#ask('create', order, () =>
      ports.payments.createIntent({
        eventId: definition.eventId,
        orderId,
        accountId,
        total: totalOf(order),
        description: `${definition.name} · ${order.seats.length} × ticket`,
      }),
    );
    if (!made.ok) return made;
    const before = this.#book.find(orderId) ?? order;
    if (before.paymentIntentId !== null)
      return { ok: true, intentId: before.paymentIntentId, made: null };
    const { intentId, intent, clientSecret } = made;
    const because = { at: this.#context.now(), actor, why: whyOf('intent_made', intentId) };
    const after = noteOrder(before, because, { paymentIntentId: intentId });
    this.#book.commit([{ before, after }], because.at);
    return { ok: true, intentId, made: { intent, clientSecret } };
  }

  async #ask<Answer>(
    what: string,
    order: OrderRecord,
    call: () => Promise<Result<Answer, PaymentsDown>>,
  ): Promise<Result<Answer, PaymentsDown>> {
    try {
      const answer = await call();
      if (!answer.ok && answer.limited === true) this.#onLimited();
      return answer;
    } catch (error) {
      this.#context.ports.telemetry.record({
        name: 'problem',
        eventId: this.#context.definition.eventId,
        orderId: order.orderId,
        detail: `payments ${what}: ${String(error)}`,
      });
      return { ok: false, code: 'payments_unavailable', retryAfterMs: PORT_FAILED_RETRY_MS };
    }
  }
}
