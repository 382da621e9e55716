import type { RequestId } from '../core/ids.ts';
import type { OrganiserAction } from '../protocol/organiser-rpc.ts';
import type { SchemaStep } from './schema.ts';

/** Schema of `ActionStore`. What was done is never changed, also not by our own code. */
export const actionSteps: readonly SchemaStep[] = [
  {
    id: 'actions-1',
    sql: `
      CREATE TABLE actions (
        seq INTEGER PRIMARY KEY, request_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL
      ) STRICT;
      CREATE TABLE actions_filed (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL) STRICT;
      INSERT INTO actions_filed (id, seq) VALUES (1, 0);
      CREATE TRIGGER actions_stay BEFORE UPDATE ON actions
        BEGIN SELECT RAISE(ABORT, 'actions are append-only'); END;
      CREATE TRIGGER actions_remain BEFORE DELETE ON actions
        BEGIN SELECT RAISE(ABORT, 'actions are append-only'); END;`,
  },
];

/** What organisers did to one sale, in its SQLite, and up to where Postgres has it. */
export class ActionStore {
  readonly #sql: SqlStorage;

  /** The schema must be there. */
  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Keeps an action under the next number. A request that is known already is a bug and throws. */
  append(action: Omit<OrganiserAction, 'seq'>): void {
    const { seq } = this.#sql
      .exec<{ seq: number }>('SELECT coalesce(max(seq), 0) + 1 AS seq FROM actions')
      .one();
    const body = JSON.stringify({ ...action, seq });
    const insert = 'INSERT INTO actions (seq, request_id, body) VALUES (?, ?, ?)';
    this.#sql.exec(insert, seq, action.requestId, body);
  }

  /** The action that this request was, or null. */
  byRequest(requestId: RequestId): OrganiserAction | null {
    return this.#read('WHERE request_id = ?', requestId)[0] ?? null;
  }

  /** Newest first, those before `before` only. */
  newest(before: number | null, limit: number): OrganiserAction[] {
    const end = before ?? Number.MAX_SAFE_INTEGER;
    return this.#read('WHERE seq < ? ORDER BY seq DESC LIMIT ?', end, limit);
  }

  /** Those that Postgres does not have yet, oldest first. */
  unfiled(limit: number): OrganiserAction[] {
    return this.#read('WHERE seq > (SELECT seq FROM actions_filed) ORDER BY seq LIMIT ?', limit);
  }

  /** Postgres has all up to this one. */
  filed(seq: number): void {
    this.#sql.exec('UPDATE actions_filed SET seq = max(seq, ?)', seq);
  }

  #read(where: string, ...values: (string | number)[]): OrganiserAction[] {
    const rows = this.#sql.exec<{ body: string }>(`SELECT body FROM actions ${where}`, ...values);
    return rows.toArray().map((row) => JSON.parse(row.body) as OrganiserAction);
  }
}
