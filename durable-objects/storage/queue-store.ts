import type { AdmissionState } from '../core/admission.ts';
import type { OpenCall } from '../core/calls.ts';
import type { AccountId } from '../core/ids.ts';
import type { PlaceGrant } from '../protocol/queue-rpc.ts';
import type { SchemaStep } from './schema.ts';

/** The queue's own figures, kept in one row. `tail`: places given out. `seqCeiling`: no tick so far has a greater `seq`. */
export interface QueueState extends AdmissionState {
  tail: number;
  seqCeiling: number;
}

/** A claimed admission. `endedAt` is null while it was not ended early. Times are epoch ms. */
export interface AdmissionRow {
  place: number;
  accountId: AccountId;
  claimedAt: number;
  until: number;
  endedAt: number | null;
}

/** Where the queue keeps what must survive. Calls without an await between them commit together. */
export interface QueueStore {
  state(): QueueState | null;
  saveState(state: QueueState): void;
  grant(child: string, batch: number): PlaceGrant | null;
  /** Kept for ever: the record of who was given which range, in order of `first`. */
  putGrant(child: string, batch: number, grant: PlaceGrant, at: number): void;
  chunks(): Iterable<{ index: number; bits: Uint8Array }>;
  saveChunk(index: number, bits: Uint8Array): void;
  /** Ascending. */
  calls(): OpenCall[];
  /** By `first`: adds the call or replaces its figures. */
  saveCall(call: OpenCall): void;
  /** Forgets calls made at `calledAt` or before. */
  dropCalls(calledAt: number): void;
  admission(place: number): AdmissionRow | null;
  saveAdmission(row: AdmissionRow): void;
  /** Admissions not ended early and not over at `now`, by `until`. */
  liveAdmissions(now: number): AdmissionRow[];
  children(): string[];
  addChild(child: string): void;
}

/** Schema of `SqlQueueStore`. */
export const queueSteps: readonly SchemaStep[] = [
  {
    id: 'queue-1',
    sql: `CREATE TABLE queue_state (id INTEGER PRIMARY KEY CHECK (id = 0), state TEXT NOT NULL) STRICT;
          CREATE TABLE queue_grants (child TEXT NOT NULL, batch INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (child, batch)) STRICT, WITHOUT ROWID;
          CREATE TABLE queue_departures (chunk INTEGER PRIMARY KEY, bits BLOB NOT NULL) STRICT;
          CREATE TABLE queue_calls (first INTEGER PRIMARY KEY, "end" INTEGER NOT NULL, called_at INTEGER NOT NULL, open INTEGER NOT NULL) STRICT;
          CREATE TABLE queue_admissions (place INTEGER PRIMARY KEY, account_id TEXT NOT NULL, claimed_at INTEGER NOT NULL, until INTEGER NOT NULL, ended_at INTEGER) STRICT;
          CREATE INDEX queue_admissions_live ON queue_admissions (until) WHERE ended_at IS NULL;
          CREATE TABLE queue_children (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;`,
  },
];

type Admissions = {
  place: number;
  account_id: string;
  claimed_at: number;
  until: number;
  ended_at: number | null;
};

function toRow(row: Admissions): AdmissionRow {
  return {
    place: row.place,
    accountId: row.account_id as AccountId,
    claimedAt: row.claimed_at,
    until: row.until,
    endedAt: row.ended_at,
  };
}

/** The queue in the object's SQLite. */
export class SqlQueueStore implements QueueStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  state(): QueueState | null {
    const [row] = this.#sql.exec<{ state: string }>('SELECT state FROM queue_state').toArray();
    return row === undefined ? null : (JSON.parse(row.state) as QueueState);
  }

  saveState(state: QueueState): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO queue_state (id, state) VALUES (0, ?)',
      JSON.stringify(state),
    );
  }

  grant(child: string, batch: number): PlaceGrant | null {
    const rows = this.#sql.exec<{ first: number; count: number }>(
      'SELECT first, count FROM queue_grants WHERE child = ? AND batch = ?',
      child,
      batch,
    );
    return rows.toArray()[0] ?? null;
  }

  putGrant(child: string, batch: number, grant: PlaceGrant, at: number): void {
    this.#sql.exec(
      'INSERT INTO queue_grants (child, batch, first, count, at) VALUES (?, ?, ?, ?, ?)',
      child,
      batch,
      grant.first,
      grant.count,
      at,
    );
  }

  chunks(): { index: number; bits: Uint8Array }[] {
    const rows = this.#sql.exec<{ chunk: number; bits: ArrayBuffer }>(
      'SELECT chunk, bits FROM queue_departures',
    );
    return rows.toArray().map((row) => ({ index: row.chunk, bits: new Uint8Array(row.bits) }));
  }

  saveChunk(index: number, bits: Uint8Array): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO queue_departures (chunk, bits) VALUES (?, ?)',
      index,
      bits.slice().buffer,
    );
  }

  calls(): OpenCall[] {
    const rows = this.#sql.exec<{ first: number; end: number; calledAt: number; open: number }>(
      'SELECT first, "end", called_at AS calledAt, open FROM queue_calls ORDER BY first',
    );
    return rows.toArray().map((row) => ({ ...row }));
  }

  saveCall(call: OpenCall): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO queue_calls (first, "end", called_at, open) VALUES (?, ?, ?, ?)',
      call.first,
      call.end,
      call.calledAt,
      call.open,
    );
  }

  dropCalls(calledAt: number): void {
    this.#sql.exec('DELETE FROM queue_calls WHERE called_at <= ?', calledAt);
  }

  admission(place: number): AdmissionRow | null {
    const rows = this.#sql.exec<Admissions>(
      'SELECT place, account_id, claimed_at, until, ended_at FROM queue_admissions WHERE place = ?',
      place,
    );
    const [row] = rows.toArray();
    return row === undefined ? null : toRow(row);
  }

  saveAdmission(row: AdmissionRow): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO queue_admissions (place, account_id, claimed_at, until, ended_at) VALUES (?, ?, ?, ?, ?)',
      row.place,
      row.accountId,
      row.claimedAt,
      row.until,
      row.endedAt,
    );
  }

  liveAdmissions(now: number): AdmissionRow[] {
    const rows = this.#sql.exec<Admissions>(
      'SELECT place, account_id, claimed_at, until, ended_at FROM queue_admissions WHERE ended_at IS NULL AND until > ? ORDER BY until',
      now,
    );
    return rows.toArray().map(toRow);
  }

  children(): string[] {
    const rows = this.#sql.exec<{ name: string }>('SELECT name FROM queue_children ORDER BY name');
    return rows.toArray().map((row) => row.name);
  }

  addChild(child: string): void {
    this.#sql.exec('INSERT OR IGNORE INTO queue_children (name) VALUES (?)', child);
  }
}
