import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDrand } from '../../dev/drand/index.ts';
import { startMail } from '../../dev/mail/index.ts';
import { startPostgres } from '../../dev/postgres/index.ts';
import { startRedis } from '../../dev/redis/index.ts';
import { startStripe } from '../../dev/stripe/server.ts';
import { migrateDatabase } from '../../drizzle/migrate.ts';
import type { FairnessRecord } from '../../durable-objects/core/fairness/fairness-record.ts';
import { REHEARSAL_ROUND } from '../../durable-objects/core/fairness/recorded-rounds.ts';
import type { Tick } from '../../durable-objects/core/tick.ts';
import type { Position } from '../../worker/schemas/queue.ts';
import { eventually } from '../support/eventually.ts';
import { addSale, loadFans, LOCAL_SECRET } from '../support/sale-fixture.ts';
import { bundle, freePort, startWorkerd } from '../support/workerd.ts';
import type { BareWorkerd } from '../support/workerd.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const EVENT = 'drawn-for-real';
/** Time for thirty fans to join before the sale opens, days. */
const OPENS_IN_DAYS = 6 / (24 * 3600);

const home = mkdtempSync(join(tmpdir(), 'onsale-drawn-'));
const closing: (() => Promise<unknown>)[] = [];
let workerd: BareWorkerd;
let drandUrl = '';
let start: () => Promise<BareWorkerd>;

async function get<Body>(path: string): Promise<Body> {
  const answer = await fetch(`${workerd.url}${path}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Body;
}

function drandIs(faults: { early: boolean }): Promise<Response> {
  const body = JSON.stringify(faults);
  return fetch(`${drandUrl}/_standin/switches`, { method: 'PUT', body });
}

beforeAll(async () => {
  const standins = await Promise.all([
    startPostgres({ port: 0 }),
    startRedis({ port: 0, token: 'local' }),
    startStripe({ port: 0, webhookSecret: 'whsec_local' }),
    startMail({ port: 0, key: 'local' }),
    startDrand({ port: 0 }),
  ]);
  const [postgres, redis, stripe, mail, drand] = standins;
  closing.push(...standins.map((standin) => () => standin.close()));
  drandUrl = drand.url;
  await migrateDatabase(postgres.connectionString);
  const script = bundle(join(root, 'test/bench/product/wrangler.toml'));
  const port = await freePort();
  start = () =>
    startWorkerd({
      script,
      port,
      classes: ['EventSale', 'WaitingRoom'],
      dataDir: join(home, 'workerd'),
      vars: {
        ENVIRONMENT: 'local',
        PUBLIC_ORIGIN: 'http://localhost:8787',
        AUTH_SECRET: LOCAL_SECRET,
        DATABASE_URL: postgres.connectionString,
        UPSTASH_REDIS_REST_URL: redis.url,
        UPSTASH_REDIS_REST_TOKEN: 'local',
        STRIPE_SECRET_KEY: 'sk_test_local',
        STRIPE_PUBLISHABLE_KEY: 'pk_test_local',
        STRIPE_WEBHOOK_SECRET: 'whsec_local',
        STRIPE_API_BASE: stripe.url,
        MAIL_API_BASE: mail.url,
        MAIL_API_KEY: 'local',
        MAIL_FROM: 'Onsale <tickets@onsale.local>',
        DRAND_API_BASE: drand.url,
      },
    });
  workerd = await start();
  await addSale(postgres.connectionString, EVENT, {
    lobby: 'draw',
    drandRound: REHEARSAL_ROUND.round,
    opensInDays: OPENS_IN_DAYS,
  });
});

afterAll(async () => {
  await workerd.kill();
  await Promise.all(closing.map((close) => close()));
  await rm(home, { recursive: true, force: true });
});

describe('npm run verify-draw', () => {
  it('finds nothing wrong in the record of a sale whose machine died between seal and draw', async () => {
    await drandIs({ early: true });
    const fans = await loadFans(30, 77);
    const joined = await Promise.all(
      fans.map(async ({ token }): Promise<Position> => {
        const answer = await fetch(`${workerd.url}/api/queue/join`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ eventId: EVENT }),
        });
        return answer.json();
      }),
    );
    expect(joined.map(({ status }) => status)).toEqual(fans.map(() => 'lobby'));
    // Nobody asks the sale itself: its own alarm opens it.
    await eventually(async () => {
      const tick = await get<Tick>(`/api/queue/status/${EVENT}`);
      return tick.phase === 'drawing' ? tick : undefined;
    }, 30_000);
    await workerd.kill();
    workerd = await start();
    const path = `/api/events/${EVENT}/fairness`;
    const sealed = await get<FairnessRecord>(path);
    expect(sealed).toMatchObject({ seal: { lobbyCount: 30 }, seed: null, secret: null });
    await drandIs({ early: false });
    const record = await eventually(async () => {
      const page = await get<FairnessRecord>(path);
      return page.seed === null ? undefined : page;
    }, 60_000);
    expect(record).toMatchObject({ commitment: sealed.commitment, seal: sealed.seal });

    const file = join(home, 'record.json');
    writeFileSync(file, JSON.stringify(record));
    const args = ['run', '--silent', 'verify-draw', '--', file, '--rehearsal'];
    for (const n of [0, 17, 29]) {
      const proof = ['--receipt', joined[n]?.ticket ?? '', '--account', fans[n]?.accountId ?? ''];
      const { stdout } = await run('npm', [...args, ...proof], { cwd: root });
      expect(stdout).toContain(`place ${(joined[n]?.place ?? 0) + 1} `);
      expect(stdout).toContain('Nothing contradicts the record.');
      expect(stdout).not.toContain('✗');
    }
    writeFileSync(file, JSON.stringify({ ...record, seed: record.head }));
    await expect(run('npm', args, { cwd: root })).rejects.toMatchObject({ code: 1 });
  }, 150_000);
});
