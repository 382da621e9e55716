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

/**
 * Timers in the object's SQLite and in memory: what is set already costs nothing, nor does the look at
 * the earliest. `onChange` lets the shell re-arm the one alarm.
 */
export class SqlTimers implements Timers {
  readonly #sql: SqlStorage;
  readonly #onChange: () => void;
  readonly #kept = new MemoryTimers();

  /** The schema must be there. */
  constructor(sql: SqlStorage, onChange: () => void) {
    this.#sql = sql;
    this.#onChange = onChange;
    const rows = sql.exec<{ kind: string; key: string; due: number }>(
      'SELECT kind, key, due FROM timers',
    );
    for (const { kind, key, due } of rows) this.#kept.set(kind, key, due);
  }

  set(kind: string, key: string, due: number): void {
    if (!this.#kept.set(kind, key, due)) return;
    this.#sql.exec(
      'INSERT OR REPLACE INTO timers (kind, key, due) VALUES (?, ?, ?)',
      kind,
      key,
      due,
    );
    this.#onChange();
  }

  clear(kind: string, key: string): void {
    if (!this.#kept.clear(kind, key)) return;
    this.#sql.exec('DELETE FROM timers WHERE kind = ? AND key = ?', kind, key);
    this.#onChange();
  }

  due(now: number, limit: number): Timer[] {
    return this.#kept.due(now, limit);
  }

  next(): number | null {
    return this.#kept.next();
  }
}

/** The same in memory, for the simulator and for tests. Changes answer whether anything changed. */
export class MemoryTimers implements Timers {
  readonly #timers = new Map<string, Timer>();
  /** The earliest due time; undefined when it is to be looked up. */
  #next: number | null | undefined = null;

  set(kind: string, key: string, due: number): boolean {
    const name = `${kind}\n${key}`;
    const before = this.#timers.get(name)?.due;
    if (before === due) return false;
    this.#timers.set(name, { kind, key, due });
    if (this.#next === undefined) return true;
    if (this.#next === null || due <= this.#next) this.#next = due;
    else if (before === this.#next) this.#next = undefined;
    return true;
  }

  clear(kind: string, key: string): boolean {
    const name = `${kind}\n${key}`;
    const before = this.#timers.get(name)?.due;
    if (before === this.#next) this.#next = undefined;
    return this.#timers.delete(name);
  }

  due(now: number, limit: number): Timer[] {
    return [...this.#timers.values()]
      .filter((timer) => timer.due <= now)
      .sort((a, b) => a.due - b.due)
      .slice(0, limit);
  }

  next(): number | null {
    if (this.#next === undefined) {
      let next = Infinity;
      for (const { due } of this.#timers.values()) next = Math.min(next, due);
      this.#next = this.#timers.size === 0 ? null : next;
    }
    return this.#next;
  }
}
