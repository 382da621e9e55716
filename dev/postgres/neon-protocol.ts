import * as z from 'zod';
import type { Engine, QueryResult, SqlError } from './engine.ts';

const parameter = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.unknown())]);
const single = z.object({ query: z.string(), params: z.array(parameter).default([]) });

/** Body of `POST /sql`: one query, or a batch that runs in one transaction. */
export const sqlRequest = z.union([single, z.object({ queries: z.array(single) })]);

/** A parsed `POST /sql` body. */
export type SqlRequest = z.infer<typeof sqlRequest>;
type Single = z.infer<typeof single>;

/** What `/sql` answers: 200 with a result or `{results}`, or 400 with PostgreSQL's error fields. */
export type SqlAnswer =
  | { readonly ok: true; readonly body: object }
  | { readonly ok: false; readonly body: SqlError };

const ISOLATION: Readonly<Record<string, string>> = {
  ReadUncommitted: 'READ UNCOMMITTED',
  ReadCommitted: 'READ COMMITTED',
  RepeatableRead: 'REPEATABLE READ',
  Serializable: 'SERIALIZABLE',
};

/** The `BEGIN` that Neon's batch headers ask for; unknown isolation levels count as the default. */
export function beginStatement(header: (name: string) => string | undefined): string {
  const isolation = ISOLATION[header('Neon-Batch-Isolation-Level') ?? ''];
  const modes = [
    isolation === undefined ? '' : ` ISOLATION LEVEL ${isolation}`,
    header('Neon-Batch-Read-Only') === 'true' ? ' READ ONLY' : '',
    header('Neon-Batch-Deferrable') === 'true' ? ' DEFERRABLE' : '',
  ];
  return `BEGIN${modes.join('')}`;
}

/** Runs a request against the engine. Nothing is left open: an abandoned transaction is rolled back. */
export async function runSql(
  engine: Engine,
  request: SqlRequest,
  begin: string,
): Promise<SqlAnswer> {
  const answer =
    'queries' in request
      ? await runBatch(engine, request.queries, begin)
      : await runSingle(engine, request);
  // Neon gives each request its own session, so a transaction cannot outlive one.
  if (engine.inTransaction()) await engine.run('ROLLBACK', []);
  return answer;
}

async function runSingle(engine: Engine, query: Single): Promise<SqlAnswer> {
  const outcome = await engine.run(query.query, query.params.map(asText));
  return outcome.ok
    ? { ok: true, body: asNeonResult(outcome.result) }
    : { ok: false, body: outcome.error };
}

async function runBatch(
  engine: Engine,
  queries: readonly Single[],
  begin: string,
): Promise<SqlAnswer> {
  const started = await engine.run(begin, []);
  if (!started.ok) return { ok: false, body: started.error };
  const results: object[] = [];
  for (const query of queries) {
    const outcome = await engine.run(query.query, query.params.map(asText));
    if (!outcome.ok) return { ok: false, body: outcome.error };
    results.push(asNeonResult(outcome.result));
  }
  // A deferred constraint is checked here, so COMMIT can fail too.
  const committed = await engine.run('COMMIT', []);
  return committed.ok ? { ok: true, body: { results } } : { ok: false, body: committed.error };
}

function asNeonResult(result: QueryResult): object {
  return { ...result, rowAsArray: true };
}

function asText(value: z.infer<typeof parameter>): string | null {
  if (value === null) return null;
  return Array.isArray(value) ? JSON.stringify(value) : String(value);
}
