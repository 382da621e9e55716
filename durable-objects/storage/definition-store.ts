import type { SaleDefinition } from '../core/sale.ts';
import type { SchemaStep } from './schema.ts';

/** Schema of the sale's definition: one row, JSON. */
export const definitionSteps: readonly SchemaStep[] = [
  {
    id: 'definition-1',
    sql: 'CREATE TABLE definition (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL) STRICT',
  },
];

/** The definition this object was given when it was first asked, or null. A plan of 150,000 seats is a few KB: it is stored as a rule, not as seats. */
export function readDefinition(sql: SqlStorage): SaleDefinition | null {
  const row = sql.exec<{ json: string }>('SELECT json FROM definition').toArray()[0];
  return row === undefined ? null : (JSON.parse(row.json) as SaleDefinition);
}

/** Keeps the definition; the first one stands. */
export function writeDefinition(sql: SqlStorage, definition: SaleDefinition): void {
  sql.exec(
    'INSERT INTO definition (id, json) VALUES (1, ?) ON CONFLICT DO NOTHING',
    JSON.stringify(definition),
  );
}

/** Keeps a definition in place of the first. */
export function replaceDefinition(sql: SqlStorage, definition: SaleDefinition): void {
  sql.exec('UPDATE definition SET json = ? WHERE id = 1', JSON.stringify(definition));
}
