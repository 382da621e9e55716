import { neon, neonConfig } from '@neondatabase/serverless';
import { drizzle } from 'drizzle-orm/neon-http';
import * as schema from './schema.ts';

/** The stand-in's address, when `DATABASE_URL` is not set. */
export const LOCAL_DATABASE_URL = 'postgresql://onsale:onsale@localhost:5488/onsale';

const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);
/** Whether the database is one on this machine. */
export function isLocal(databaseUrl: string): boolean {
  return LOCAL_HOSTS.has(new URL(databaseUrl).hostname);
}

const hosted = neonConfig.fetchEndpoint;

/**
 * A drizzle database over Neon's HTTP protocol: one request a query, no connection to keep. An address
 * on this machine is asked at `http://HOST:PORT/sql`, where the stand-in listens.
 */
export function connect(databaseUrl: string) {
  neonConfig.fetchEndpoint = (host, port, options) => {
    if (LOCAL_HOSTS.has(host)) return `http://${host}:${port}/sql`;
    return typeof hosted === 'function' ? hosted(host, port, options) : hosted;
  };
  return drizzle(neon(databaseUrl), { schema });
}

/** What `connect` returns. */
export type Database = ReturnType<typeof connect>;
