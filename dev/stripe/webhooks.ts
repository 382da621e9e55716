import { createHmac } from 'node:crypto';
import type { Context } from './context.ts';
import { seconds } from './context.ts';
import { renderEvent } from './events.ts';
import type { Delivery, StoredEvent } from './state.ts';

/** Where and how events are delivered. */
export interface WebhookTarget {
  url: string;
  secret: string;
}

const RETRY_CAP_MS = 60_000;
const MAX_CONCURRENT = 32;

/** The `Stripe-Signature` header for a payload sent at `epochMs` (docs.stripe.com/webhooks#verify-manually). */
export function signatureHeader(payload: string, secret: string, epochMs: number): string {
  const timestamp = seconds(epochMs);
  const v1 = createHmac('sha256', secret).update(`${timestamp}.${payload}`).digest('hex');
  return `t=${timestamp},v1=${v1}`;
}

/** Delivers events at least once: each is posted until the answer is 2xx, waiting longer each time. */
export class WebhookSender {
  readonly #context: Pick<Context, 'later' | 'now' | 'store' | 'switches'>;
  readonly #target: WebhookTarget | undefined;
  readonly #closing = new AbortController();
  readonly #waiting: Array<() => void> = [];
  #active = 0;
  #held: StoredEvent[] = [];

  constructor(
    context: Pick<Context, 'later' | 'now' | 'store' | 'switches'>,
    target: WebhookTarget | undefined,
  ) {
    this.#context = context;
    this.#target = target;
  }

  /** Starts the delivery of a new event, under the webhook switches of this moment. */
  deliver(event: StoredEvent): void {
    if (this.#target === undefined) return;
    const { webhook } = this.#context.switches.values;
    const touched = webhook.types === undefined || webhook.types.includes(event.type);
    const state = touched && webhook.drop ? 'dropped' : 'pending';
    this.#context.store.delivery.put({ id: event.id, state, attempts: 0 });
    if (state === 'dropped') return;
    if (touched && webhook.reorder) {
      this.#hold(event);
      return;
    }
    this.#start(event);
  }

  /** Sends an event again whatever came of it before, as Stripe's Dashboard can. */
  resend(event: StoredEvent): void {
    if (this.#target === undefined) return;
    this.#context.store.delivery.put({ id: event.id, state: 'pending', attempts: 0 });
    this.#attempt(event);
  }

  /** Takes up deliveries that an earlier run left unfinished. */
  resume(): void {
    for (const delivery of this.#context.store.delivery.rows()) {
      const event = this.#context.store.event.get(delivery.id);
      if (delivery.state === 'pending' && event !== undefined) this.#attempt(event);
    }
  }

  /** Breaks off what is under way; the log keeps it pending. */
  close(): void {
    this.#closing.abort();
  }

  #hold(event: StoredEvent): void {
    this.#held.push(event);
    if (this.#held.length > 1) return;
    this.#context.later(this.#context.switches.values.webhook.reorderWindowMs, () => {
      const held = this.#held.reverse();
      this.#held = [];
      void this.#inTurn(held);
    });
  }

  async #inTurn(events: readonly StoredEvent[]): Promise<void> {
    for (const event of events) await this.#post(event);
  }

  #start(event: StoredEvent): void {
    const { webhook } = this.#context.switches.values;
    const touched = webhook.types === undefined || webhook.types.includes(event.type);
    const copies = 1 + (touched ? webhook.duplicate : 0);
    const begin = (): void => {
      for (let copy = 0; copy < copies; copy += 1) this.#attempt(event);
    };
    if (touched && webhook.delayMs > 0) this.#context.later(webhook.delayMs, begin);
    else begin();
  }

  #attempt(event: StoredEvent): void {
    if (this.#closing.signal.aborted) return;
    if (this.#active >= MAX_CONCURRENT) {
      this.#waiting.push(() => this.#attempt(event));
      return;
    }
    this.#active += 1;
    void this.#post(event).finally(() => {
      this.#active -= 1;
      this.#waiting.shift()?.();
    });
  }

  async #post(event: StoredEvent): Promise<void> {
    const target = this.#target;
    if (target === undefined || this.#context.store.event.get(event.id) === undefined) return;
    const payload = JSON.stringify(renderEvent(this.#context.store, event), null, 2);
    const { timeoutMs } = this.#context.switches.values.webhook;
    let ok = false;
    try {
      const answer = await fetch(target.url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
          'stripe-signature': signatureHeader(payload, target.secret, this.#context.now()),
        },
        body: payload,
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(timeoutMs)]),
      });
      await answer.arrayBuffer();
      ok = answer.ok;
    } catch {
      ok = false;
    }
    if (!this.#closing.signal.aborted) this.#record(event, ok);
  }

  #record(event: StoredEvent, ok: boolean): void {
    const { store, switches, later } = this.#context;
    const before: Delivery | undefined = store.delivery.get(event.id);
    if (before === undefined) return;
    const attempts = before.attempts + 1;
    // A copy that fails does not undo the delivery of another.
    if (ok || before.state === 'delivered') {
      store.delivery.put({ id: event.id, state: 'delivered', attempts });
      return;
    }
    const { maxAttempts, retryBaseMs } = switches.values.webhook;
    const givenUp = attempts >= maxAttempts;
    store.delivery.put({ id: event.id, state: givenUp ? 'failed' : 'pending', attempts });
    if (givenUp) return;
    const waitMs = Math.min(RETRY_CAP_MS, retryBaseMs * 2 ** (attempts - 1));
    later(waitMs, () => {
      if (store.delivery.get(event.id)?.state === 'pending') this.#attempt(event);
    });
  }
}
