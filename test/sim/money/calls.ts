import type { SaleQueueRpc } from '../../../durable-objects/protocol/queue-rpc.ts';
import type { RefundOutcome, SaleSeatsRpc } from '../../../durable-objects/protocol/seats-rpc.ts';
import { stubOf, type Served, type Surroundings } from '../actors/actor.ts';
import { Bystander } from '../actors/outside.ts';
import type { RefundRequest } from '../../../durable-objects/event-sale/order-refunds.ts';

/** What buyers and the organiser may ask of a sale. */
export type SaleCalls = SaleQueueRpc &
  SaleSeatsRpc & { refundOrder(request: RefundRequest): Promise<RefundOutcome> };

/** How long a browser waits for an answer, ms. */
const PATIENCE_MS = 15_000;

/** The Worker on behalf of people who try again until they are answered, or give up. */
export class Caller {
  readonly #around: Surroundings;
  readonly #sale: Served<SaleCalls>;
  readonly #worker: Bystander;

  constructor(name: string, around: Surroundings, sale: Served<SaleCalls>) {
    this.#around = around;
    this.#sale = sale;
    this.#worker = new Bystander(name);
  }

  /** The answer to the same question asked up to `tries` times; null when there was none. */
  async ask<Answer>(call: (sale: SaleCalls) => Promise<Answer>, tries = 8): Promise<Answer | null> {
    for (let attempt = 0; attempt < tries; attempt++) {
      const late = this.pause(PATIENCE_MS).then(() => null);
      try {
        const stub = stubOf(this.#worker, this.#sale, this.#around);
        const answer = await Promise.race([call(stub), late]);
        if (answer !== null && !isPaymentsDown(answer)) return answer;
        await this.pause(2_000);
      } catch {
        await this.pause(this.#around.random.between(200, 4_000));
      }
    }
    return null;
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#around.clock.after(ms, resolve);
    });
  }
}

function isPaymentsDown(answer: unknown): boolean {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    Reflect.get(answer, 'code') === 'payments_unavailable'
  );
}
