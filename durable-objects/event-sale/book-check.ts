import { agrees } from '../core/sale-tally.ts';
import type { Drift } from '../protocol/seats-rpc.ts';
import type { SaleContext } from './context.ts';
import type { OrderBook } from './order-book.ts';
import type { Outbox } from './outbox.ts';

/** Compares the object's books with those of Postgres, in the background, whenever the cron nudges. */
export class BookCheck {
  readonly #context: SaleContext;
  readonly #book: OrderBook;
  readonly #outbox: Outbox;
  #last: Drift | null = null;
  #asking = false;

  constructor(context: SaleContext, book: OrderBook, outbox: Outbox) {
    this.#context = context;
    this.#book = book;
    this.#outbox = outbox;
  }

  /** What the last comparison found; null before the first one. */
  get last(): Drift | null {
    return this.#last;
  }

  /** Compares once more. A Postgres that does not answer says nothing about its books. */
  look(): void {
    if (this.#asking) return;
    this.#asking = true;
    this.#context.background(
      this.#compare().finally(() => {
        this.#asking = false;
      }),
    );
  }

  async #compare(): Promise<void> {
    const { eventId } = this.#context.definition;
    const before = this.#book.tally;
    const unfiled = this.#outbox.unfiled();
    const postgres = await this.#context.ports.filing.totals(eventId);
    const object = this.#book.tally;
    const explained = agrees({ before, after: object, unfiled }, postgres);
    this.#last = { at: this.#context.now(), object, postgres, unfiled, explained };
    if (explained) return;
    this.#context.ports.telemetry.record({
      name: 'problem',
      eventId,
      detail: `the books differ: object ${JSON.stringify(object)}, Postgres ${JSON.stringify(postgres)}`,
    });
  }
}
