import type { Batch } from './batch.ts';
import type { AccountId } from './ids.ts';
import { placeOf } from './place-order.ts';
import type { DrawnLobby } from './place-order.ts';

/** What all fans of a batch share. `first` is the first place, null until the batch was answered. */
interface Range {
  readonly batch: number;
  readonly accounts: readonly AccountId[];
  readonly at: number;
  first: number | null;
}

/** A fan as the leaf knows them: the `index`-th of its `batch`. A leaf keeps thousands, so each holds little. */
export class Fan {
  readonly index: number;
  /** The claimed admission, if any. Times are epoch ms. */
  admission: { admissionId: string; claimedAt: number; until: number } | null = null;
  /** The parent said that the fan's time is over; a join asks for a new place. */
  over = false;
  readonly #range: Range;

  constructor(range: Range, index: number) {
    this.#range = range;
    this.index = index;
  }

  get accountId(): AccountId {
    return this.#range.accounts[this.index] as AccountId;
  }

  get batch(): number {
    return this.#range.batch;
  }

  /** Epoch ms. */
  get joinedAt(): number {
    return this.#range.at;
  }

  /** Null until the batch was answered. */
  get place(): number | null {
    const { first } = this.#range;
    return first === null ? null : first + this.index;
  }
}

/** The fans of one leaf, one per account; rebuilt from the batches on wake. */
export class Fans {
  readonly #fans = new Map<AccountId, Fan>();
  readonly #batches = new Map<number, Range>();
  /** Answered ones by their first place, ascending. */
  #ranges: Range[] = [];

  get size(): number {
    return this.#fans.size;
  }

  /** Batches that are known, those included in which nobody is left. */
  get batches(): number {
    return this.#batches.size;
  }

  get(accountId: AccountId): Fan | undefined {
    return this.#fans.get(accountId);
  }

  /** First place of a batch; null while unanswered, undefined for one that is not known or was refused. */
  firstOf(batch: number): number | null | undefined {
    return this.#batches.get(batch)?.first;
  }

  all(): IterableIterator<Fan> {
    return this.#fans.values();
  }

  /** Those with orders `from` ≤ o < `to`: looked up, for few are called at once. */
  *between(from: number, to: number, lobby: DrawnLobby | undefined): Generator<Fan> {
    const drawn = lobby?.n ?? 0;
    for (let order = from; order < Math.min(to, drawn); order++) {
      const place = placeOf(order, lobby);
      yield* this.#among(place, place + 1);
    }
    yield* this.#among(Math.max(from, drawn), to);
  }

  /** Those with places `from` ≤ p < `to`. */
  *#among(from: number, to: number): Generator<Fan> {
    for (let at = Math.max(0, this.#after(from) - 1); at < this.#ranges.length; at++) {
      const { first, batch, accounts } = this.#ranges[at] as Range & { first: number };
      if (first >= to) return;
      const end = Math.min(to - first, accounts.length);
      for (let index = Math.max(0, from - first); index < end; index++) {
        const fan = this.#fans.get(accounts[index] as AccountId);
        if (fan?.batch === batch && fan.index === index) yield fan;
      }
    }
  }

  /** The number of the first range that begins after `place`. */
  #after(place: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ranges[middle]?.first ?? 0) <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Adds those of a batch who are present; whoever was known from an earlier one is replaced. */
  add({ batch, accounts, at, grant, present }: Batch): void {
    const range: Range = { batch, accounts, at, first: null };
    this.#batches.set(batch, range);
    if (grant !== null) this.#answer(range, grant.first);
    for (const index of present ?? accounts.keys()) {
      const accountId = accounts[index];
      if (accountId !== undefined) this.#fans.set(accountId, new Fan(range, index));
    }
  }

  #answer(range: Range, first: number): void {
    range.first = first;
    // Batches are answered in the order of their places: this is the end of the list.
    this.#ranges.splice(this.#after(first), 0, range);
  }

  /** Tells the places of an answered batch; those who left meanwhile are passed over. Returns who got one. */
  place(batch: Batch, first: number): Fan[] {
    const range = this.#batches.get(batch.batch);
    if (range === undefined) throw new Error(`no batch ${batch.batch}`);
    if (range.first === null) this.#answer(range, first);
    return batch.accounts.flatMap((accountId) => {
      const fan = this.#fans.get(accountId);
      return fan?.batch === batch.batch ? [fan] : [];
    });
  }

  /** The parent refused the batch: nobody in it has a place. */
  drop(batch: Batch): void {
    this.#batches.delete(batch.batch);
    for (const accountId of batch.accounts) this.remove(accountId, batch.batch);
  }

  /** Forgets everybody of whom this is true. */
  removeAll(isGone: (accountId: AccountId) => boolean): void {
    for (const accountId of this.#fans.keys()) {
      if (isGone(accountId)) this.#fans.delete(accountId);
    }
  }

  /** Forgets all fans of whom this is true. */
  forget(isOver: (fan: Fan) => boolean): void {
    for (const [accountId, fan] of this.#fans) {
      if (isOver(fan)) this.#fans.delete(accountId);
    }
  }

  /** Answered batches in which nobody is left. */
  emptyBatches(): number[] {
    const inUse = new Set<number>();
    for (const { batch } of this.#fans.values()) inUse.add(batch);
    return this.#ranges.map(({ batch }) => batch).filter((batch) => !inUse.has(batch));
  }

  /** Forgets batches in which nobody is left. */
  dropBatches(batches: readonly number[]): void {
    for (const batch of batches) this.#batches.delete(batch);
    this.#ranges = this.#ranges.filter(({ batch }) => this.#batches.has(batch));
  }

  /** Forgets the fan of this batch and account, not a later one. */
  remove(accountId: AccountId, batch: number): void {
    if (this.#fans.get(accountId)?.batch === batch) this.#fans.delete(accountId);
  }
}
