import type { SaleQueueRpc } from '../../../durable-objects/protocol/queue-rpc.ts';
import type { RefundOutcome, SaleSeatsRpc } from '../../../durable-objects/protocol/seats-rpc.ts';
import { stubOf, type Served, type Surroundings } from '../actors/actor.ts';
import { Bystander } from '../actors/outside.ts';
import type { RefundRequest } from '../../../durable-objects/event-sale/order-refunds.ts';
import { Violation } from '../auditor/violation.ts';

/** What buyers and the organiser may ask of a sale. */
export type SaleCalls = SaleQueueRpc &
  SaleSeatsRpc & { refundOrder(request: RefundRequest): Promise<RefundOutcome> };

/** How long a browser waits for an answer, ms. */
const PATIENCE_MS = 15_000;

/** The Worker on behalf of people who try again until they are answered, or give up. */
export class Caller {
  /** Questions that were answered. */
  answered = 0;
  readonly #around: Surroundings;
  readonly #sale: Served<SaleCalls>;
  readonly #worker: Bystander;

  constructor(name: string, around: Surroundings, sale: Served<SaleCalls>) {
    this.#around = around;
    this.#sale = sale;
    this.#worker = new Bystander(name);
  }

  /** The answer to the same question asked up to `tries` times; null when there was none. That nothing goes wrong and nobody answers is a broken promise. */
  async ask<Answer>(call: (sale: SaleCalls) => Promise<Answer>, tries = 8): Promise<Answer | null> {
    const { clock, faults } = this.#around;
    const calm = !faults.active;
    for (let attempt = 0; attempt < tries; attempt++) {
      try {
        const answer = await this.#inTime(call(stubOf(this.#worker, this.#sale, this.#around)));
        if (answer !== null && !isPaymentsDown(answer)) {
          this.answered += 1;
          return answer;
        }
        await this.pause(2_000);
      } catch {
        await this.pause(this.#around.random.between(200, 4_000));
      }
    }
    if (calm)
      clock.fail(new Violation(`nobody answered ${String(call)} though nothing goes wrong`));
    return null;
  }

  /** The answer, or null when it takes too long. */
  #inTime<Answer>(answer: Promise<Answer>): Promise<Answer | null> {
    return new Promise((resolve, reject) => {
      const late = this.#around.clock.after(PATIENCE_MS, () => resolve(null));
      const end = (): void => void (late.task = null);
      answer.finally(end).then(resolve, reject);
    });
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
