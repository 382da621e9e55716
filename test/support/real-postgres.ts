import { execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import type { QueryResult as PgResult } from 'pg';
import type { Engine, QueryOutcome } from '../../dev/postgres/engine.ts';
import { startPostgres } from '../../dev/postgres/index.ts';
import type { PostgresStandin } from '../../dev/postgres/index.ts';
import { freePort } from './workerd.ts';

/** A real PostgreSQL server of our own behind Neon's protocol, or why there is none. */
export type RealPostgres =
  | { ok: true; version: string; database: PostgresStandin; close(): Promise<void> }
  | { ok: false; reason: string };

const START_MS = 20_000;

/** Starts the machine's `postgres` on a free port and a new cluster, as durable as it comes. */
export async function startRealPostgres(): Promise<RealPostgres> {
  const server = whichServer();
  if (typeof server === 'string') return { ok: false, reason: server };
  const { bin, user } = server;
  const home = mkdtempSync(join(tmpdir(), 'onsale-postgres-'));
  if (user !== null) chownSync(home, user.uid, user.gid);
  const data = join(home, 'data');
  const as = { stdio: 'ignore', cwd: home, ...user } as const;
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'onsale', '-A', 'trust', '-E', 'UTF8'], as);
  const port = await freePort();
  const where = ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-k', ''];
  const child = spawn(join(bin, 'postgres'), where, as);
  // Fast shutdown: it takes its processes with it.
  const end = () => child.kill('SIGINT');
  process.once('exit', end);
  const client = await connected(port);
  const database = await startPostgres({ port: 0, engine: engineOf(client) });
  return {
    ok: true,
    version: execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }).trim(),
    database,
    close: async () => {
      await database.close();
      process.off('exit', end);
      const gone = new Promise((resolve) => child.once('exit', resolve));
      end();
      await gone;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Where the server is and who may run it: it refuses to be run by root. */
function whichServer(): { bin: string; user: { uid: number; gid: number } | null } | string {
  const output = (...command: [string, ...string[]]): string | null => {
    try {
      const [file, ...args] = command;
      return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    } catch {
      return null;
    }
  };
  const found = output('sh', '-c', 'command -v postgres')?.trim();
  if (found === undefined) return 'no postgres on this machine';
  const bin = dirname(realpathSync(found));
  if (process.getuid?.() !== 0) return { bin, user: null };
  const [uid, gid] = [output('id', '-u', 'postgres'), output('id', '-g', 'postgres')];
  if (uid === null || gid === null) return 'we are root, and there is no user postgres to run it';
  return { bin, user: { uid: Number(uid), gid: Number(gid) } };
}

async function connected(port: number): Promise<Client> {
  const until = Date.now() + START_MS;
  for (;;) {
    const client = new Client({ host: '127.0.0.1', port, user: 'onsale', database: 'postgres' });
    // The server's end, when we end it, is no news.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (Date.now() > until) throw error;
      await pause(100);
    }
  }
}

function engineOf(client: Client): Engine {
  let open = false;
  return {
    async run(text, values): Promise<QueryOutcome> {
      try {
        const types = { getTypeParser: () => (value: string) => value };
        const result = await client.query<(string | null)[]>({
          text,
          values: [...values],
          rowMode: 'array',
          types,
        });
        if (/^(BEGIN|COMMIT|ROLLBACK)/.test(text)) open = text.startsWith('BEGIN');
        return { ok: true, result: resultOf(result) };
      } catch (error) {
        if (!(error instanceof DatabaseError)) throw error;
        const { message, code, detail, constraint } = error;
        return { ok: false, error: { message, code, detail, constraint } };
      }
    },
    inTransaction: () => open,
    close: () => client.end(),
  };
}

function resultOf({ fields, rows, command, rowCount }: PgResult<(string | null)[]>) {
  return { fields, rows, command, rowCount };
}
