import type { SchemaStep } from './schema.ts';

/** A timer: `kind` says whose it is, `key` which one. Setting it again moves it. Times are epoch ms. */
export interface Timer {
  kind: string;
  key: string;
  due: number;
}

/** Many timers over one alarm. They only tidy and tell: expiry itself is judged on read. */
export interface Timers {
  set(kind: string, key: string, due: number): void;
  clear(kind: string, key: string): void;
  /** Timers due at `now`, earliest first, at most `limit`; they stay until cleared or moved. */
  due(now: number, limit: number): Timer[];
  /** The earliest due time, or null. */
  next(): number | null;
}

/** Schema of `SqlTimers`. */
export const timerSteps: readonly SchemaStep[] = [
  {
    id: 'timers-1',
    sql: `CREATE TABLE timers (kind TEXT NOT NULL, key TEXT NOT NULL, due INTEGER NOT NULL, PRIMARY KEY (kind, key)) STRICT;
          CREATE INDEX timers_due ON timers (due);`,
  },
];

/** Timers in the object's SQLite. `onChange` lets the shell re-arm the one alarm. */
export class SqlTimers implements Timers {
  readonly #sql: SqlStorage;
  readonly #onChange: () => void;

  constructor(sql: SqlStorage, onChange: () => void) {
    this.#sql = sql;
    this.#onChange = onChange;
  }

  set(kind: string, key: string, due: number): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO timers (kind, key, due) VALUES (?, ?, ?)',
      kind,
      key,
      due,
    );
    this.#onChange();
  }

  clear(kind: string, key: string): void {
    this.#sql.exec('DELETE FROM timers WHERE kind = ? AND key = ?', kind, key);
    this.#onChange();
  }

  due(now: number, limit: number): Timer[] {
    const rows = this.#sql.exec<{ kind: string; key: string; due: number }>(
      'SELECT kind, key, due FROM timers WHERE due <= ? ORDER BY due LIMIT ?',
      now,
      limit,
    );
    return rows.toArray();
  }

  next(): number | null {
    return this.#sql.exec<{ due: number | null }>('SELECT min(due) AS due FROM timers').one().due;
  }
}

/** The same in memory, for the simulator and for tests. */
export class MemoryTimers implements Timers {
  readonly #timers = new Map<string, Timer>();

  set(kind: string, key: string, due: number): void {
    this.#timers.set(`${kind}\n${key}`, { kind, key, due });
  }

  clear(kind: string, key: string): void {
    this.#timers.delete(`${kind}\n${key}`);
  }

  due(now: number, limit: number): Timer[] {
    return [...this.#timers.values()]
      .filter((timer) => timer.due <= now)
      .sort((a, b) => a.due - b.due)
      .slice(0, limit);
  }

  next(): number | null {
    const dues = [...this.#timers.values()].map((timer) => timer.due);
    return dues.length === 0 ? null : Math.min(...dues);
  }
}
