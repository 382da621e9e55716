import { Hono } from 'hono';
import * as z from 'zod';
import { createSerial } from '../standin/serial.ts';
import { hangUp, serveStandin, type Listening, type StandinEnv } from '../standin/serve.ts';
import { createSwitches } from '../standin/switches.ts';
import { openEngine, type Engine, type QueryResult } from './engine.ts';
import { beginStatement, runSql, sqlRequest } from './neon-protocol.ts';

/** Default port of the Postgres stand-in. */
export const POSTGRES_PORT = 5488;

const faults = z.object({
  /** Everything answers 503 and nothing is executed. */
  down: z.boolean().default(false),
  /** How many of the next requests are executed and committed, and then never answered. */
  commitThenDrop: z.number().int().min(0).default(0),
  /** Added before each request is executed. */
  delayMs: z.number().int().min(0).max(600_000).default(0),
});

/** The running stand-in. `query` is for tests: rows of text, straight past HTTP and the switches. */
export interface PostgresStandin extends Listening {
  readonly connectionString: string;
  query(sql: string, params?: readonly (string | null)[]): Promise<QueryResult>;
}

/**
 * PostgreSQL behind Neon's HTTP protocol (`POST /sql`), as `@neondatabase/serverless` speaks it.
 * Without `dataDir` the data lives in memory; `engine` is another PostgreSQL instead. Any user, password and database name are accepted:
 * there is one database. Fault switches: `/_standin/switches`.
 */
export async function startPostgres(options: {
  readonly port: number;
  readonly dataDir?: string | undefined;
  readonly engine?: Engine;
}): Promise<PostgresStandin> {
  const engine = options.engine ?? (await openEngine(options.dataDir));
  const serial = createSerial();
  const switches = createSwitches(faults);
  const app = new Hono<StandinEnv>();
  app.route('/', switches.routes);
  app.get('/_standin/health', (c) => c.json({ ok: true }));
  app.post('/sql', async (c) => {
    const { down, delayMs } = switches.current;
    if (down) return c.text('the Postgres stand-in is switched off', 503);
    if (c.req.header('Neon-Connection-String') === undefined) {
      return c.json({ message: 'missing header Neon-Connection-String' }, 400);
    }
    const request = sqlRequest.safeParse(await c.req.json().catch(() => null));
    if (!request.success) return c.json({ message: z.prettifyError(request.error) }, 400);
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    const begin = beginStatement((name) => c.req.header(name));
    const answer = await serial(() => runSql(engine, request.data, begin));
    const { commitThenDrop } = switches.current;
    if (commitThenDrop > 0) {
      switches.current = { ...switches.current, commitThenDrop: commitThenDrop - 1 };
      return hangUp(c.env);
    }
    return c.json(answer.body, answer.ok ? 200 : 400);
  });

  const listening = await serveStandin(app, options.port).catch(async (error: unknown) => {
    await engine.close();
    throw error;
  });
  return {
    ...listening,
    connectionString: `postgresql://onsale:onsale@localhost:${listening.port}/onsale`,
    query: async (sql, params = []) => {
      const outcome = await serial(() => engine.run(sql, params));
      if (outcome.ok) return outcome.result;
      throw Object.assign(new Error(outcome.error.message), outcome.error);
    },
    close: async () => {
      await listening.close();
      await serial(() => engine.close());
    },
  };
}
