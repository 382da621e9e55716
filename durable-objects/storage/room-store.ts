import type { Batch, BatchGrant } from '../core/batch.ts';
import type { AccountId } from '../core/ids.ts';
import type { Admission } from '../protocol/queue-rpc.ts';
import { SqlNotes } from './notes.ts';
import type { Notes } from './notes.ts';
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
export interface RoomStore extends Notes<RoomNote> {
  /** Ascending by batch. */
  batches(): Batch[];
  /** Written before the parent is asked. Batches taken over from another leaf have numbers below 0. */
  addBatch(batch: Batch): void;
  /** The parent's answer. */
  setGrant(batch: number, grant: BatchGrant): void;
  /** The parent refused the batch; nobody in it has a place. */
  dropBatch(batch: number): void;
  /** Deletes these batches and all that is about their fans; the number of no departure comes again. */
  forgetBatches(batches: readonly number[]): void;
  /** Ascending by `seq`. */
  departures(): Departure[];
  /** Returns its `seq`. */
  addDeparture(batch: number, index: number): number;
  admissions(): RoomAdmission[];
  saveAdmission(row: RoomAdmission): void;
}

/**
 * `name`: the object's own. `reported`: departures up to this `seq` were acknowledged. `refused`: the last
 * batch that the parent refused. `feed`: the last frame. `inherited`: set once this leaf has taken over what
 * its ancestor knew. `handed`: leaves that have taken over from this one, as JSON.
 */
export type RoomNote = 'name' | 'reported' | 'refused' | 'feed' | 'inherited' | 'handed';

/** Schema of `SqlRoomStore`. */
export const roomSteps: readonly SchemaStep[] = [
  {
    id: 'room-1',
    sql: `CREATE TABLE room_batches (batch INTEGER PRIMARY KEY, accounts TEXT NOT NULL, at INTEGER NOT NULL, first INTEGER) STRICT;
          CREATE TABLE room_departures (seq INTEGER PRIMARY KEY, batch INTEGER NOT NULL, idx INTEGER NOT NULL) STRICT;
          CREATE TABLE room_admissions (batch INTEGER NOT NULL, idx INTEGER NOT NULL, admission TEXT NOT NULL, PRIMARY KEY (batch, idx)) STRICT, WITHOUT ROWID;
          CREATE TABLE room_notes (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
  },
  {
    // Nothing was on sale before places had receipts: what cannot be proven is not kept.
    id: 'room-2',
    sql: `DROP TABLE room_batches;
          DELETE FROM room_departures;
          DELETE FROM room_admissions;
          DELETE FROM room_notes WHERE key <> 'name';
          CREATE TABLE room_batches (batch INTEGER PRIMARY KEY, accounts TEXT NOT NULL, at INTEGER NOT NULL, granted TEXT) STRICT;`,
  },
  { id: 'room-3', sql: 'ALTER TABLE room_batches ADD COLUMN present TEXT' },
];

/** A leaf's memory in its SQLite. */
export class SqlRoomStore extends SqlNotes<RoomNote> implements RoomStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    super(sql);
    this.#sql = sql;
  }

  batches(): Batch[] {
    const rows = this.#sql.exec<{
      batch: number;
      accounts: string;
      at: number;
      granted: string | null;
      present: string | null;
    }>('SELECT batch, accounts, at, granted, present FROM room_batches ORDER BY batch');
    return rows.toArray().map(({ batch, accounts, at, granted, present }) => ({
      batch,
      accounts: JSON.parse(accounts) as AccountId[],
      at,
      grant: granted === null ? null : (JSON.parse(granted) as BatchGrant),
      ...(present === null ? {} : { present: JSON.parse(present) as number[] }),
    }));
  }

  addBatch(batch: Batch): void {
    this.#sql.exec(
      'INSERT INTO room_batches (batch, accounts, at, granted, present) VALUES (?, ?, ?, ?, ?)',
      batch.batch,
      JSON.stringify(batch.accounts),
      batch.at,
      batch.grant === null ? null : JSON.stringify(batch.grant),
      batch.present === undefined ? null : JSON.stringify(batch.present),
    );
  }

  setGrant(batch: number, grant: BatchGrant): void {
    this.#sql.exec(
      'UPDATE room_batches SET granted = ? WHERE batch = ?',
      JSON.stringify(grant),
      batch,
    );
  }

  dropBatch(batch: number): void {
    this.#sql.exec('DELETE FROM room_batches WHERE batch = ?', batch);
  }

  forgetBatches(batches: readonly number[]): void {
    const named = JSON.stringify(batches);
    const theirs = 'batch IN (SELECT value FROM json_each(?))';
    this.#sql.exec(`DELETE FROM room_batches WHERE ${theirs}`, named);
    this.#sql.exec(`DELETE FROM room_admissions WHERE ${theirs}`, named);
    // The next departure's number is one above the greatest there is.
    this.#sql.exec(
      `DELETE FROM room_departures WHERE seq < (SELECT max(seq) FROM room_departures) AND ${theirs}`,
      named,
    );
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
}
