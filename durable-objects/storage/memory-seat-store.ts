import type { AccountId, OrderId } from '../core/ids.ts';
import { isOpen, seatsOwned } from '../core/order-record.ts';
import type { OrderRecord } from '../core/order-record.ts';
import type { PaymentPace } from '../core/payment-pace.ts';
import { at, renumberOrder } from '../core/plan-change.ts';
import { NO_TALLY } from '../core/sale-tally.ts';
import type { SeatRow } from '../core/seat-table.ts';
import type {
  OutboxKind,
  OutboxRow,
  RequestKey,
  RequestRow,
  SeatCommit,
  SeatsOnWake,
  SeatStore,
} from './seat-records.ts';

/** Seats and orders in memory, for simulators and tests; behaves as `SqlSeatStore` does. */
export class MemorySeatStore implements SeatStore {
  readonly #seats = new Map<number, SeatRow>();
  readonly #orders = new Map<OrderId, OrderRecord>();
  readonly #requests = new Map<string, RequestRow>();
  readonly #stripeEvents = new Set<string>();
  /** In the order of writing, by sequence number. */
  readonly #outbox = new Map<number, OutboxRow>();
  readonly #commands = new Set<string>();
  #tally = NO_TALLY;
  #pace: PaymentPace | null = null;
  #seq = 0;

  load(): SeatsOnWake {
    const orders = [...this.#orders.values()];
    const owned = new Map<AccountId, number>();
    for (const order of orders) {
      const seats = seatsOwned(order);
      if (seats > 0) owned.set(order.accountId, (owned.get(order.accountId) ?? 0) + seats);
    }
    const openOrders = orders.filter((order) => isOpen(order)).sort(byAge);
    return { seats: [...this.#seats.values()], openOrders, owned, tally: this.#tally };
  }

  commit(commit: SeatCommit): void {
    const { requests, stripeEvent } = commit;
    if (stripeEvent !== null && this.#stripeEvents.has(stripeEvent.id))
      throw new Error(`Stripe event twice: ${stripeEvent.id}`);
    const keys = requests.map(keyOf);
    const isTwice = new Set(keys).size < keys.length || keys.some((key) => this.#requests.has(key));
    if (isTwice) throw new Error(`request twice: ${keys.join(', ')}`);
    for (const entry of commit.outbox)
      if (this.#commands.has(entry.commandId)) throw new Error(`command twice: ${entry.commandId}`);

    if (stripeEvent !== null) this.#stripeEvents.add(stripeEvent.id);
    this.#tally = commit.tally ?? this.#tally;
    requests.forEach((row, index) => this.#requests.set(keys[index] ?? '', row));
    for (const row of commit.seats) this.#seats.set(row.index, row);
    for (const order of commit.orders) this.#orders.set(order.orderId, order);
    for (const entry of commit.outbox) {
      const seq = ++this.#seq;
      this.#outbox.set(seq, { ...entry, seq, attempts: 0 });
      this.#commands.add(entry.commandId);
    }
  }

  order(orderId: OrderId): OrderRecord | null {
    return this.#orders.get(orderId) ?? null;
  }

  ordersOf(accountId: AccountId): OrderRecord[] {
    return [...this.#orders.values()]
      .filter((order) => order.ordered && order.accountId === accountId)
      .sort(byAge);
  }

  requests(calls: readonly RequestKey[]): RequestRow[] {
    const rows = calls.map((call) => this.#requests.get(keyOf(call)));
    return rows.filter((row) => row !== undefined);
  }

  forgetRequests(before: number): void {
    for (const [key, row] of this.#requests) if (row.at < before) this.#requests.delete(key);
  }

  hasStripeEvent(id: string): boolean {
    return this.#stripeEvents.has(id);
  }

  pace(): PaymentPace | null {
    return this.#pace;
  }

  savePace(pace: PaymentPace): void {
    this.#pace = pace;
  }

  outboxHead(kind: OutboxKind, limit: number): OutboxRow[] {
    return this.#rows(kind).slice(0, limit);
  }

  outboxDue(kind: OutboxKind, now: number, limit: number): OutboxRow[] {
    return this.#rows(kind)
      .filter((row) => row.due <= now)
      .sort((a, b) => a.due - b.due || a.seq - b.seq)
      .slice(0, limit);
  }

  outboxNext(kind: OutboxKind): number | null {
    const dues = this.#rows(kind).map((row) => row.due);
    return dues.length === 0 ? null : Math.min(...dues);
  }

  outboxCount(kind: OutboxKind): number {
    return this.#rows(kind).length;
  }

  outboxDone(rows: readonly OutboxRow[]): void {
    for (const row of rows) {
      this.#outbox.delete(row.seq);
      this.#commands.delete(row.commandId);
    }
    const unfiled = new Set(
      [...this.#rows('file'), ...this.#rows('aside')].map((row) => row.orderId),
    );
    for (const row of rows) {
      const order = this.#orders.get(row.orderId);
      if (row.kind !== 'mail' && order !== undefined && !unfiled.has(row.orderId))
        this.#orders.set(row.orderId, { ...order, filed: true });
    }
  }

  outboxRetry(rows: readonly OutboxRow[], due: number): void {
    for (const row of rows) {
      const kept = this.#outbox.get(row.seq);
      if (kept !== undefined)
        this.#outbox.set(row.seq, { ...kept, attempts: kept.attempts + 1, due });
    }
  }

  outboxAside(rows: readonly OutboxRow[], due: number): void {
    this.outboxRetry(rows, due);
    for (const row of rows) {
      const kept = this.#outbox.get(row.seq);
      if (kept !== undefined) this.#outbox.set(row.seq, { ...kept, kind: 'aside' });
    }
  }

  renumber(map: Int32Array): void {
    const rows = [...this.#seats.values()].map((row) => ({ ...row, index: at(map, row.index) }));
    this.#seats.clear();
    for (const row of rows) this.#seats.set(row.index, row);
    for (const [orderId, order] of this.#orders)
      this.#orders.set(orderId, renumberOrder(order, map));
  }

  ordersOfSeat(index: number): OrderRecord[] {
    const had = (order: OrderRecord) => order.steps.some((step) => step.seats?.includes(index));
    return [...this.#orders.values()].filter(had).sort(byAge);
  }

  #rows(kind: OutboxKind): OutboxRow[] {
    return [...this.#outbox.values()].filter((row) => row.kind === kind);
  }
}

function byAge(a: OrderRecord, b: OrderRecord): number {
  return a.createdAt - b.createdAt || (a.orderId < b.orderId ? -1 : 1);
}

function keyOf({ accountId, requestId }: RequestKey): string {
  return `${accountId}\n${requestId}`;
}
