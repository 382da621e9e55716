import type { Batch, BatchGrant } from '../core/batch.ts';
import { Fans } from '../core/fans.ts';
import type { Fan } from '../core/fans.ts';
import type { Admission } from '../protocol/queue-rpc.ts';
import type { Departure, RoomStore } from '../storage/room-store.ts';
import type { RoomContext } from './context.ts';
import { Receipts } from './receipts.ts';

/** The fans of one leaf in memory and as they are written down: each change is stored first. */
export class Roll {
  readonly fans = new Fans();
  readonly receipts: Receipts;
  /** Batches that were written down and not answered, ascending. */
  readonly unanswered: readonly Batch[];
  /** Departures that the parent has not acknowledged, in their order. */
  readonly unreported: readonly Departure[];
  readonly #store: RoomStore;
  #lastBatch: number;

  constructor(context: RoomContext, store: RoomStore) {
    this.#store = store;
    const batches = store.batches();
    const departures = store.departures();
    this.#rebuild(batches, departures);
    this.receipts = new Receipts(context, batches);
    this.unanswered = batches.filter(({ grant }) => grant === null);
    const reported = Number(store.note('reported') ?? 0);
    this.unreported = departures.filter(({ seq }) => seq > reported);
    this.#lastBatch = Math.max(batches.at(-1)?.batch ?? 0, Number(store.note('refused') ?? 0));
  }

  #rebuild(batches: readonly Batch[], departures: readonly Departure[]): void {
    const byNumber = new Map(batches.map((batch) => [batch.batch, batch]));
    for (const batch of batches) this.fans.add(batch);
    for (const { batch, index } of departures) {
      const accountId = byNumber.get(batch)?.accounts[index];
      if (accountId !== undefined) this.fans.remove(accountId, batch);
    }
    for (const { batch, index, admission } of this.#store.admissions()) {
      const accountId = byNumber.get(batch)?.accounts[index];
      const fan = accountId === undefined ? undefined : this.fans.get(accountId);
      if (fan?.batch === batch) fan.admission = admission;
    }
  }

  /** Writes the next batch down, before the parent is asked. */
  write(accounts: Batch['accounts'], at: number): Batch {
    this.#lastBatch += 1;
    const batch: Batch = { batch: this.#lastBatch, accounts, at, grant: null };
    this.#store.addBatch(batch);
    this.fans.add(batch);
    this.receipts.add(batch);
    return batch;
  }

  /** The parent's answer; returns who got a place: those who left meanwhile are passed over. */
  grant(batch: Batch, grant: BatchGrant): Fan[] {
    this.#store.setGrant(batch.batch, grant);
    this.receipts.granted(batch.batch, grant);
    return this.fans.place(batch, grant.first);
  }

  /** The parent refused it: nobody in it has a place. Its number is not used again. */
  refuse(batch: Batch): void {
    this.#store.dropBatch(batch.batch);
    this.#store.setNote('refused', String(batch.batch));
    this.fans.drop(batch);
    this.receipts.drop(batch.batch);
  }

  /** The fan gives the place up. */
  depart(fan: Fan): Departure {
    const { accountId, batch, index } = fan;
    this.fans.remove(accountId, batch);
    return { seq: this.#store.addDeparture(batch, index), batch, index };
  }

  /** The parent knows of the departures up to this `seq`. */
  reported(seq: number): void {
    this.#store.setNote('reported', String(seq));
  }

  /** The fan has come in; the same admission again changes nothing. */
  admit(fan: Fan, admission: Admission): void {
    if (fan.admission?.admissionId !== admission.admissionId) {
      this.#store.saveAdmission({ batch: fan.batch, index: fan.index, admission });
    }
    fan.admission = admission;
  }
}
