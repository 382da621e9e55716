import type { AccountId, HoldId, OrderId } from '../core/ids.ts';
import { isOpen, seatsOwned } from '../core/order-record.ts';
import type { OrderRecord } from '../core/order-record.ts';
import type { SeatRow } from '../core/seat-table.ts';
import type {
  HistoryRow,
  OutboxEntry,
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
  readonly #holds = new Map<HoldId, OrderId>();
  readonly #requests = new Map<string, RequestRow>();
  readonly #stripeEvents = new Set<string>();
  readonly #history: HistoryRow[] = [];
  #outbox: OutboxRow[] = [];
  #seq = 0;

  load(): SeatsOnWake {
    const orders = [...this.#orders.values()];
    const owned = new Map<AccountId, number>();
    for (const order of orders) {
      const seats = seatsOwned(order);
      if (seats > 0) owned.set(order.accountId, (owned.get(order.accountId) ?? 0) + seats);
    }
    const openOrders = orders.filter((order) => isOpen(order.stage)).sort(byAge);
    return { seats: [...this.#seats.values()], openOrders, owned };
  }

  commit(commit: SeatCommit): void {
    const { requests, stripeEvent } = commit;
    if (stripeEvent !== null && this.#stripeEvents.has(stripeEvent.id))
      throw new Error(`Stripe event twice: ${stripeEvent.id}`);
    if (this.requests(requests).length > 0)
      throw new Error(`request twice: ${requests.map((row) => row.requestId).join()}`);
    for (const entry of commit.outbox)
      if (this.#outbox.some((row) => row.commandId === entry.commandId))
        throw new Error(`command twice: ${entry.commandId}`);

    if (stripeEvent !== null) this.#stripeEvents.add(stripeEvent.id);
    for (const row of requests) this.#requests.set(keyOf(row), row);
    for (const row of commit.seats) this.#seats.set(row.index, row);
    for (const order of commit.orders) {
      this.#orders.set(order.orderId, order);
      this.#holds.set(order.holdId, order.orderId);
    }
    this.#history.push(...commit.history);
    for (const entry of commit.outbox)
      this.#outbox.push({ ...entry, seq: ++this.#seq, attempts: 0 });
  }

  order(orderId: OrderId): OrderRecord | null {
    return this.#orders.get(orderId) ?? null;
  }

  orderOfHold(holdId: HoldId): OrderRecord | null {
    const orderId = this.#holds.get(holdId);
    return orderId === undefined ? null : this.order(orderId);
  }

  ordersOf(accountId: AccountId): OrderRecord[] {
    return [...this.#orders.values()].filter((order) => order.accountId === accountId).sort(byAge);
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

  outboxHead(kind: OutboxEntry['kind'], limit: number): OutboxRow[] {
    return this.#outbox.filter((row) => row.kind === kind).slice(0, limit);
  }

  outboxDue(kind: OutboxEntry['kind'], now: number, limit: number): OutboxRow[] {
    return this.#outbox
      .filter((row) => row.kind === kind && row.due <= now)
      .sort((a, b) => a.due - b.due || a.seq - b.seq)
      .slice(0, limit);
  }

  outboxNext(kind: OutboxEntry['kind']): number | null {
    const dues = this.#outbox.filter((row) => row.kind === kind).map((row) => row.due);
    return dues.length === 0 ? null : Math.min(...dues);
  }

  outboxCount(kind: OutboxEntry['kind']): number {
    return this.#outbox.filter((row) => row.kind === kind).length;
  }

  outboxDone(rows: readonly OutboxRow[]): void {
    const done = new Set(rows.map((row) => row.seq));
    this.#outbox = this.#outbox.filter((row) => !done.has(row.seq));
    for (const row of rows) {
      const order = this.#orders.get(row.orderId);
      const left = this.#outbox.some(
        (other) => other.kind === 'file' && other.orderId === row.orderId,
      );
      if (row.kind === 'file' && order !== undefined && !left)
        this.#orders.set(row.orderId, { ...order, filed: true });
    }
  }

  outboxRetry(rows: readonly OutboxRow[], due: number): void {
    const again = new Set(rows.map((row) => row.seq));
    this.#outbox = this.#outbox.map((row) =>
      again.has(row.seq) ? { ...row, attempts: row.attempts + 1, due } : row,
    );
  }

  historyOfOrder(orderId: OrderId): HistoryRow[] {
    return this.#history.filter((row) => row.orderId === orderId);
  }

  historyOfSeat(index: number): HistoryRow[] {
    return this.#history.filter((row) => row.seats.includes(index));
  }
}

function byAge(a: OrderRecord, b: OrderRecord): number {
  return a.createdAt - b.createdAt || (a.orderId < b.orderId ? -1 : 1);
}

function keyOf({ accountId, requestId }: RequestKey): string {
  return `${accountId}\n${requestId}`;
}
