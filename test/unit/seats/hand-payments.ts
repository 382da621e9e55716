import type { OrderId } from '../../../durable-objects/core/ids.ts';
import type { Money } from '../../../durable-objects/core/money.ts';
import type { Result } from '../../../durable-objects/core/result.ts';
import type { IntentState, PaymentsDown } from '../../../durable-objects/protocol/ports.ts';

interface Intent {
  id: string;
  orderId: OrderId;
  total: Money;
  state: IntentState;
}

type Call = 'create' | 'retrieve' | 'cancel' | 'refund';
const DOWN: { ok: false } & PaymentsDown = {
  ok: false,
  code: 'payments_unavailable',
  retryAfterMs: 1_000,
};

/** A payment service moved by hand: `pay` and `decline` are the buyer's bank. */
export class HandPayments {
  readonly intents = new Map<string, Intent>();
  readonly refunds = new Map<string, { intentId: string; amount: Money }>();
  readonly calls: { call: Call; key: string }[] = [];
  /** `before`: no answer and no effect; `after`: the effect happens, the answer is lost; `throws`: the port breaks; `limited`: 429. */
  fault: Partial<Record<Call, 'before' | 'after' | 'throws' | 'limited' | undefined>> = {};
  refundStatus: 'pending' | 'succeeded' | 'failed' = 'succeeded';
  readonly #through = new Set<string>();
  readonly #failed = new Set<string>();
  /** When set, calls wait until `release` is called. */
  #gates: (() => void)[] | null = null;
  #held: 'asked' | 'answered' = 'asked';

  /** Makes calls wait before they have their effect, or with the answer that they will get. */
  hold(when: 'asked' | 'answered' = 'asked'): void {
    this.#gates = [];
    this.#held = when;
  }

  /** Lets waiting calls go: all, or the one at `index`. */
  release(index?: number): void {
    const gates = this.#gates ?? [];
    if (index === undefined) {
      this.#gates = null;
      for (const gate of gates) gate();
    } else gates.splice(index, 1)[0]?.();
  }

  /** Waiting calls never get their answer, as when their caller died. */
  abandon(): void {
    this.#gates = null;
  }

  get waiting(): number {
    return this.#gates?.length ?? 0;
  }

  intentOf(orderId: OrderId): Intent {
    const found = [...this.intents.values()].find((intent) => intent.orderId === orderId);
    if (found === undefined) throw new Error(`no intent for ${orderId}`);
    return found;
  }

  /** The buyer's bank pays, if there is an intent that can be paid. */
  payIfOpen(orderId: OrderId): void {
    if (this.#isOpen(orderId)) this.pay(orderId);
  }

  /** The buyer's bank sends back a refund that had gone through. */
  sendBack(key: string): void {
    this.refunds.delete(key);
    this.#through.delete(key);
    this.#failed.add(key);
  }

  declineIfOpen(orderId: OrderId): void {
    if (this.#isOpen(orderId)) this.decline(orderId);
  }

  processIfOpen(orderId: OrderId): void {
    if (this.#isOpen(orderId)) this.processing(orderId);
  }

  /** Money is taken though the intent was canceled: what must not happen, and what we survive. */
  payAnyhow(orderId: OrderId): void {
    for (const intent of this.intents.values())
      if (intent.orderId === orderId)
        intent.state = { state: 'succeeded', amountReceived: intent.total };
  }

  #isOpen(orderId: OrderId): boolean {
    const state = [...this.intents.values()].find((intent) => intent.orderId === orderId)?.state;
    return state?.state === 'unpaid' || state?.state === 'processing';
  }

  pay(orderId: OrderId, amount?: Money): void {
    const intent = this.intentOf(orderId);
    if (intent.state.state === 'canceled') throw new Error('a canceled intent cannot be paid');
    intent.state = { state: 'succeeded', amountReceived: amount ?? intent.total };
  }

  decline(orderId: OrderId): void {
    this.intentOf(orderId).state = {
      state: 'unpaid',
      problem: { code: 'card_declined', message: 'Your card was declined.' },
    };
  }

  processing(orderId: OrderId): void {
    this.intentOf(orderId).state = { state: 'processing' };
  }

  async createIntent(request: {
    orderId: OrderId;
    total: Money;
  }): Promise<
    Result<{ intentId: string; intent: IntentState; clientSecret: string }, PaymentsDown>
  > {
    return this.#call('create', request.orderId, () => {
      const id = `pi_${request.orderId}`;
      const known = this.intents.get(id);
      if (known !== undefined && known.total.amount !== request.total.amount)
        throw new Error('idempotency key reused');
      const asMade = { state: 'unpaid', problem: null } as const;
      const { orderId, total } = request;
      if (known === undefined) this.intents.set(id, { id, orderId, total, state: asMade });
      return { ok: true, intentId: id, intent: asMade, clientSecret: `${id}_secret` };
    });
  }

  async retrieveIntent(
    intentId: string,
  ): Promise<Result<{ intent: IntentState; clientSecret: string }, PaymentsDown>> {
    return this.#call('retrieve', intentId, () => ({
      ok: true,
      intent: this.#get(intentId).state,
      clientSecret: `${intentId}_secret`,
    }));
  }

  async cancelIntent(intentId: string): Promise<Result<{ intent: IntentState }, PaymentsDown>> {
    return this.#call('cancel', intentId, () => {
      const intent = this.#get(intentId);
      if (intent.state.state === 'unpaid') intent.state = { state: 'canceled' };
      return { ok: true, intent: intent.state };
    });
  }

  async refund(request: {
    intentId: string;
    refundId: string;
    amount: Money;
  }): Promise<Result<{ status: 'pending' | 'succeeded' | 'failed' }, PaymentsDown>> {
    return this.#call('refund', request.refundId, () => {
      const { intentId, refundId, amount } = request;
      // What went through or failed is found again by its key.
      if (this.#failed.has(refundId)) return { ok: true, status: 'failed' };
      const status = this.#through.has(refundId) ? 'succeeded' : this.refundStatus;
      if (status === 'failed') this.sendBack(refundId);
      else this.refunds.set(refundId, { intentId, amount });
      if (status === 'succeeded') this.#through.add(refundId);
      return { ok: true, status };
    });
  }

  async #call<Answer>(
    call: Call,
    key: string,
    effect: () => Answer,
  ): Promise<Answer | typeof DOWN> {
    this.calls.push({ call, key });
    if (this.#held === 'asked') await this.#gate();
    const fault = this.fault[call];
    if (fault === 'throws') throw new Error('the port broke');
    if (fault === 'before') return DOWN;
    if (fault === 'limited') return { ...DOWN, limited: true };
    const answer = effect();
    if (this.#held === 'answered') await this.#gate();
    return fault === 'after' ? DOWN : answer;
  }

  async #gate(): Promise<void> {
    const gates = this.#gates;
    if (gates !== null) await new Promise<void>((resolve) => gates.push(resolve));
  }

  #get(intentId: string): Intent {
    const intent = this.intents.get(intentId);
    if (intent === undefined) throw new Error(`no such intent: ${intentId}`);
    return intent;
  }
}
