/** Small values of one object, kept by name. */
export interface Notes<Key extends string> {
  note(key: Key): string | null;
  setNote(key: Key, value: string): void;
}

/** Notes in the SQLite of a waiting room; `roomSteps` make their table. */
export class SqlNotes<Key extends string> implements Notes<Key> {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  note(key: Key): string | null {
    const rows = this.#sql.exec<{ value: string }>(
      'SELECT value FROM room_notes WHERE key = ?',
      key,
    );
    return rows.toArray()[0]?.value ?? null;
  }

  setNote(key: Key, value: string): void {
    this.#sql.exec('INSERT OR REPLACE INTO room_notes (key, value) VALUES (?, ?)', key, value);
  }
}

/** Notes without a database. */
export class MemoryNotes<Key extends string> implements Notes<Key> {
  readonly #notes = new Map<Key, string>();

  note(key: Key): string | null {
    return this.#notes.get(key) ?? null;
  }

  setNote(key: Key, value: string): void {
    this.#notes.set(key, value);
  }
}
