import { relaysOf } from '../core/shard-plan.ts';
import { packSeats, putSeat, seatCodeName } from '../core/seat-status.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { SeatsMessage } from '../protocol/live.ts';
import type { PublicSeatStatus, SeatSnapshot } from '../protocol/seats-rpc.ts';
import type { SaleContext } from './context.ts';
import type { OrderBook } from './order-book.ts';

/** Tells watchers what changed, gathered over `LIMITS.seatFlushMs`, in a large tree with the next tick, and keeps the packed snapshot. */
export class SeatFrames {
  readonly #context: SaleContext;
  readonly #book: Pick<OrderBook, 'table' | 'onSale'>;
  readonly #pending = new Set<number>();
  #sentVersion: number;
  /** The last snapshot, the very table that it is of, and which seats have changed since. */
  #packed: { snapshot: SeatSnapshot; table: OrderBook['table'] } | null = null;
  readonly #changed = new Set<number>();
  #scheduled = false;

  constructor(context: SaleContext, book: Pick<OrderBook, 'table' | 'onSale'>) {
    this.#context = context;
    this.#book = book;
    // Changes of before the wake may not have been sent: older clients load the snapshot again.
    this.#sentVersion = book.table.version;
  }

  /** All statuses, packed once for each version; of the one before only what has changed is packed anew. */
  snapshot(planVersion: number): SeatSnapshot {
    const { table } = this.#book;
    const { version } = table;
    const before = this.#packed;
    if (before?.table === table && before.snapshot.version === version) return before.snapshot;
    const packed = before?.table === table ? this.#repacked(before.snapshot.packed) : this.#pack();
    this.#changed.clear();
    const snapshot = { version, planVersion, packed };
    this.#packed = { snapshot, table };
    return snapshot;
  }

  #pack(): Uint8Array {
    const { table, onSale } = this.#book;
    return packSeats(Uint8Array.from({ length: onSale }, (_, index) => table.publicCode(index)));
  }

  #repacked(before: Uint8Array): Uint8Array {
    const { table, onSale } = this.#book;
    const packed = before.slice();
    for (const index of this.#changed)
      if (index < onSale) putSeat(packed, index, table.publicCode(index));
    return packed;
  }

  /** These seats changed; they are sent soon, together with others. */
  changed(indices: readonly number[]): void {
    for (const index of indices) {
      this.#pending.add(index);
      if (this.#packed !== null) this.#changed.add(index);
    }
    if (this.#scheduled || this.#goWithTicks) return;
    this.#scheduled = true;
    this.#context.later(LIMITS.seatFlushMs, () => this.#flush());
  }

  /** Where ticks go through relays each frame is thousands of calls: one carries both. */
  get #goWithTicks(): boolean {
    return relaysOf(this.#context.definition.settings.leaves) > 0;
  }

  /** What the next tick takes along; undefined where seats go by themselves, and when none has changed. */
  forTick(): string | undefined {
    return this.#goWithTicks && this.#pending.size > 0 ? this.#message() : undefined;
  }

  /** The seats have other numbers now: everybody who watches loads them again. */
  renumbered(): void {
    this.#pending.clear();
    this.#sentVersion = this.#book.table.version;
    this.#context.publish({ seats: this.#message() });
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#pending.size > 0) this.#context.publish({ seats: this.#message() });
  }

  /** All changes since the last one. */
  #message(): string {
    const { table } = this.#book;
    const { version } = table;
    const changes = [...this.#pending].map((index): readonly [number, PublicSeatStatus] => [
      index,
      seatCodeName(table.publicCode(index)),
    ]);
    const from = this.#sentVersion;
    const message: SeatsMessage = { v: 1, type: 'seats', from, version, changes };
    this.#pending.clear();
    this.#sentVersion = version;
    return JSON.stringify(message);
  }
}
