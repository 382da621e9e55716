import type { OrderId } from '../../../durable-objects/core/ids.ts';
import type { Money } from '../../../durable-objects/core/money.ts';
import type { Result } from '../../../durable-objects/core/result.ts';
import type {
  IntentState,
  Payments,
  PaymentsDown,
} from '../../../durable-objects/protocol/ports.ts';
import type { SaleActor } from '../actors/sale.ts';
import { Office } from './office.ts';

/** An intent as Stripe keeps it. */
export interface Intent {
  id: string;
  orderId: OrderId;
  total: Money;
  state: IntentState;
  /** When a card or a bank last did something about it, epoch ms. */
  touchedAt: number;
}

/** A refund that was taken; `due`: when a pending one goes through, epoch ms. */
interface Refund {
  intentId: string;
  amount: Money;
  due: number;
}

const DOWN: { ok: false } & PaymentsDown = {
  ok: false,
  code: 'payments_unavailable',
  retryAfterMs: 2_000,
};

/** So long after a refund went through a bank may send it back, ms. */
const SENT_BACK_MS = 600_000;

/** A definite refusal of a refund is remembered under its key: asked again, the same answer. */
type Answer<Value> = Result<Value, PaymentsDown>;

/** Stripe with every fault of its own. What it did once under a key it never does again. */
export class StripeModel extends Office {
  readonly intents = new Map<string, Intent>();
  /** By idempotency key; those that the bank refused or sent back are not among them. */
  readonly refunds = new Map<string, Refund>();
  readonly #refused = new Set<string>();
  /** Hears of everything that Stripe tells by webhook. */
  onEvent: (orderId: OrderId) => void = () => undefined;

  /** The port of one life of the sale. */
  payments(sale: SaleActor): Payments {
    return {
      createIntent: ({ orderId, total }) => this.#ask(sale, () => this.#create(orderId, total)),
      retrieveIntent: (id) =>
        this.#ask(sale, () => ({
          ok: true,
          intent: this.#get(id).state,
          clientSecret: `${id}_secret`,
        })),
      cancelIntent: (id) => this.#ask(sale, () => this.#cancel(this.#get(id))),
      refund: (request) => this.#ask(sale, () => this.#refund(request)),
    };
  }

  /** A buyer's card: true when the money was taken. `anyhow`: of a canceled intent too, which must not happen. */
  pay(id: string, anyhow = false): boolean {
    const intent = this.#get(id);
    const { state } = intent.state;
    if (state === 'succeeded' || (state === 'canceled' && !anyhow)) return false;
    intent.state = { state: 'succeeded', amountReceived: intent.total };
    this.#touched(intent);
    return true;
  }

  decline(id: string): void {
    const intent = this.#get(id);
    if (intent.state.state === 'succeeded' || intent.state.state === 'canceled') return;
    const problem = { code: 'card_declined', message: 'Your card was declined.' };
    intent.state = { state: 'unpaid', problem };
    this.#touched(intent);
  }

  #touched(intent: Intent): void {
    intent.touchedAt = this.around.clock.now;
    this.onEvent(intent.orderId);
  }

  /** The bank asks the buyer; false when the intent takes no card any more. */
  process(id: string): boolean {
    const intent = this.#get(id);
    if (intent.state.state !== 'unpaid') return false;
    intent.state = { state: 'processing' };
    return true;
  }

  #create(
    orderId: OrderId,
    total: Money,
  ): Answer<{ intentId: string; intent: IntentState; clientSecret: string }> {
    const id = `pi_${orderId}`;
    const known = this.intents.get(id);
    if (known !== undefined && known.total.amount !== total.amount)
      throw new Error(`another amount under the key of ${orderId}`);
    const intent: IntentState = { state: 'unpaid', problem: null };
    const touchedAt = this.around.clock.now;
    if (known === undefined) this.intents.set(id, { id, orderId, total, state: intent, touchedAt });
    return { ok: true, intentId: id, intent, clientSecret: `${id}_secret` };
  }

  #cancel(intent: Intent): Answer<{ intent: IntentState }> {
    if (intent.state.state === 'unpaid') intent.state = { state: 'canceled' };
    return { ok: true, intent: intent.state };
  }

  #refund({
    intentId,
    refundId,
    amount,
  }: Parameters<Payments['refund']>[0]): Answer<{ status: 'pending' | 'succeeded' | 'failed' }> {
    const { clock, random } = this.around;
    const known = this.refunds.get(refundId);
    if (known !== undefined)
      return { ok: true, status: known.due <= clock.now ? 'succeeded' : 'pending' };
    if (this.#refused.has(refundId) || this.faults.roll('refund fails')) {
      this.#refused.add(refundId);
      return { ok: true, status: 'failed' };
    }
    const waits = this.faults.roll('refund pending') ? random.between(10_000, 600_000) : 0;
    this.refunds.set(refundId, { intentId, amount, due: clock.now + waits });
    if (waits === 0 && this.faults.roll('refund sent back'))
      clock.after(random.between(100, SENT_BACK_MS), () => this.#sendBack(intentId, refundId));
    return { ok: true, status: waits > 0 ? 'pending' : 'succeeded' };
  }

  #sendBack(intentId: string, refundId: string): void {
    this.refunds.delete(refundId);
    this.#refused.add(refundId);
    this.#touched(this.#get(intentId));
  }

  #ask<Value>(sale: SaleActor, effect: () => Answer<Value>): Promise<Answer<Value>> {
    const { faults } = this;
    return this.serve<Answer<Value>>(sale, () => {
      if (this.isAway('Stripe is away')) return { failure: 'Stripe cannot be reached' };
      if (faults.roll('Stripe is busy')) return { answer: { ...DOWN, limited: true } };
      if (faults.roll('Stripe fails')) return { answer: DOWN };
      if (faults.roll('Stripe is silent')) {
        if (this.around.random.chance(0.5)) effect();
        return 'silence';
      }
      const answer = effect();
      return { answer: faults.roll('Stripe fails after the effect') ? DOWN : answer };
    });
  }

  #get(id: string): Intent {
    const intent = this.intents.get(id);
    if (intent === undefined) throw new Error(`no such intent: ${id}`);
    return intent;
  }
}
