import type { AdmissionState } from '../core/admission.ts';
import type { OpenCall } from '../core/calls.ts';
import type { ChainLink } from '../core/fairness/grant-chain.ts';
import type { LobbyDraw } from '../core/fairness/lobby-draw.ts';
import type { AccountId } from '../core/ids.ts';
import type { SchemaStep } from './schema.ts';

/** The queue's own figures, kept in one row. `tail`: places given out. `seqCeiling`: no tick so far has a greater `seq`. */
export interface QueueState extends AdmissionState {
  tail: number;
  seqCeiling: number;
}

/** A grant as the chain has it, and the chain's head after it. */
export interface LinkRow {
  link: ChainLink;
  head: string;
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
  /** The grant of `(child, batch)`. */
  link(child: string, batch: number): LinkRow | null;
  /** The chain so far ends with it; null before the first. */
  lastLink(): LinkRow | null;
  /** Kept for ever and never changed: the record of who was given which range. */
  addLink(row: LinkRow): void;
  /** At most `limit` links from number `from` on. */
  links(from: number, limit: number): ChainLink[];
  /** The draw of the lobby as far as it has come. */
  draw(): LobbyDraw | null;
  saveDraw(draw: LobbyDraw): void;
  /** Departures: of places before the lobby is drawn, of orders after it. */
  chunks(): Iterable<{ index: number; bits: Uint8Array }>;
  saveChunk(index: number, bits: Uint8Array): void;
  /** Calls made after `calledAt`, ascending by `first`. */
  callsAfter(calledAt: number): OpenCall[];
  /** All calls so far as `[at, cursor]`, the last of each `stepMs`, by cursor. */
  callHistory(stepMs: number): (readonly [number, number])[];
  /** By `first`: adds the call or replaces its figures. Kept for ever: the record of admissions. */
  saveCall(call: OpenCall): void;
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
  {
    // Nothing was on sale before there was a chain: what it cannot prove is not kept.
    id: 'queue-2',
    sql: `DROP TABLE queue_grants;
          DELETE FROM queue_state;
          DELETE FROM queue_departures;
          DELETE FROM queue_calls;
          DELETE FROM queue_admissions;
          CREATE TABLE queue_links (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, child TEXT NOT NULL, batch INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL, root TEXT NOT NULL, head TEXT NOT NULL) STRICT;
          CREATE UNIQUE INDEX queue_links_batch ON queue_links (child, batch);`,
  },
  {
    id: 'queue-3',
    sql: `ALTER TABLE queue_calls ADD COLUMN people INTEGER NOT NULL DEFAULT 0;
          ALTER TABLE queue_calls ADD COLUMN came INTEGER NOT NULL DEFAULT 0;`,
  },
  {
    // The chain is a record: not even a mistake of ours may change what it says.
    id: 'queue-4',
    sql: `CREATE TABLE queue_draw (id INTEGER PRIMARY KEY CHECK (id = 0), draw TEXT NOT NULL) STRICT;
          CREATE TRIGGER queue_links_kept BEFORE DELETE ON queue_links BEGIN SELECT RAISE(ABORT, 'links are kept'); END;
          CREATE TRIGGER queue_links_fixed BEFORE UPDATE ON queue_links BEGIN SELECT RAISE(ABORT, 'links are fixed'); END;`,
  },
];

type Links = {
  seq: number;
  at: number;
  child: string;
  batch: number;
  first: number;
  count: number;
  root: string;
  head: string;
};

function toLinkRow({ head, ...link }: Links): LinkRow {
  return { link, head };
}

type Calls = {
  first: number;
  end: number;
  calledAt: number;
  people: number;
  open: number;
  came: number;
};

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

  link(child: string, batch: number): LinkRow | null {
    const rows = this.#sql.exec<Links>(
      'SELECT seq, at, child, batch, first, count, root, head FROM queue_links WHERE child = ? AND batch = ?',
      child,
      batch,
    );
    const [row] = rows.toArray();
    return row === undefined ? null : toLinkRow(row);
  }

  lastLink(): LinkRow | null {
    const rows = this.#sql.exec<Links>(
      'SELECT seq, at, child, batch, first, count, root, head FROM queue_links ORDER BY seq DESC LIMIT 1',
    );
    const [row] = rows.toArray();
    return row === undefined ? null : toLinkRow(row);
  }

  links(from: number, limit: number): ChainLink[] {
    const rows = this.#sql.exec<Links>(
      'SELECT seq, at, child, batch, first, count, root, head FROM queue_links WHERE seq >= ? ORDER BY seq LIMIT ?',
      from,
      limit,
    );
    return rows.toArray().map((row) => toLinkRow(row).link);
  }

  addLink({ link, head }: LinkRow): void {
    this.#sql.exec(
      'INSERT INTO queue_links (seq, at, child, batch, first, count, root, head) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      link.seq,
      link.at,
      link.child,
      link.batch,
      link.first,
      link.count,
      link.root,
      head,
    );
  }

  draw(): LobbyDraw | null {
    const [row] = this.#sql.exec<{ draw: string }>('SELECT draw FROM queue_draw').toArray();
    return row === undefined ? null : (JSON.parse(row.draw) as LobbyDraw);
  }

  saveDraw(draw: LobbyDraw): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO queue_draw (id, draw) VALUES (0, ?)',
      JSON.stringify(draw),
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

  callsAfter(calledAt: number): OpenCall[] {
    const rows = this.#sql.exec<Calls>(
      'SELECT first, "end", called_at AS calledAt, people, open, came FROM queue_calls WHERE called_at > ? ORDER BY first',
      calledAt,
    );
    return rows.toArray().map((row) => ({ ...row }));
  }

  callHistory(stepMs: number): (readonly [number, number])[] {
    const rows = this.#sql.exec<{ at: number; cursor: number }>(
      'SELECT max(called_at) AS at, max("end") AS cursor FROM queue_calls GROUP BY CAST(called_at / ? AS INTEGER) ORDER BY cursor',
      stepMs,
    );
    return rows.toArray().map(({ at, cursor }) => [at, cursor] as const);
  }

  saveCall(call: OpenCall): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO queue_calls (first, "end", called_at, people, open, came) VALUES (?, ?, ?, ?, ?, ?)',
      call.first,
      call.end,
      call.calledAt,
      call.people,
      call.open,
      call.came,
    );
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
