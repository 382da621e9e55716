import type { Batch } from '../core/fans.ts';
import type { Departure, RoomAdmission, RoomNote, RoomStore } from './room-store.ts';

/** A leaf's memory without a database, for the simulator and for tests. */
export class MemoryRoomStore implements RoomStore {
  readonly #batches = new Map<number, Batch>();
  readonly #departures: Departure[] = [];
  readonly #admissions = new Map<string, RoomAdmission>();
  readonly #notes = new Map<RoomNote, string>();

  batches(): Batch[] {
    return [...this.#batches.values()]
      .map((batch) => ({ ...batch, accounts: [...batch.accounts] }))
      .sort((a, b) => a.batch - b.batch);
  }

  addBatch(batch: Batch): void {
    if (this.#batches.has(batch.batch)) throw new Error(`written before: ${batch.batch}`);
    this.#batches.set(batch.batch, { ...batch, accounts: [...batch.accounts] });
  }

  setFirst(batch: number, first: number): void {
    const known = this.#batches.get(batch);
    if (known !== undefined) this.#batches.set(batch, { ...known, first });
  }

  dropBatch(batch: number): void {
    this.#batches.delete(batch);
  }

  departures(): Departure[] {
    return this.#departures.map((departure) => ({ ...departure }));
  }

  addDeparture(batch: number, index: number): number {
    const seq = this.#departures.length + 1;
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

  note(key: RoomNote): string | null {
    return this.#notes.get(key) ?? null;
  }

  setNote(key: RoomNote, value: string): void {
    this.#notes.set(key, value);
  }
}
