import type { Beacon } from '../core/fairness/drand.ts';
import type { AccountId, EventId, OrderId } from '../core/ids.ts';
import type { Money } from '../core/money.ts';
import type { Letter } from '../core/order-effects.ts';
import type { SeatPlan } from '../core/plan.ts';
import type { SaleDefinition } from '../core/sale.ts';
import type { Tally } from '../core/sale-tally.ts';
import type { Refused, Result } from '../core/result.ts';
import type { OrganiserAction } from './organiser-rpc.ts';
import type { Order } from './seats-rpc.ts';

/**
 * The outside world as an EventSale needs it. `worker/` implements these over Postgres, Stripe and
 * mail; tests may move them by hand. Every call may be repeated with the same arguments.
 */
export interface SalePorts {
  catalogue: Catalogue;
  payments: Payments;
  filing: Filing;
  mail: Mail;
  randomness: Randomness;
  telemetry: Telemetry;
}

/** What the organiser's side of a sale needs besides. */
export interface OrganiserPorts {
  actions: ActionBook;
  plans: PlanBook;
}

/** Versions of seat plans in Postgres. */
export interface PlanBook {
  /** Writes these sections down as the venue's next version, which no event sells yet, and tells its number. Throws when that is unknown. */
  add(venueId: string, sections: SeatPlan['sections']): Promise<number>;
  /** From now on the catalogue has the sale's plan and prices, unless it has a later version. Throws when that is unknown. */
  use(sale: SaleDefinition): Promise<void>;
}

/** The audit log in Postgres, which is append-only. */
export interface ActionBook {
  /** Copies actions of an event; those that are there already are left alone. Throws when it is unknown what it has. */
  file(eventId: EventId, actions: readonly OrganiserAction[]): Promise<void>;
}

/** The book of events in Postgres. */
export interface Catalogue {
  /** The event's definition, or null when there is none. Throws when Postgres does not answer. */
  load(eventId: EventId): Promise<SaleDefinition | null>;
}

/** What an intent's state means to us. */
export type IntentState =
  /** Nothing was taken; the buyer may try again. `problem` tells why the last try failed. */
  | { state: 'unpaid'; problem: { code: string; message: string } | null }
  /** The bank is asked, or 3-D Secure is open; money may still come. */
  | { state: 'processing' }
  | { state: 'succeeded'; amountReceived: Money }
  | { state: 'canceled' };

/** Unknown outcome: no answer, 5xx or 429. Never assume; ask again with the same key. */
export interface PaymentsDown {
  code: 'payments_unavailable';
  retryAfterMs: number;
  /** Whether it was refused for its frequency (429): then fewer buyers should come. */
  limited?: boolean;
}

/** Stripe, as far as an order needs it. */
export interface Payments {
  /**
   * Creates the one intent of an order, and tells its state as it was when it was made: the idempotency
   * key is made from the order's id, and a repeat answers what the first call did.
   */
  createIntent(request: {
    eventId: EventId;
    orderId: OrderId;
    accountId: AccountId;
    total: Money;
    description: string;
  }): Promise<
    Result<{ intentId: string; intent: IntentState; clientSecret: string }, PaymentsDown>
  >;
  retrieveIntent(
    intentId: string,
  ): Promise<Result<{ intent: IntentState; clientSecret: string }, PaymentsDown>>;
  /** Cancels; answers the state the intent has afterwards, which may be `succeeded`. */
  cancelIntent(intentId: string): Promise<Result<{ intent: IntentState }, PaymentsDown>>;
  /** Gives back `amount` of what was captured; `refundId` is the idempotency key. `failed` is definite. */
  refund(request: {
    intentId: string;
    refundId: string;
    amount: Money;
  }): Promise<Result<{ status: 'pending' | 'succeeded' | 'failed' }, PaymentsDown>>;
}

/** The book of record for confirmed bookings. */
export interface Filing {
  /**
   * Writes confirmed or refunded orders to Postgres, the commands of one order in their order, `on conflict
   * do nothing` on each command id. Answers those that Postgres refused, where asking again cannot help;
   * the others it has. Throws when it is unknown what it has; then all are asked again.
   */
  file(
    batch: readonly { commandId: string; eventId: EventId; order: Order }[],
  ): Promise<{ refused: readonly Refusal[] }>;
  /** What Postgres has of a sale. Throws when it does not answer. */
  totals(eventId: EventId): Promise<Tally>;
}

/** A command that Postgres will not take as it is, and why, in words without the buyer's data. */
export interface Refusal {
  commandId: string;
  reason: string;
}

/** What is sent to the buyer. */
export interface Mail {
  /** Sends one letter; `idempotencyKey` keeps a repeat from sending twice. Throws when not accepted. */
  send(request: {
    letter: Letter;
    definition: SaleDefinition;
    /** As it was when the letter was due. */
    order: Order;
    idempotencyKey: string;
  }): Promise<void>;
}

/** Public randomness: drand, or what stands in for it. What it answers is verified by whoever asked. */
export interface Randomness {
  /** A round of the network with this chain hash. Never throws. `not_yet`: its time has not come, or its nodes do not have it. */
  round(request: {
    chainHash: string;
    round: number;
  }): Promise<Result<{ beacon: Beacon }, Refused<'not_yet' | 'unavailable'>>>;
}

/** One JSON line and one metrics point an event; ids and durations, never secrets. */
export interface Telemetry {
  record(event: {
    name:
      | 'joined'
      | 'left'
      | 'called'
      | 'drawn'
      | 'admitted'
      | 'held'
      | 'released'
      | 'expired'
      | 'paying'
      | 'paid'
      | 'confirmed'
      | 'offered'
      | 'refunded'
      | 'filed'
      | 'mailed'
      | 'organised'
      | 'problem';
    eventId: EventId;
    accountId?: AccountId;
    orderId?: string;
    /** Orders that took the same step together, the first 500; `count` is the seats of all, `durationMs` the age of the oldest. */
    orderIds?: readonly string[];
    requestId?: string;
    count?: number;
    durationMs?: number;
    detail?: string;
  }): void;
}
