import type { Batch, BatchGrant } from '../../../durable-objects/core/batch.ts';
import { MemoryNotes } from '../../../durable-objects/storage/notes.ts';
import type {
  Departure,
  RoomAdmission,
  RoomNote,
  RoomStore,
} from '../../../durable-objects/storage/room-store.ts';

/** Characters of an account's id in a row, with its quotes and comma. */
const ACCOUNT_BYTES = 39;
/** A row's numbers and head in SQLite, roughly. */
const ROW_BYTES = 16;

/**
 * A leaf's memory in a run of millions without faults: rows are counted and not kept, so that nobody may
 * die and ask for them. `owned` hears of each range as it is written down.
 */
export class LeanRoomStore extends MemoryNotes<RoomNote> implements RoomStore {
  /** What SQLite would keep of it. */
  bytes = 0;
  readonly #owned: (first: number, count: number) => void;
  readonly #unanswered = new Map<number, number>();
  #departures = 0;

  constructor(owned: (first: number, count: number) => void) {
    super();
    this.#owned = owned;
  }

  #nothingYet(): [] {
    if (this.bytes > 0) throw new Error('rows of a run without faults are not kept');
    return [];
  }

  batches(): Batch[] {
    return this.#nothingYet();
  }

  addBatch({ batch, accounts }: Batch): void {
    this.#unanswered.set(batch, accounts.length);
    this.bytes += ROW_BYTES + accounts.length * ACCOUNT_BYTES;
  }

  setGrant(batch: number, grant: BatchGrant): void {
    const count = this.#unanswered.get(batch);
    if (count === undefined) throw new Error(`answered before: ${batch}`);
    this.#unanswered.delete(batch);
    this.bytes += JSON.stringify(grant).length;
    this.#owned(grant.first, count);
  }

  dropBatch(batch: number): void {
    const count = this.#unanswered.get(batch) ?? 0;
    this.#unanswered.delete(batch);
    this.bytes -= ROW_BYTES + count * ACCOUNT_BYTES;
  }

  forgetBatches(): void {
    throw new Error('no leaf of a run without faults is full');
  }

  departures(): Departure[] {
    return this.#nothingYet();
  }

  addDeparture(): number {
    this.bytes += ROW_BYTES;
    this.#departures += 1;
    return this.#departures;
  }

  admissions(): RoomAdmission[] {
    return this.#nothingYet();
  }

  saveAdmission({ admission }: RoomAdmission): void {
    this.bytes += ROW_BYTES + JSON.stringify(admission).length;
  }
}
