/** What a seat is to the object; `paying` is shown as held. */
export const SEAT = { free: 0, held: 1, paying: 2, sold: 3, blocked: 4 } as const;

/** One of the five states. */
export type SeatState = (typeof SEAT)[keyof typeof SEAT];

/** Code on the wire by state: available, held, held, sold, blocked. */
const PUBLIC_CODE = [0, 1, 1, 2, 3] as const;

/** One seat as it is stored. `version` is the sale's version when it last changed. */
export interface SeatRow {
  index: number;
  state: SeatState;
  orderId: string | null;
  version: number;
}

/** A change of one seat with what it must find; anything else is a bug. */
export interface SeatChange {
  index: number;
  from: SeatState;
  to: SeatState;
  /** Owner before, null for none. */
  fromOrder: string | null;
  toOrder: string | null;
}

/**
 * All seats of a sale in typed arrays, by index in the expanded plan, with a count for each state.
 * It holds no rule but one: a change must find the state and owner that it expects.
 */
export class SeatTable {
  readonly capacity: number;
  readonly #states: Uint8Array;
  readonly #versions: Uint32Array;
  readonly #owners: (string | null)[];
  readonly #counts = [0, 0, 0, 0, 0];
  /** By seat, the last preview that named it: twice in one is a bug. */
  readonly #named: Uint32Array;
  #previews = 0;
  #version = 0;

  /** `leastVersion` is for a table whose seats were numbered anew: it is never older than that. */
  constructor(capacity: number, rows: Iterable<SeatRow>, leastVersion = 0) {
    this.#version = leastVersion;
    this.capacity = capacity;
    this.#states = new Uint8Array(capacity);
    this.#versions = new Uint32Array(capacity);
    this.#named = new Uint32Array(capacity);
    this.#owners = Array.from({ length: capacity }, () => null);
    this.#counts[SEAT.free] = capacity;
    for (const row of rows) {
      if (row.index < 0 || row.index >= capacity)
        throw new Error(`seat ${row.index} is not in the plan`);
      this.#put(row.index, row.state, row.orderId, row.version);
      this.#version = Math.max(this.#version, row.version);
    }
    this.assertWhole();
  }

  /** Grows by one with each set of changes. */
  get version(): number {
    return this.#version;
  }

  state(index: number): SeatState {
    return (this.#states[index] ?? SEAT.blocked) as SeatState;
  }

  owner(index: number): string | null {
    return this.#owners[index] ?? null;
  }

  isFree(index: number): boolean {
    return this.#states[index] === SEAT.free;
  }

  /** What a fan may know: 0 available, 1 held, 2 sold, 3 blocked. */
  publicCode(index: number): 0 | 1 | 2 | 3 {
    return PUBLIC_CODE[this.state(index)];
  }

  /** Seats in this state. */
  count(state: SeatState): number {
    return this.#counts[state] ?? 0;
  }

  /** The rows that these changes would leave; throws, with nothing changed, when one does not find what it expects. */
  preview(changes: readonly SeatChange[]): SeatRow[] {
    this.#previews += 1;
    return changes.map((change) => {
      const { index, from, fromOrder } = change;
      if (this.#named[index] === this.#previews) throw new Error(`seat ${index} changes twice`);
      this.#named[index] = this.#previews;
      if (this.#states[index] !== from || this.#owners[index] !== fromOrder)
        throw new Error(
          `seat ${index} is ${String(this.#states[index])} of ${String(this.#owners[index])}, not ${from} of ${String(fromOrder)}`,
        );
      return { index, state: change.to, orderId: change.toOrder, version: this.#version + 1 };
    });
  }

  /** Takes over rows of `preview`, once they are stored. */
  apply(rows: readonly SeatRow[]): void {
    if (rows.length === 0) return;
    for (const row of rows) this.#put(row.index, row.state, row.orderId, row.version);
    this.#version += 1;
    this.assertWhole();
  }

  /** free + held + paying + sold + blocked = capacity. Throws when it does not hold. */
  assertWhole(): void {
    let total = 0;
    for (const count of this.#counts) {
      if (count < 0) throw new Error(`a negative count of seats: ${this.#counts.join(' ')}`);
      total += count;
    }
    if (total !== this.capacity)
      throw new Error(`seats do not add up: ${this.#counts.join(' ')} of ${this.capacity}`);
  }

  #put(index: number, state: SeatState, orderId: string | null, version: number): void {
    const before = this.state(index);
    this.#counts[before] = (this.#counts[before] ?? 0) - 1;
    this.#counts[state] = (this.#counts[state] ?? 0) + 1;
    this.#states[index] = state;
    this.#owners[index] = orderId;
    this.#versions[index] = version;
  }

  /** The sale's version when this seat last changed; 0 for never. */
  versionOf(index: number): number {
    return this.#versions[index] ?? 0;
  }
}
