import { relaysOf } from '../core/shard-plan.ts';
import { packSeats, seatCodeName } from '../core/seat-status.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { SeatsMessage } from '../protocol/live.ts';
import type { PublicSeatStatus, SeatSnapshot } from '../protocol/seats-rpc.ts';
import type { SaleContext } from './context.ts';
import type { OrderBook } from './order-book.ts';

/** Tells watchers what changed, gathered over `LIMITS.seatFlushMs`, in a large tree over a tick's time, and keeps the packed snapshot. */
export class SeatFrames {
  readonly #context: SaleContext;
  readonly #book: Pick<OrderBook, 'table' | 'onSale'>;
  readonly #pending = new Set<number>();
  #sentVersion: number;
  #snapshot: SeatSnapshot | null = null;
  #scheduled = false;

  constructor(context: SaleContext, book: Pick<OrderBook, 'table' | 'onSale'>) {
    this.#context = context;
    this.#book = book;
    // Changes of before the wake may not have been sent: older clients load the snapshot again.
    this.#sentVersion = book.table.version;
  }

  /** All statuses, packed once for each version. */
  snapshot(planVersion: number): SeatSnapshot {
    const { table, onSale } = this.#book;
    if (this.#snapshot?.version !== table.version) {
      const codes = Uint8Array.from({ length: onSale }, (_, index) => table.publicCode(index));
      this.#snapshot = { version: table.version, planVersion, packed: packSeats(codes) };
    }
    return this.#snapshot;
  }

  /** These seats changed; they are sent soon, together with others. */
  changed(indices: readonly number[]): void {
    for (const index of indices) this.#pending.add(index);
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Where ticks go through relays each frame is thousands of calls: then seats come as often as ticks.
    const { leaves } = this.#context.definition.settings;
    const flushMs = relaysOf(leaves) === 0 ? LIMITS.seatFlushMs : LIMITS.tickMinMs;
    this.#context.later(flushMs, () => this.#flush());
  }

  /** The seats have other numbers now: everybody who watches loads them again. */
  renumbered(): void {
    this.#pending.clear();
    this.#sentVersion = this.#book.table.version;
    this.#send([]);
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#pending.size === 0) return;
    const { table } = this.#book;
    const changes = [...this.#pending].map((index): readonly [number, PublicSeatStatus] => [
      index,
      seatCodeName(table.publicCode(index)),
    ]);
    this.#pending.clear();
    this.#send(changes);
  }

  #send(changes: SeatsMessage['changes']): void {
    const { version } = this.#book.table;
    const from = this.#sentVersion;
    const message: SeatsMessage = { v: 1, type: 'seats', from, version, changes };
    this.#sentVersion = version;
    this.#context.publish({ seats: JSON.stringify(message) });
  }
}
