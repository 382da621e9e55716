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
/** The cron leaves younger events alone, ms; as in `worker/payments/undelivered.ts`. */
const SETTLED_MS = 60_000;

/** Something that has happened to an order's intent. */
interface News {
  orderId: OrderId;
  stripeEventId: string;
}

/** Stripe's webhooks on their way through the Worker to the sale. */
export class Webhooks {
  readonly #around: Surroundings;
  readonly #faults: Faults<MoneyFault>;
  readonly #sale: Served<SaleSeatsRpc>;
  readonly #worker = new Bystander('worker');
  #events = 0;
  /** What nobody has taken yet, oldest first, and when it happened. */
  readonly #undelivered = new Map<string, News & { at: number }>();

  constructor(around: Surroundings, faults: Faults<MoneyFault>, sale: Served<SaleSeatsRpc>) {
    this.#around = around;
    this.#faults = faults;
    this.#sale = sale;
  }

  /** Something has happened to the order's intent. */
  send(orderId: OrderId): void {
    const { random } = this.#around;
    const stripeEventId = `evt_${++this.#events}`;
    this.#undelivered.set(stripeEventId, { orderId, stripeEventId, at: this.#around.clock.now });
    if (this.#faults.roll('webhook never comes')) return;
    const late = this.#faults.roll('webhook late') ? random.between(60_000, 1_800_000) : 0;
    this.#deliver({ orderId, stripeEventId }, late + random.exponential(2_000), 1);
    if (this.#faults.roll('webhook twice'))
      this.#deliver({ orderId, stripeEventId }, late + random.exponential(4_000), 1);
  }

  /** The cron asks Stripe what it could not deliver, and the sale once about each of these orders. */
  look(): void {
    if (this.#faults.roll('Stripe fails')) return;
    const old = this.#around.clock.now - SETTLED_MS;
    const found = [...this.#undelivered.values()].filter(({ at }) => at <= old);
    const orders = new Map(found.map((news) => [news.orderId, news.stripeEventId]));
    for (const [orderId, stripeEventId] of orders)
      this.#stub()
        .settle({ orderId, stripeEventId })
        .catch(() => undefined);
  }

  #stub(): SaleSeatsRpc {
    return stubOf<SaleSeatsRpc>(this.#worker, this.#sale, this.#around);
  }

  #deliver(event: News, ms: number, attempt: number): void {
    const again = (): void => {
      if (attempt < TRIES) this.#deliver(event, AGAIN_MS * 2 ** attempt, attempt + 1);
    };
    this.#around.clock.after(ms, () => {
      if (this.#faults.roll('webhook lost')) {
        again();
        return;
      }
      let over = false;
      const ended = (failed: boolean): void => {
        if (!failed) this.#undelivered.delete(event.stripeEventId);
        if (!over && failed) again();
        over = true;
      };
      this.#around.clock.after(PATIENCE_MS, () => ended(true));
      this.#stub()
        .settle(event)
        .then(
          (outcome) => ended(!outcome.ok && outcome.code === 'payments_unavailable'),
          () => ended(true),
        );
    });
  }
}
