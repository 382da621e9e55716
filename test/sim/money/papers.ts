import type { Filing, Mail } from '../../../durable-objects/protocol/ports.ts';
import type { Order } from '../../../durable-objects/protocol/seats-rpc.ts';
import type { Tally } from '../../../durable-objects/core/sale-tally.ts';
import { countFiled } from '../../unit/seats/filed-books.ts';
import type { SaleActor } from '../actors/sale.ts';
import { Office, type Outcome } from './office.ts';

/** Postgres, the book of record: one row for each command, the first that came. */
export class Registry extends Office {
  /** In the order of their first filing. */
  readonly rows = new Map<string, Order>();

  filing(sale: SaleActor): Filing {
    return {
      file: (batch) => this.serve(sale, () => this.#file(batch)),
      totals: () => this.serve(sale, () => this.#totals()),
    };
  }

  #totals(): Outcome<Tally> | 'silence' {
    if (this.isAway('Postgres is away')) return { failure: 'Postgres cannot be reached' };
    if (this.faults.roll('Postgres is silent')) return 'silence';
    return { answer: countFiled(this.rows.values()) };
  }

  #file(batch: Parameters<Filing['file']>[0]): Outcome<{ refused: [] }> | 'silence' {
    if (this.isAway('Postgres is away')) return { failure: 'Postgres cannot be reached' };
    if (this.faults.roll('Postgres is silent')) return 'silence';
    for (const { commandId, order } of batch)
      if (!this.rows.has(commandId)) this.rows.set(commandId, order);
    if (this.faults.roll('Postgres commits without an answer'))
      return { failure: 'connection lost' };
    return { answer: { refused: [] } };
  }
}

/** The mail service: a letter under a key is sent once. */
export class Post extends Office {
  readonly sent = new Set<string>();

  mail(sale: SaleActor): Mail {
    return {
      send: ({ idempotencyKey }) =>
        this.serve<undefined>(sale, () => {
          if (this.faults.roll('mail fails')) return { failure: 'not accepted' };
          this.sent.add(idempotencyKey);
          if (this.faults.roll('mail sent without an answer')) return { failure: 'no answer' };
          return { answer: undefined };
        }),
    };
  }
}
