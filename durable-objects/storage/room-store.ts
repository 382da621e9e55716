import type { Batch } from '../core/fans.ts';
import type { AccountId } from '../core/ids.ts';
import type { Admission } from '../protocol/queue-rpc.ts';
import type { SchemaStep } from './schema.ts';

/** One who left: the `index`-th of `batch`. `seq` grows with each departure. */
export interface Departure {
  seq: number;
  batch: number;
  index: number;
}

/** A claimed admission of the `index`-th of `batch`. */
export interface RoomAdmission {
  batch: number;
  index: number;
  admission: Admission;
}

/** Where a leaf keeps what must survive: one row per flush of joins, never one per fan. */
export interface RoomStore {
  /** Ascending by batch. */
  batches(): Batch[];
  /** Written before the parent is asked. */
  addBatch(batch: Batch): void;
  /** The parent's answer. */
  setFirst(batch: number, first: number): void;
  /** The parent refused the batch; nobody in it has a place. */
  dropBatch(batch: number): void;
  /** Ascending by `seq`. */
  departures(): Departure[];
  /** Returns its `seq`. */
  addDeparture(batch: number, index: number): number;
  admissions(): RoomAdmission[];
  saveAdmission(row: RoomAdmission): void;
  /** A small value kept by name; JSON text. */
  note(key: RoomNote): string | null;
  setNote(key: RoomNote, value: string): void;
}

/** `name`: the object's own. `reported`: departures up to this `seq` were acknowledged. `feed`: the last frame. */
export type RoomNote = 'name' | 'reported' | 'feed';

/** Schema of `SqlRoomStore`. */
export const roomSteps: readonly SchemaStep[] = [
  {
    id: 'room-1',
    sql: `CREATE TABLE room_batches (batch INTEGER PRIMARY KEY, accounts TEXT NOT NULL, at INTEGER NOT NULL, first INTEGER) STRICT;
          CREATE TABLE room_departures (seq INTEGER PRIMARY KEY, batch INTEGER NOT NULL, idx INTEGER NOT NULL) STRICT;
          CREATE TABLE room_admissions (batch INTEGER NOT NULL, idx INTEGER NOT NULL, admission TEXT NOT NULL, PRIMARY KEY (batch, idx)) STRICT, WITHOUT ROWID;
          CREATE TABLE room_notes (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
  },
];

/** A leaf's memory in its SQLite. */
export class SqlRoomStore implements RoomStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  batches(): Batch[] {
    const rows = this.#sql.exec<{
      batch: number;
      accounts: string;
      at: number;
      first: number | null;
    }>('SELECT batch, accounts, at, first FROM room_batches ORDER BY batch');
    return rows
      .toArray()
      .map((row) => ({ ...row, accounts: JSON.parse(row.accounts) as AccountId[] }));
  }

  addBatch(batch: Batch): void {
    this.#sql.exec(
      'INSERT INTO room_batches (batch, accounts, at, first) VALUES (?, ?, ?, ?)',
      batch.batch,
      JSON.stringify(batch.accounts),
      batch.at,
      batch.first,
    );
  }

  setFirst(batch: number, first: number): void {
    this.#sql.exec('UPDATE room_batches SET first = ? WHERE batch = ?', first, batch);
  }

  dropBatch(batch: number): void {
    this.#sql.exec('DELETE FROM room_batches WHERE batch = ?', batch);
  }

  departures(): Departure[] {
    const rows = this.#sql.exec<{ seq: number; batch: number; index: number }>(
      'SELECT seq, batch, idx AS "index" FROM room_departures ORDER BY seq',
    );
    return rows.toArray().map((row) => ({ ...row }));
  }

  addDeparture(batch: number, index: number): number {
    const inserted = this.#sql.exec<{ seq: number }>(
      'INSERT INTO room_departures (batch, idx) VALUES (?, ?) RETURNING seq',
      batch,
      index,
    );
    return inserted.one().seq;
  }

  admissions(): RoomAdmission[] {
    const rows = this.#sql.exec<{ batch: number; index: number; admission: string }>(
      'SELECT batch, idx AS "index", admission FROM room_admissions ORDER BY batch, idx',
    );
    return rows
      .toArray()
      .map((row) => ({ ...row, admission: JSON.parse(row.admission) as Admission }));
  }

  saveAdmission(row: RoomAdmission): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO room_admissions (batch, idx, admission) VALUES (?, ?, ?)',
      row.batch,
      row.index,
      JSON.stringify(row.admission),
    );
  }

  note(key: RoomNote): string | null {
    const rows = this.#sql.exec<{ value: string }>(
      'SELECT value FROM room_notes WHERE key = ?',
      key,
    );
    return rows.toArray()[0]?.value ?? null;
  }

  setNote(key: RoomNote, value: string): void {
    this.#sql.exec('INSERT OR REPLACE INTO room_notes (key, value) VALUES (?, ?)', key, value);
  }
}
