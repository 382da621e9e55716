import type { Batch, BatchGrant } from '../core/batch.ts';
import { Fans } from '../core/fans.ts';
import type { Fan } from '../core/fans.ts';
import type { AccountId } from '../core/ids.ts';
import { nextHome } from '../core/shard-plan.ts';
import type { Admission, Inheritance, InheritedBatch } from '../protocol/queue-rpc.ts';
import type { Departure, RoomStore } from '../storage/room-store.ts';
import type { RoomContext } from './context.ts';
import { Receipts } from './receipts.ts';

/** The fans of one leaf in memory and as they are written down: each change is stored first. */
export class Roll {
  readonly fans: Fans;
  readonly receipts: Receipts;
  /** Batches that were written down and not answered, ascending. */
  readonly unanswered: readonly Batch[];
  /** Departures that the parent has not acknowledged, in their order. */
  readonly unreported: readonly Departure[];
  /** Leaves that have taken over their accounts. */
  readonly handedOver: Set<number>;
  readonly #context: RoomContext;
  readonly #store: RoomStore;
  #lastBatch: number;

  constructor(context: RoomContext, store: RoomStore) {
    this.#context = context;
    this.#store = store;
    this.handedOver = new Set(JSON.parse(store.note('handed') ?? '[]') as number[]);
    const batches = store.batches();
    const departures = store.departures();
    this.fans = fansOf(store, batches, departures);
    this.fans.removeAll((accountId) => this.#wasHandedOver(accountId));
    this.receipts = new Receipts(context, batches);
    this.unanswered = batches.filter(({ grant }) => grant === null);
    const reported = Number(store.note('reported') ?? 0);
    this.unreported = departures.filter(({ seq }) => seq > reported);
    const refused = Number(store.note('refused') ?? 0);
    this.#lastBatch = Math.max(0, batches.at(-1)?.batch ?? 0, refused);
  }

  #wasHandedOver(accountId: AccountId): boolean {
    if (this.handedOver.size === 0) return false;
    const next = nextHome(accountId, this.#context.index);
    return next !== null && this.handedOver.has(next);
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

  /**
   * Forgets all fans of whom this is true, and every batch in which nobody is left, whoever gave up included: those are
   * not even written down any more.
   */
  forget(isOver: (fan: Fan) => boolean): void {
    this.fans.forget(isOver);
    const reported = Number(this.#store.note('reported') ?? 0);
    const needed = new Set(
      this.#store.departures().flatMap(({ seq, batch }) => (seq > reported ? [batch] : [])),
    );
    // After a wake the next number is one above the greatest there is.
    needed.add(this.#lastBatch);
    const empty = this.fans.emptyBatches().filter((batch) => !needed.has(batch));
    this.#store.forgetBatches(empty);
    this.fans.dropBatches(empty);
    for (const batch of empty) this.receipts.drop(batch);
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

  /** The accounts of leaf `to` are its own from now on. */
  handOver(to: number): void {
    this.handedOver.add(to);
    this.#store.setNote('handed', JSON.stringify([...this.handedOver]));
    this.fans.removeAll((accountId) => nextHome(accountId, this.#context.index) === to);
  }

  /** What leaf `to` takes over: from the store, so that it is the same whenever it is asked for. */
  inheritanceOf(to: number): Inheritance {
    const batches = this.#store.batches();
    const fans = fansOf(this.#store, batches, this.#store.departures());
    const inheritance: InheritedBatch[] = [];
    for (const { batch, accounts, at, grant } of batches) {
      if (grant === null) continue;
      const present: number[] = [];
      const admissions: [number, Admission][] = [];
      for (const [index, accountId] of accounts.entries()) {
        const fan = fans.get(accountId);
        const theirs = nextHome(accountId, this.#context.index) === to;
        if (!theirs || fan?.batch !== batch || fan.index !== index) continue;
        present.push(index);
        if (fan.admission !== null) admissions.push([index, fan.admission]);
      }
      if (present.length > 0) inheritance.push({ accounts, at, grant, present, admissions });
    }
    return inheritance;
  }

  /** Takes over what an ancestor knew; once, before the first batch of its own. */
  inherit(inheritance: Inheritance): void {
    for (const [at, { admissions, ...inherited }] of inheritance.entries()) {
      // Oldest first, so that a fan's newer place replaces the older one also when this is read again.
      const batch: Batch = { batch: at - inheritance.length, ...inherited };
      this.#store.addBatch(batch);
      this.fans.add(batch);
      this.receipts.add(batch);
      for (const [index, admission] of admissions) {
        this.#store.saveAdmission({ batch: batch.batch, index, admission });
        const fan = this.fans.get(batch.accounts[index] as AccountId);
        if (fan !== undefined) fan.admission = admission;
      }
    }
    this.#store.setNote('inherited', 'yes');
  }
}

function fansOf(
  store: RoomStore,
  batches: readonly Batch[],
  departures: readonly Departure[],
): Fans {
  const fans = new Fans();
  const byNumber = new Map(batches.map((batch) => [batch.batch, batch]));
  for (const batch of batches) fans.add(batch);
  for (const { batch, index } of departures) {
    const accountId = byNumber.get(batch)?.accounts[index];
    if (accountId !== undefined) fans.remove(accountId, batch);
  }
  for (const { batch, index, admission } of store.admissions()) {
    const accountId = byNumber.get(batch)?.accounts[index];
    const fan = accountId === undefined ? undefined : fans.get(accountId);
    if (fan?.batch === batch) fan.admission = admission;
  }
  return fans;
}
