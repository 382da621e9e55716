import type { Order } from '../../../durable-objects/protocol/seats-rpc.ts';
import { everyOrder, type Audited } from '../../property/seats/auditor.ts';
import { mustHold } from '../auditor/violation.ts';
import type { Registry } from './papers.ts';
import type { StripeModel } from './stripe.ts';

/** How far an order that is filed has come: filed papers of one order never go back. */
const FILED_ORDER = ['confirmed', 'offered', 'refunding', 'refunded'];

/**
 * How long an order may take to end when nothing stands in its way any more: the model's bank keeps a refund
 * on its way for ten minutes, an offer stands for five, and all are asked about each minute.
 */
const RESOLVED_MINUTES = 20;

/** Money and papers by the books of Stripe and Postgres alone, beside what `audit` compares. */
export class MoneyAuditor {
  readonly #stripe: StripeModel;
  readonly #registry: Registry;

  constructor(stripe: StripeModel, registry: Registry) {
    this.#stripe = stripe;
    this.#registry = registry;
  }

  /** At any time. */
  look(sale: Audited): void {
    for (const intent of this.#stripe.intents.values()) {
      const { state } = intent;
      const captured = state.state === 'succeeded' ? state.amountReceived.amount : 0;
      const back = this.#backOf(intent.id);
      mustHold(back <= captured, () => `${intent.id} took ${captured} and ${back} went back`);
    }
    for (const order of everyOrder(sale)) this.#released(order);
  }

  /** Seats go only after the intent can be paid no more. */
  #released({ orderId, status, paymentIntentId }: Order): void {
    if ((status !== 'expired' && status !== 'cancelled') || paymentIntentId === null) return;
    const state = this.#stripe.intents.get(paymentIntentId)?.state.state;
    mustHold(
      state === 'canceled' || state === 'succeeded',
      () => `${orderId} is ${status} and its intent is still ${state}`,
    );
  }

  #backOf(intentId: string): number {
    let back = 0;
    for (const refund of this.#stripe.refunds.values())
      if (refund.intentId === intentId) back += refund.amount.amount;
    return back;
  }

  /** When nothing is under way any more. */
  close(sale: Audited): void {
    this.look(sale);
    this.#papers();
    const orders = everyOrder(sale);
    for (const intent of this.#stripe.intents.values()) {
      if (intent.state.state !== 'succeeded') continue;
      const order = orders.find(({ orderId }) => orderId === intent.orderId);
      const captured = intent.state.amountReceived.amount;
      const kept = (order?.items ?? [])
        .filter(({ returned }) => !returned && order?.status === 'confirmed')
        .reduce((sum, { price }) => sum + price.amount, 0);
      const back = this.#backOf(intent.id);
      // An offer of better seats is kept at the price that was paid.
      const sold = order?.history.some(({ to }) => to === 'offered') ? captured - back : kept;
      mustHold(
        captured === sold + back,
        () => `${intent.orderId}: ${captured} came, ${sold} bought seats, ${back} went back`,
      );
    }
    for (const { orderId, status } of orders) {
      if (status !== 'confirmed') continue;
      const papers = [...this.#registry.rows].filter(([, row]) => row.orderId === orderId);
      const confirmed = papers.filter(
        ([, row]) => row.refunds.length === 0 && row.status === 'confirmed',
      );
      mustHold(confirmed.length === 1, () => `${orderId} was filed ${confirmed.length} times`);
    }
  }

  /**
   * Orders end by themselves soon after an outage: from when all is well again, their time is over and
   * their bank has answered, whichever comes last.
   */
  resolved(sale: Audited, wellSince: number): void {
    for (const { orderId, history, expiresAt } of everyOrder(sale)) {
      const touchedAt = this.#stripe.intents.get(`pi_${orderId}`)?.touchedAt ?? 0;
      const free = Math.max(wellSince, expiresAt, touchedAt);
      const minutes = ((history.at(-1)?.at ?? 0) - free) / 60_000;
      mustHold(minutes < RESOLVED_MINUTES, () => `${orderId} took ${minutes} minutes to end`);
    }
  }

  /** The papers of one order came in the order in which it went. */
  #papers(): void {
    const last = new Map<string, { stage: number; steps: number }>();
    for (const [commandId, { orderId, status, history }] of this.#registry.rows) {
      const before = last.get(orderId);
      const stage = FILED_ORDER.indexOf(status);
      mustHold(stage >= 0, () => `${commandId} was filed as ${status}`);
      mustHold(
        before === undefined || history.length > before.steps,
        () => `${commandId} was filed after a later one of the same order`,
      );
      last.set(orderId, { stage, steps: history.length });
    }
  }
}
