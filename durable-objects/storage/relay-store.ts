import type { BatchGrant, RelayBatch, RelayPart } from '../core/batch.ts';
import { SqlNotes } from './notes.ts';
import type { Notes } from './notes.ts';
import type { SchemaStep } from './schema.ts';

/** `name`: the object's own. `refused`: the last batch that the parent refused. `feed`: the last frame. */
export type RelayNote = 'name' | 'refused' | 'feed';

/** Where a relay keeps what must survive: batches that a child may still ask for, and its children. */
export interface RelayStore extends Notes<RelayNote> {
  /** Ascending by batch. */
  batches(): RelayBatch[];
  /** Written before the parent is asked. */
  addBatch(batch: RelayBatch): void;
  /** The parent's answer. */
  setGrant(batch: number, grant: BatchGrant): void;
  /** Nobody will ask for it any more. */
  dropBatch(batch: number): void;
  children(): string[];
  addChild(child: string): void;
}

/** Schema of `SqlRelayStore`. */
export const relaySteps: readonly SchemaStep[] = [
  {
    id: 'relay-1',
    sql: `CREATE TABLE relay_batches (batch INTEGER PRIMARY KEY, parts TEXT NOT NULL, granted TEXT) STRICT;
          CREATE TABLE relay_children (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;`,
  },
];

/** A relay's memory in its SQLite. */
export class SqlRelayStore extends SqlNotes<RelayNote> implements RelayStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    super(sql);
    this.#sql = sql;
  }

  batches(): RelayBatch[] {
    const rows = this.#sql.exec<{ batch: number; parts: string; granted: string | null }>(
      'SELECT batch, parts, granted FROM relay_batches ORDER BY batch',
    );
    return rows.toArray().map(({ batch, parts, granted }) => ({
      batch,
      parts: JSON.parse(parts) as RelayPart[],
      grant: granted === null ? null : (JSON.parse(granted) as BatchGrant),
    }));
  }

  addBatch({ batch, parts, grant }: RelayBatch): void {
    this.#sql.exec(
      'INSERT INTO relay_batches (batch, parts, granted) VALUES (?, ?, ?)',
      batch,
      JSON.stringify(parts),
      grant === null ? null : JSON.stringify(grant),
    );
  }

  setGrant(batch: number, grant: BatchGrant): void {
    this.#sql.exec(
      'UPDATE relay_batches SET granted = ? WHERE batch = ?',
      JSON.stringify(grant),
      batch,
    );
  }

  dropBatch(batch: number): void {
    this.#sql.exec('DELETE FROM relay_batches WHERE batch = ?', batch);
  }

  children(): string[] {
    const rows = this.#sql.exec<{ name: string }>('SELECT name FROM relay_children ORDER BY name');
    return rows.toArray().map((row) => row.name);
  }

  addChild(child: string): void {
    this.#sql.exec('INSERT OR IGNORE INTO relay_children (name) VALUES (?)', child);
  }
}
