import type { Batch } from './batch.ts';
import type { AccountId } from './ids.ts';

/** A fan as the leaf knows them: the `index`-th of its `batch`. Times are epoch ms. */
export interface Fan {
  accountId: AccountId;
  batch: number;
  index: number;
  joinedAt: number;
  /** Null until the batch was answered. */
  place: number | null;
  /** The claimed admission, if any. */
  admission: { admissionId: string; claimedAt: number; until: number } | null;
  /** The parent said that the fan's time is over; a join asks for a new place. */
  over: boolean;
}

/** The fans of one leaf, one per account; rebuilt from the batches on wake. */
export class Fans {
  readonly #fans = new Map<AccountId, Fan>();
  readonly #firsts = new Map<number, number | null>();

  get size(): number {
    return this.#fans.size;
  }

  get(accountId: AccountId): Fan | undefined {
    return this.#fans.get(accountId);
  }

  /** First place of a batch; null while unanswered, undefined for one that is not known or was refused. */
  firstOf(batch: number): number | null | undefined {
    return this.#firsts.get(batch);
  }

  all(): IterableIterator<Fan> {
    return this.#fans.values();
  }

  /** Adds those of a batch who are present; whoever was known from an earlier one is replaced. */
  add({ batch, accounts, at, grant, present }: Batch): void {
    const first = grant?.first ?? null;
    this.#firsts.set(batch, first);
    for (const index of present ?? accounts.keys()) {
      const accountId = accounts[index];
      if (accountId === undefined) continue;
      const place = first === null ? null : first + index;
      const fan = { accountId, batch, index, joinedAt: at, place };
      this.#fans.set(accountId, { ...fan, admission: null, over: false });
    }
  }

  /** Tells the places of an answered batch; those who left meanwhile are passed over. Returns who got one. */
  place(batch: Batch, first: number): Fan[] {
    const placed: Fan[] = [];
    this.#firsts.set(batch.batch, first);
    batch.accounts.forEach((accountId, index) => {
      const fan = this.#fans.get(accountId);
      if (fan === undefined || fan.batch !== batch.batch) return;
      fan.place = first + index;
      placed.push(fan);
    });
    return placed;
  }

  /** The parent refused the batch: nobody in it has a place. */
  drop(batch: Batch): void {
    this.#firsts.delete(batch.batch);
    for (const accountId of batch.accounts) this.remove(accountId, batch.batch);
  }

  /** Forgets everybody of whom this is true. */
  removeAll(isGone: (accountId: AccountId) => boolean): void {
    for (const accountId of this.#fans.keys()) {
      if (isGone(accountId)) this.#fans.delete(accountId);
    }
  }

  /** Forgets the fan of this batch and account, not a later one. */
  remove(accountId: AccountId, batch: number): void {
    if (this.#fans.get(accountId)?.batch === batch) this.#fans.delete(accountId);
  }
}
