import type { SeatCommit } from '../../../durable-objects/storage/seat-records.ts';
import { MemorySeatStore } from '../../../durable-objects/storage/memory-seat-store.ts';

/** A seat's row in SQLite: its number, state, order and version. */
const SEAT_BYTES = 48;

/** Seats and orders in memory, with what SQLite would keep of them. */
export class LeanSeatStore extends MemorySeatStore {
  readonly #orders = new Map<string, number>();
  readonly #seats = new Set<number>();
  #requestBytes = 0;

  override commit(commit: SeatCommit): void {
    super.commit(commit);
    for (const order of commit.orders)
      this.#orders.set(order.orderId, JSON.stringify(order).length);
    for (const { index } of commit.seats) this.#seats.add(index);
    for (const row of commit.requests) this.#requestBytes += JSON.stringify(row).length;
  }

  bytes(): number {
    let bytes = this.#requestBytes + this.#seats.size * SEAT_BYTES;
    for (const length of this.#orders.values()) bytes += length;
    return bytes;
  }
}
