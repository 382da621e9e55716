import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { neon, NeonDbError, neonConfig } from '@neondatabase/serverless';
import { eq, sql as raw } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/neon-http';
import {
  bigint,
  boolean,
  customType,
  integer,
  jsonb,
  numeric,
  pgTable,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type PostgresStandin } from '../../../dev/postgres/index.ts';

neonConfig.fetchEndpoint = (host, port) => `http://${host}:${port}/sql`;

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const samples = pgTable('samples', {
  id: uuid().primaryKey().defaultRandom(),
  name: text().notNull().unique('samples_name_unique'),
  big: bigint({ mode: 'bigint' }),
  amount: numeric(),
  flag: boolean(),
  data: jsonb(),
  tags: text().array(),
  body: bytes(),
  at: timestamp({ withTimezone: true }),
});
const CREATE = `create table samples (
  id uuid primary key default gen_random_uuid(), name text not null constraint samples_name_unique unique,
  big bigint, amount numeric, flag boolean, data jsonb, tags text[], body bytea, at timestamptz)`;

let postgres: PostgresStandin;

beforeAll(async () => {
  postgres = await startPostgres({ port: 0 });
  await postgres.query(CREATE);
  await postgres.query('create table counters (id int primary key, n int not null)');
}, 60_000);

afterAll(() => postgres.close());

afterEach(async () => {
  await fetch(`${postgres.url}/_standin/switches`, { method: 'DELETE' });
  await postgres.query('truncate samples, counters');
});

function setSwitches(switches: object): Promise<Response> {
  return fetch(`${postgres.url}/_standin/switches`, {
    method: 'PUT',
    body: JSON.stringify(switches),
  });
}

async function failure(promise: Promise<unknown>): Promise<NeonDbError> {
  const error: unknown = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(NeonDbError);
  return error as NeonDbError;
}

describe('the neon client', () => {
  it('gets values in the types that Neon gives', async () => {
    const sql = neon(postgres.connectionString);
    const rows = await sql`select ${7}::int as i, ${'x'}::text as t, null as z, true as b,
      9007199254740993::int8 as big, 1.50::numeric as n, '{"a":[1]}'::jsonb as j,
      array[1,2] as list, '\\x0102'::bytea as bytes, '2026-01-02T03:04:05.678Z'::timestamptz as at`;
    expect(rows).toEqual([
      {
        i: 7,
        t: 'x',
        z: null,
        b: true,
        big: '9007199254740993',
        n: '1.50',
        j: { a: [1] },
        list: [1, 2],
        bytes: Buffer.from([1, 2]),
        at: new Date('2026-01-02T03:04:05.678Z'),
      },
    ]);
  });

  it('learns command and row count with full results', async () => {
    const sql = neon(postgres.connectionString, { fullResults: true });
    const inserted = await sql`insert into counters values (1, 0), (2, 0)`;
    expect(inserted).toMatchObject({ command: 'INSERT', rowCount: 2, rows: [] });
    const selected = await sql`select id from counters order by id`;
    expect(selected).toMatchObject({ command: 'SELECT', rowCount: 2 });
    expect(selected.fields.map((field) => [field.name, field.dataTypeID])).toEqual([['id', 23]]);
  });

  it('meets a unique violation with its code, constraint and detail', async () => {
    const sql = neon(postgres.connectionString);
    await sql`insert into samples (name) values ('once')`;
    const error = await failure(sql`insert into samples (name) values ('once')`);
    expect(error).toMatchObject({
      code: '23505',
      constraint: 'samples_name_unique',
      severity: 'ERROR',
      table: 'samples',
      detail: 'Key (name)=(once) already exists.',
    });
    expect(error.message).toContain('duplicate key value');
  });

  it('meets a syntax error with its position', async () => {
    const error = await failure(neon(postgres.connectionString)`selekt 1`);
    expect(error).toMatchObject({ code: '42601', position: '1' });
  });

  it('keeps nothing of a batch whose last query fails', async () => {
    const sql = neon(postgres.connectionString);
    const batch = sql.transaction([
      sql`insert into counters values (1, 1)`,
      sql`insert into counters values (1, 2)`,
    ]);
    expect(await failure(batch)).toMatchObject({ code: '23505', constraint: 'counters_pkey' });
    expect(await sql`select * from counters`).toEqual([]);
  });

  it('gets all results of a batch, and the isolation level it asked for', async () => {
    const sql = neon(postgres.connectionString);
    const [, level] = await sql.transaction(
      [sql`insert into counters values (5, 5)`, sql`show transaction_isolation`],
      { isolationLevel: 'Serializable' },
    );
    expect(level).toEqual([{ transaction_isolation: 'serializable' }]);
    expect(await sql`select n from counters`).toEqual([{ n: 5 }]);
  });

  it('cannot write in a read-only batch', async () => {
    const sql = neon(postgres.connectionString);
    const batch = sql.transaction([sql`insert into counters values (1, 1)`], { readOnly: true });
    expect(await failure(batch)).toMatchObject({ code: '25006' });
  });

  it('cannot leave a transaction open for the next request', async () => {
    const sql = neon(postgres.connectionString);
    await sql.query('begin');
    await failure(sql`select * from nowhere`);
    expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
  });

  it('sees concurrent increments one after the other', async () => {
    const sql = neon(postgres.connectionString);
    await sql`insert into counters values (1, 0)`;
    await Promise.all(
      Array.from({ length: 40 }, () => sql`update counters set n = n + 1 where id = 1`),
    );
    expect(await sql`select n from counters`).toEqual([{ n: 40 }]);
  });
});

describe('drizzle over neon-http', () => {
  it('writes and reads every column type we use', async () => {
    const db = drizzle(neon(postgres.connectionString));
    const values = {
      name: 'all',
      big: 9007199254740993n,
      amount: '12500.00',
      flag: false,
      data: { seats: ['A1', 'A2'], nested: { n: null } },
      tags: ['gold', 'with "quotes", and comma'],
      body: Buffer.from([0, 255, 16]),
      at: new Date('2026-09-22T06:30:00.000Z'),
    };
    const [inserted] = await db.insert(samples).values(values).returning();
    expect(inserted).toMatchObject({ name: 'all', big: 9007199254740993n, at: values.at });
    const [read] = await db.select().from(samples).where(eq(samples.name, 'all'));
    expect(read).toEqual({ ...values, id: inserted?.id });
  });

  it('does nothing on conflict and says so by an empty answer', async () => {
    const db = drizzle(neon(postgres.connectionString));
    const insert = () =>
      db
        .insert(samples)
        .values({ name: 'one' })
        .onConflictDoNothing()
        .returning({ id: samples.id });
    expect(await insert()).toHaveLength(1);
    expect(await insert()).toHaveLength(0);
  });

  it('runs a batch as one transaction', async () => {
    const db = drizzle(neon(postgres.connectionString));
    const batch = db.batch([
      db.insert(samples).values({ name: 'a' }),
      db.insert(samples).values({ name: 'a' }),
    ]);
    await expect(batch).rejects.toMatchObject({ code: '23505' });
    const [count] = await db.select({ n: raw<number>`count(*)::int` }).from(samples);
    expect(count).toEqual({ n: 0 });
    const pair = await db.batch([
      db.insert(samples).values({ name: 'b', tags: [] }),
      db.select({ name: samples.name }).from(samples),
    ]);
    expect(pair[1]).toEqual([{ name: 'b' }]);
  });

  it('takes a list of thousands of rows as one JSON parameter', async () => {
    const db = drizzle(neon(postgres.connectionString));
    const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, n: id * 2 }));
    const counters = pgTable('counters', { id: integer().primaryKey(), n: integer().notNull() });
    await db.execute(raw`insert into counters
      select id, n from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(id int, n int)`);
    const [count] = await db.select({ n: raw<string>`sum(n)` }).from(counters);
    expect(count).toEqual({ n: String(rows.reduce((sum, row) => sum + row.n, 0)) });
  });
});

describe('the switches', () => {
  it('answer 503 to everything while the server is down', async () => {
    const sql = neon(postgres.connectionString);
    await setSwitches({ down: true });
    expect((await failure(sql`insert into counters values (1, 1)`)).message).toContain('503');
    await setSwitches({ down: false });
    expect(await sql`select * from counters`).toEqual([]);
  });

  it('commit a request and then drop the connection, as often as asked', async () => {
    const sql = neon(postgres.connectionString);
    await setSwitches({ commitThenDrop: 1 });
    const error = await failure(sql`insert into counters values (1, 1)`);
    expect(error.message).toContain('Error connecting to database');
    expect(await sql`select id from counters`).toEqual([{ id: 1 }]);
  });

  it('delay a request', async () => {
    await setSwitches({ delayMs: 120 });
    const begun = performance.now();
    await neon(postgres.connectionString)`select 1`;
    expect(performance.now() - begun).toBeGreaterThanOrEqual(118);
  });

  it('refuse a name they do not know', async () => {
    const answer = await setSwitches({ donw: true });
    expect(answer.status).toBe(400);
  });
});

it('answers 400 to a body that is no query', async () => {
  const headers = { 'Neon-Connection-String': postgres.connectionString };
  for (const body of ['{', '{}', '{"query":1}', '{"queries":[{}]}']) {
    const answer = await fetch(`${postgres.url}/sql`, { method: 'POST', headers, body });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toHaveProperty('message');
  }
});

it('keeps its data over a restart', { timeout: 120_000 }, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'onsale-postgres-'));
  try {
    const first = await startPostgres({ port: 0, dataDir });
    await neon(first.connectionString)`create table kept (n int)`;
    await neon(first.connectionString)`insert into kept values (42)`;
    await first.close();
    const second = await startPostgres({ port: 0, dataDir });
    expect(await neon(second.connectionString)`select n from kept`).toEqual([{ n: 42 }]);
    await second.close();
  } finally {
    await rm(dataDir, { recursive: true });
  }
});
