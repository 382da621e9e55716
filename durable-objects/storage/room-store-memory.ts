import type { Batch, BatchGrant } from '../core/batch.ts';
import { MemoryNotes } from './notes.ts';
import type { Departure, RoomAdmission, RoomNote, RoomStore } from './room-store.ts';

/** A leaf's memory without a database, for the simulator and for tests. */
export class MemoryRoomStore extends MemoryNotes<RoomNote> implements RoomStore {
  readonly #batches = new Map<number, Batch>();
  #departures: Departure[] = [];
  readonly #admissions = new Map<string, RoomAdmission>();

  batches(): Batch[] {
    return [...this.#batches.values()]
      .map((batch) => structuredClone(batch))
      .sort((a, b) => a.batch - b.batch);
  }

  addBatch(batch: Batch): void {
    if (this.#batches.has(batch.batch)) throw new Error(`written before: ${batch.batch}`);
    this.#batches.set(batch.batch, structuredClone(batch));
  }

  setGrant(batch: number, grant: BatchGrant): void {
    const known = this.#batches.get(batch);
    if (known !== undefined) this.#batches.set(batch, { ...known, grant: structuredClone(grant) });
  }

  dropBatch(batch: number): void {
    this.#batches.delete(batch);
  }

  forgetBatches(batches: readonly number[]): void {
    const named = new Set(batches);
    for (const batch of named) this.#batches.delete(batch);
    for (const [key, { batch }] of this.#admissions) {
      if (named.has(batch)) this.#admissions.delete(key);
    }
    const last = this.#departures.at(-1);
    this.#departures = this.#departures.filter((row) => row === last || !named.has(row.batch));
  }

  departures(): Departure[] {
    return this.#departures.map((departure) => ({ ...departure }));
  }

  addDeparture(batch: number, index: number): number {
    const seq = (this.#departures.at(-1)?.seq ?? 0) + 1;
    this.#departures.push({ seq, batch, index });
    return seq;
  }

  admissions(): RoomAdmission[] {
    return [...this.#admissions.values()]
      .map((row) => ({ ...row, admission: { ...row.admission } }))
      .sort((a, b) => a.batch - b.batch || a.index - b.index);
  }

  saveAdmission(row: RoomAdmission): void {
    this.#admissions.set(`${row.batch}/${row.index}`, { ...row, admission: { ...row.admission } });
  }
}
