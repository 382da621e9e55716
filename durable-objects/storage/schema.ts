/** One numbered step of a schema. Steps are only ever appended; a released step never changes. */
export interface SchemaStep {
  /** Unique over all steps of the object, e.g. `queue-1`. */
  id: string;
  sql: string;
}

/** Runs the steps that this object has not run yet, in order, synchronously (constructor work). */
export function migrate(sql: SqlStorage, steps: readonly SchemaStep[]): void {
  sql.exec(
    'CREATE TABLE IF NOT EXISTS schema_steps (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT',
  );
  const done = new Set(
    sql
      .exec<{ id: string }>('SELECT id FROM schema_steps')
      .toArray()
      .map((row) => row.id),
  );
  for (const step of steps) {
    if (done.has(step.id)) continue;
    sql.exec(step.sql);
    sql.exec('INSERT INTO schema_steps (id, at) VALUES (?, ?)', step.id, Date.now());
  }
}
