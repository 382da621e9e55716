import type { AccountId, OrderId } from '../core/ids.ts';
import type { Letter } from '../core/order-effects.ts';
import type { OrderRecord } from '../core/order-record.ts';
import type { PaymentPace } from '../core/payment-pace.ts';
import type { Tally } from '../core/sale-tally.ts';
import type { SeatRow } from '../core/seat-table.ts';
import type { ExtendOutcome, LockOutcome, Order } from '../protocol/seats-rpc.ts';

/** One command of an account, as its caller named it. */
export interface RequestKey {
  accountId: AccountId;
  requestId: string;
}

/** What a command with a `requestId` may have answered. */
export type RecordedOutcome = LockOutcome | ExtendOutcome;

/** The recorded outcome of one command; the fingerprint says what was asked. */
export interface RequestRow extends RequestKey {
  fingerprint: string;
  outcome: RecordedOutcome;
  at: number;
}

/** Where an entry waits. */
export type OutboxKind = 'file' | 'mail' | 'aside';

/** Something to be done outside, once in effect, until it is acknowledged. */
export interface OutboxEntry {
  kind: 'file' | 'mail';
  /** Null for what is filed. */
  letter: Letter | null;
  /** Unique; the idempotency key outside. */
  commandId: string;
  orderId: OrderId;
  /** As it was then. */
  order: Order;
  due: number;
}

/** An entry as it is kept: `seq` is its place in the order of writing; `aside` is one that was to be filed and was refused. */
export interface OutboxRow extends Omit<OutboxEntry, 'kind'> {
  kind: OutboxKind;
  seq: number;
  attempts: number;
}

/** Everything that one command changes; stored together or not at all. */
export interface SeatCommit {
  seats: readonly SeatRow[];
  orders: readonly OrderRecord[];
  outbox: readonly OutboxEntry[];
  requests: readonly RequestRow[];
  /** Stripe's event whose effect this is. Storing it twice is a bug and throws. */
  stripeEvent: { id: string; at: number } | null;
  /** As it is after all of this; null where it did not change. */
  tally: Tally | null;
}

/** What an object needs to know when it wakes. */
export interface SeatsOnWake {
  seats: Iterable<SeatRow>;
  openOrders: readonly OrderRecord[];
  /** Seats held, paid for or owned, by account. */
  owned: ReadonlyMap<AccountId, number>;
  tally: Tally;
}

/** Storage of seats, orders and outbox. Synchronous: calls with no await between them commit together. */
export interface SeatStore {
  load(): SeatsOnWake;
  commit(commit: SeatCommit): void;
  order(orderId: OrderId): OrderRecord | null;
  /** The account's orders, oldest first; holds for which none was asked are not among them. */
  ordersOf(accountId: AccountId): OrderRecord[];
  /** Those of the calls that are recorded. */
  requests(calls: readonly RequestKey[]): RequestRow[];
  /** Forgets outcomes recorded before `before`. */
  forgetRequests(before: number): void;
  hasStripeEvent(id: string): boolean;
  /** The pace of payments as it was saved last; null before they ever refused for frequency. */
  pace(): PaymentPace | null;
  savePace(pace: PaymentPace): void;
  /** The first entries of a kind, in the order they were written, due or not. */
  outboxHead(kind: OutboxKind, limit: number): OutboxRow[];
  /** Entries of a kind that are due, earliest due first. */
  outboxDue(kind: OutboxKind, now: number, limit: number): OutboxRow[];
  /** Earliest due time of a kind, or null when there is none. */
  outboxNext(kind: OutboxKind): number | null;
  outboxCount(kind: OutboxKind): number;
  /** Acknowledged: entries go, and orders with no entry to be filed left become `filed`. */
  outboxDone(rows: readonly OutboxRow[]): void;
  /** Not acknowledged: one more attempt, not before `due`. */
  outboxRetry(rows: readonly OutboxRow[], due: number): void;
  /** Refused: the entries stand aside, out of the way of others, with one more attempt and not before `due`. */
  outboxAside(rows: readonly OutboxRow[], due: number): void;
  /** All seats have new indices: `map` has the new one at each old one. Orders of the past are changed too. */
  renumber(map: Int32Array): void;
  /** Every order that ever had the seat, oldest first; searched through, for people only. */
  ordersOfSeat(index: number): OrderRecord[];
}
