import { connect } from '../../drizzle/client.ts';
import type { Database } from '../../drizzle/client.ts';

export type { Database } from '../../drizzle/client.ts';

const open = new Map<string, Database>();

/** The database at this address. It holds no connection (each query is a request), so one serves all. */
export function databaseAt(databaseUrl: string): Database {
  const known = open.get(databaseUrl);
  if (known) return known;
  const made = connect(databaseUrl);
  open.set(databaseUrl, made);
  return made;
}
