import type { OrderId } from '../../../durable-objects/core/ids.ts';
import type { SaleSeatsRpc } from '../../../durable-objects/protocol/seats-rpc.ts';
import { stubOf, type Served, type Surroundings } from '../actors/actor.ts';
import { Bystander } from '../actors/outside.ts';
import type { Faults } from '../faults.ts';
import type { MoneyFault } from './money-faults.ts';

/** Stripe repeats a delivery that nobody took, longer and longer, ms. */
const AGAIN_MS = 20_000;
const TRIES = 8;
/** So long it waits for an answer, ms. */
const PATIENCE_MS = 20_000;

/** Stripe's webhooks on their way through the Worker to the sale. */
export class Webhooks {
  readonly #around: Surroundings;
  readonly #faults: Faults<MoneyFault>;
  readonly #sale: Served<SaleSeatsRpc>;
  readonly #worker = new Bystander('worker');
  #events = 0;

  constructor(around: Surroundings, faults: Faults<MoneyFault>, sale: Served<SaleSeatsRpc>) {
    this.#around = around;
    this.#faults = faults;
    this.#sale = sale;
  }

  /** Something has happened to the order's intent. */
  send(orderId: OrderId): void {
    const { random } = this.#around;
    const stripeEventId = `evt_${++this.#events}`;
    if (this.#faults.roll('webhook never comes')) return;
    const late = this.#faults.roll('webhook late') ? random.between(60_000, 1_800_000) : 0;
    this.#deliver({ orderId, stripeEventId }, late + random.exponential(2_000), 1);
    if (this.#faults.roll('webhook twice'))
      this.#deliver({ orderId, stripeEventId }, late + random.exponential(4_000), 1);
  }

  #deliver(event: { orderId: OrderId; stripeEventId: string }, ms: number, attempt: number): void {
    const again = (): void => {
      if (attempt < TRIES) this.#deliver(event, AGAIN_MS * 2 ** attempt, attempt + 1);
    };
    this.#around.clock.after(ms, () => {
      if (this.#faults.roll('webhook lost')) {
        again();
        return;
      }
      const stub = stubOf<SaleSeatsRpc>(this.#worker, this.#sale, this.#around);
      let over = false;
      const ended = (failed: boolean): void => {
        if (!over && failed) again();
        over = true;
      };
      this.#around.clock.after(PATIENCE_MS, () => ended(true));
      stub.settle(event).then(
        (outcome) => ended(!outcome.ok && outcome.code === 'payments_unavailable'),
        () => ended(true),
      );
    });
  }
}
