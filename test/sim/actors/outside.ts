import { SEAL_MARGIN_MS } from '../../../durable-objects/core/fairness/drand.ts';
import { REHEARSAL_ROUND } from '../../../durable-objects/core/fairness/recorded-rounds.ts';
import type { OrderId } from '../../../durable-objects/core/ids.ts';
import type { Money } from '../../../durable-objects/core/money.ts';
import type { IntentState, SalePorts } from '../../../durable-objects/protocol/ports.ts';
import type { SaleDefinition } from '../../../durable-objects/core/sale.ts';
import { NO_TALLY } from '../../../durable-objects/core/sale-tally.ts';
import { LIMITS } from '../../../durable-objects/protocol/limits.ts';
import { Unanswered, type Party } from '../network.ts';
import type { SaleActor } from './sale.ts';
import type { Surroundings } from './actor.ts';

interface Intent {
  id: string;
  orderId: OrderId;
  total: Money;
  state: IntentState;
}

/** Somebody who never dies: the world outside, or the Worker that speaks for a fan. */
export class Bystander implements Party {
  readonly name: string;
  readonly life = 0;

  constructor(name: string) {
    this.name = name;
  }

  step(event: () => void): boolean {
    event();
    return true;
  }

  asked(): void {}

  reachable(): boolean {
    return true;
  }

  sending(): number {
    return 0;
  }

  working(): () => void {
    return () => undefined;
  }
}

/**
 * Stripe, Postgres, mail and the log as an EventSale meets them: they remember what they were told once
 * and say it again. Their own faults belong to the simulator of seats and money; here only the way to
 * them fails.
 */
export class Outside extends Bystander {
  readonly #around: Surroundings;
  readonly #intents = new Map<string, Intent>();
  readonly filed = new Set<string>();

  constructor(around: Surroundings) {
    super('outside');
    this.#around = around;
  }

  /** The buyer's bank pays; false for an intent that cannot be paid any more. */
  pay(intentId: string): boolean {
    const intent = this.#intents.get(intentId);
    if (intent?.state.state !== 'unpaid') return false;
    intent.state = { state: 'succeeded', amountReceived: intent.total };
    return true;
  }

  /** The order that an intent pays. */
  orderOf(intentId: string): OrderId | null {
    return this.#intents.get(intentId)?.orderId ?? null;
  }

  ports(sale: SaleActor, definition: SaleDefinition): SalePorts {
    const { meters } = this.#around;
    const lines = meters.tally('log lines: ');
    const through = async <Answer>(what: string, work: () => Answer): Promise<Answer> => {
      meters.add(what);
      return inTime(sale, this.#around.network.call(sale, this, work));
    };
    return {
      catalogue: { load: async () => definition },
      payments: {
        createIntent: (request) =>
          through('Stripe calls: create', () => {
            const { id, state: intent } = this.#create(request.orderId, request.total);
            return { ok: true, intentId: id, intent, clientSecret: `${id}_secret` };
          }),
        retrieveIntent: (id) =>
          through('Stripe calls: retrieve', () => ({
            ok: true,
            intent: this.#get(id).state,
            clientSecret: `${id}_secret`,
          })),
        cancelIntent: (id) =>
          through('Stripe calls: cancel', () => {
            const intent = this.#get(id);
            if (intent.state.state === 'unpaid') intent.state = { state: 'canceled' };
            return { ok: true, intent: intent.state };
          }),
        refund: () => through('Stripe calls: refund', () => ({ ok: true, status: 'succeeded' })),
      },
      filing: {
        file: (batch) =>
          through('Postgres statements: filing', () => {
            meters.add('Postgres rows filed', batch.length);
            for (const { commandId } of batch) this.filed.add(commandId);
            return { refused: [] };
          }),
        // No simulated cron compares books.
        totals: async () => NO_TALLY,
      },
      randomness: {
        round: () =>
          through('drand requests', () =>
            this.#around.clock.now < definition.settings.opensAt + SEAL_MARGIN_MS
              ? ({ ok: false, code: 'not_yet' } as const)
              : ({ ok: true, beacon: REHEARSAL_ROUND } as const),
          ).catch(() => ({ ok: false, code: 'unavailable' }) as const),
      },
      mail: { send: () => through('mails', () => undefined) },
      telemetry: {
        record: (event) => {
          lines.add(event.name);
        },
      },
    };
  }

  #create(orderId: OrderId, total: Money): Intent {
    const id = `pi_${orderId}`;
    const known = this.#intents.get(id);
    if (known !== undefined) return known;
    const intent: Intent = { id, orderId, total, state: { state: 'unpaid', problem: null } };
    this.#intents.set(id, intent);
    return intent;
  }

  #get(id: string): Intent {
    const intent = this.#intents.get(id);
    if (intent === undefined) throw new Error(`no such intent: ${id}`);
    return intent;
  }
}

/** The ports give each call a bounded time; afterwards its outcome is unknown. */
export function inTime<Answer>(sale: SaleActor, answer: Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const cancel = sale.later(LIMITS.outsideCallMs, () =>
      reject(new Unanswered('no answer in time')),
    );
    void answer.then(resolve, reject).finally(cancel);
  });
}
