import { mixedHash } from '../core/hash.ts';
import type { AccountId } from '../core/ids.ts';
import type { RecordedOutcome, RequestKey, RequestRow } from './seat-records.ts';

type RequestSqlRow = {
  account_id: AccountId;
  request_id: string;
  fingerprint: string;
  outcome: string;
  at: number;
};

/**
 * Recorded commands in the object's SQLite. They are found through memory, some 30 bytes for each: their
 * names come in no order, and an index on them would write a page for nearly every command.
 */
export class SqlRequests {
  readonly #sql: SqlStorage;
  readonly #hash: (name: string) => number;
  /** Rows by the hash of their key, as a rule one; null until it was first asked. */
  #seqs: Map<number, number | number[]> | null = null;
  #lastSeq = 0;

  /** Names may share a `hash`; they are only slower then. */
  constructor(sql: SqlStorage, hash = secretHash()) {
    this.#sql = sql;
    this.#hash = hash;
  }

  /** Those of the calls that are recorded, in the order of the calls. */
  find(calls: readonly RequestKey[]): RequestRow[] {
    const known = this.#known();
    const seqs = calls.flatMap((call) => known.get(this.#hashOf(call)) ?? []);
    if (seqs.length === 0) return [];
    const rows = this.#sql.exec<RequestSqlRow>(
      `SELECT account_id, request_id, fingerprint, outcome, at FROM requests
       WHERE seq IN (SELECT value FROM json_each(?))`,
      JSON.stringify(seqs),
    );
    const found = new Map<string, RequestRow>();
    for (const { account_id, request_id, outcome, ...row } of rows) {
      const key = { accountId: account_id, requestId: request_id };
      found.set(nameOf(key), { ...row, ...key, outcome: JSON.parse(outcome) as RecordedOutcome });
    }
    return calls.map((call) => found.get(nameOf(call))).filter((row) => row !== undefined);
  }

  /** Recording a command twice is a bug and throws, with nothing written. */
  add(rows: readonly RequestRow[]): void {
    const isTwice = new Set(rows.map(nameOf)).size < rows.length || this.find(rows).length > 0;
    if (isTwice) throw new Error(`request twice: ${rows.map(nameOf).join(', ')}`);
    for (const row of rows) {
      const { accountId, requestId, fingerprint, outcome, at } = row;
      const seq = this.#lastSeq + 1;
      this.#sql.exec(
        'INSERT INTO requests (seq, account_id, request_id, fingerprint, outcome, at) VALUES (?, ?, ?, ?, ?, ?)',
        seq,
        accountId,
        requestId,
        fingerprint,
        JSON.stringify(outcome),
        at,
      );
      this.#note(row, seq);
    }
  }

  /** Forgets what was recorded before `before`; what stands behind younger rows, as after a clock that stepped back, a little later. */
  forget(before: number): void {
    const gone = this.#sql.exec<{ seq: number; account_id: AccountId; request_id: string }>(
      `DELETE FROM requests WHERE seq < coalesce(
         (SELECT seq FROM requests WHERE at >= ? ORDER BY seq LIMIT 1), ?
       ) RETURNING seq, account_id, request_id`,
      before,
      Number.MAX_SAFE_INTEGER,
    );
    const known = this.#known();
    for (const { seq, account_id, request_id } of gone) {
      const hash = this.#hashOf({ accountId: account_id, requestId: request_id });
      const left = [known.get(hash) ?? []].flat().filter((other) => other !== seq);
      if (left.length > 0) known.set(hash, left);
      else known.delete(hash);
    }
  }

  #known(): Map<number, number | number[]> {
    if (this.#seqs !== null) return this.#seqs;
    this.#seqs = new Map();
    // Without names for its columns a row is read faster: 0.34 s for 240,000.
    const rows = this.#sql
      .exec('SELECT seq, account_id, request_id FROM requests ORDER BY seq')
      .raw<[number, AccountId, string]>();
    for (const [seq, accountId, requestId] of rows) this.#note({ accountId, requestId }, seq);
    return this.#seqs;
  }

  #note(key: RequestKey, seq: number): void {
    const known = this.#known();
    const hash = this.#hashOf(key);
    const others = known.get(hash);
    known.set(hash, others === undefined ? seq : [others, seq].flat());
    this.#lastSeq = seq;
  }

  #hashOf(key: RequestKey): number {
    return this.#hash(nameOf(key));
  }
}

/** Callers choose the names: none may know which of them share a hash. */
function secretHash(): (name: string) => number {
  const seed = crypto.getRandomValues(new Int32Array(1))[0];
  return (name) => mixedHash(name, seed);
}

function nameOf({ accountId, requestId }: RequestKey): string {
  return `${accountId}\n${requestId}`;
}
