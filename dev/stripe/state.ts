import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync } from 'node:fs';
import { ftruncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type Stripe from 'stripe';

/** A payment intent as stored: related objects by id. */
export type Intent = Stripe.PaymentIntent & {
  latest_charge: string | null;
  payment_method: string | null;
};
/** A charge as stored. */
export type Charge = Stripe.Charge & { payment_intent: string | null };
/** A refund as stored. */
export type Refund = Stripe.Refund & { charge: string; payment_intent: string | null };
/** A payment method and the test card behind it (by token; never a number). */
export interface Method {
  id: string;
  object: Stripe.PaymentMethod;
  cardToken: string;
}
/** What an attempt to pay needs once its 3-D Secure or processing is over. */
export interface Attempt {
  id: string;
  methodId: string;
  returnUrl: string | null;
  /** Epoch ms at which a `processing` payment ends; null while a challenge is open. */
  settleAt: number | null;
}
/** An event as it was rendered when it happened, without `pending_webhooks`, which is computed. */
export type StoredEvent = Stripe.EventBase & { type: string };
/** Where an event's delivery stands. */
export interface Delivery {
  id: string;
  state: 'delivered' | 'dropped' | 'failed' | 'pending';
  attempts: number;
}
/** The answer kept under an idempotency key. */
export interface KeptAnswer {
  id: string;
  fingerprint: string;
  endpoint: string;
  status: number;
  body: string;
  requestId: string;
  /** Epoch ms. */
  at: number;
}

interface Tables {
  intent: Intent;
  charge: Charge;
  refund: Refund;
  method: Method;
  attempt: Attempt;
  event: StoredEvent;
  delivery: Delivery;
  kept: KeptAnswer;
}
type Kind = keyof Tables;

const KINDS: readonly Kind[] = [
  'intent',
  'charge',
  'refund',
  'method',
  'attempt',
  'event',
  'delivery',
  'kept',
];

/** Objects of one kind in order of their creation. Values are never changed in place. */
export class Table<T extends { id: string }> {
  readonly #rows = new Map<string, T>();
  readonly #order: string[] = [];
  readonly #log: (row: T) => void;

  constructor(log: (row: T) => void) {
    this.#log = log;
  }

  /** The object with this id. */
  get(id: string): T | undefined {
    return this.#rows.get(id);
  }

  /** Stores or replaces an object, in the log too. */
  put(row: T): T {
    this.load(row);
    this.#log(row);
    return row;
  }

  /** Stores without logging: used while the log is read. */
  load(row: T): void {
    if (!this.#rows.has(row.id)) this.#order.push(row.id);
    this.#rows.set(row.id, row);
  }

  /** Newest first. */
  *newestFirst(): Generator<T> {
    for (let index = this.#order.length - 1; index >= 0; index -= 1) {
      const row = this.#rows.get(this.#order[index] ?? '');
      if (row !== undefined) yield row;
    }
  }

  /** Oldest first. */
  rows(): IterableIterator<T> {
    return this.#rows.values();
  }

  clear(): void {
    this.#rows.clear();
    this.#order.length = 0;
  }
}

/** Everything the stand-in knows: in memory and, given a folder, in an append-only log that is compacted on start. */
export class Store {
  readonly intent: Table<Intent>;
  readonly charge: Table<Charge>;
  readonly refund: Table<Refund>;
  readonly method: Table<Method>;
  readonly attempt: Table<Attempt>;
  readonly event: Table<StoredEvent>;
  readonly delivery: Table<Delivery>;
  readonly kept: Table<KeptAnswer>;
  #file: number | undefined;

  constructor(dataDir?: string) {
    const table = <K extends Kind>(kind: K): Table<Tables[K]> =>
      new Table<Tables[K]>((row) => this.#append(kind, row));
    this.intent = table('intent');
    this.charge = table('charge');
    this.refund = table('refund');
    this.method = table('method');
    this.attempt = table('attempt');
    this.event = table('event');
    this.delivery = table('delivery');
    this.kept = table('kept');
    if (dataDir !== undefined) this.#open(dataDir);
  }

  /** Forgets everything, on disk too. */
  clear(): void {
    for (const kind of KINDS) this[kind].clear();
    if (this.#file !== undefined) ftruncateSync(this.#file);
  }

  /** Closes the log; nothing may be stored afterwards. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  // Written at once, before the answer leaves: what a client was told survives the process.
  #append(kind: Kind, row: Tables[Kind]): void {
    if (this.#file !== undefined) writeSync(this.#file, `${JSON.stringify([kind, row])}\n`);
  }

  #open(dataDir: string): void {
    mkdirSync(dataDir, { recursive: true });
    const path = join(dataDir, 'stripe.jsonl');
    if (existsSync(path)) this.#read(readFileSync(path, 'utf8'));
    const compacted = KINDS.flatMap((kind) =>
      [...this[kind].rows()].map((row) => `${JSON.stringify([kind, row])}\n`),
    );
    writeFileSync(`${path}.new`, compacted.join(''));
    renameSync(`${path}.new`, path);
    this.#file = openSync(path, 'a');
  }

  #read(log: string): void {
    for (const line of log.split('\n')) {
      if (line === '') continue;
      let entry: unknown;
      try {
        entry = JSON.parse(line);
      } catch {
        // A process killed while writing leaves half a line; its answer was never sent.
        continue;
      }
      if (!Array.isArray(entry)) continue;
      const kind = KINDS.find((name) => name === entry[0]);
      if (kind !== undefined)
        (this[kind].load as (row: unknown) => void).call(this[kind], entry[1]);
    }
  }
}
