import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../drizzle/client.ts';
import { migrateDatabase } from '../../drizzle/migrate.ts';
import { users } from '../../drizzle/schema.ts';
import { addSale, loadFans, LOCAL_SECRET } from '../support/sale-fixture.ts';
import type { LoadFan } from '../support/sale-fixture.ts';
import { bundle, freePort, startWorkerd } from '../support/workerd.ts';
import type { BareWorkerd } from '../support/workerd.ts';
import { Standin } from './stand-ins.ts';

/** The event of every crash run. */
export const EVENT = 'crash-sale';
const OFTEN = '1000000/300';

/** Bare workerd and its stand-ins, each a process that can be killed and started again. */
export class Stage {
  readonly origin: string;
  readonly databaseUrl: string;
  readonly standins: Readonly<Record<'postgres' | 'redis' | 'stripe' | 'mail', Standin>>;
  readonly #home: string;
  readonly #script: string;
  readonly #port: number;
  #workerd: BareWorkerd | null = null;

  private constructor(parts: {
    home: string;
    script: string;
    port: number;
    standins: Stage['standins'];
  }) {
    this.#home = parts.home;
    this.#script = parts.script;
    this.#port = parts.port;
    this.standins = parts.standins;
    this.origin = `http://127.0.0.1:${parts.port}`;
    this.databaseUrl = `postgresql://onsale:onsale@localhost:${new URL(parts.standins.postgres.url).port}/onsale`;
  }

  /** Builds the bundle, starts everything on free ports, and puts a sale into the catalogue. */
  static async set(): Promise<Stage> {
    const home = mkdtempSync(join(tmpdir(), 'onsale-crash-'));
    const port = await freePort();
    const [postgres, redis, stripe, mail] = await Promise.all([
      Standin.start('postgres', 'POSTGRES_PORT', { POSTGRES_DATA_DIR: join(home, 'postgres') }),
      Standin.start('redis', 'REDIS_PORT'),
      Standin.start('stripe', 'STRIPE_STANDIN_PORT', {
        STRIPE_WEBHOOK_URL: `http://127.0.0.1:${port}/api/webhooks/stripe`,
        STRIPE_DATA_DIR: join(home, 'stripe'),
      }),
      Standin.start('mail', 'MAIL_PORT'),
    ]);
    const script = bundle(join(import.meta.dirname, 'product/wrangler.toml'));
    const stage = new Stage({ home, script, port, standins: { postgres, redis, stripe, mail } });
    await migrateDatabase(stage.databaseUrl);
    await stage.up();
    return stage;
  }

  /** A sale whose holds and payments end after `patienceMs`, offers in half of it; fans with accounts, and an organiser's token. */
  async addSale(options: {
    fans: number;
    patienceMs: number;
  }): Promise<{ fans: (LoadFan & { email: string })[]; organiser: string }> {
    await addSale(this.databaseUrl, EVENT, {
      holdTtlMs: options.patienceMs,
      payingTtlMs: options.patienceMs,
      offerTtlMs: options.patienceMs / 2,
      joinLimit: { max: 1_000_000, windowMs: 300_000 },
    });
    const fans = (await loadFans(options.fans, 900)).map((fan, index) => ({
      ...fan,
      email: `${index}@load.local`,
    }));
    const emailVerifiedAt = new Date();
    await connect(this.databaseUrl)
      .insert(users)
      .values(
        fans.map(({ accountId: id, email }) => ({
          id,
          email,
          name: 'Load',
          passwordHash: 'none',
          emailVerifiedAt,
        })),
      );
    return { fans, organiser: await this.#addOrganiser() };
  }

  async #addOrganiser(): Promise<string> {
    const [fan] = await loadFans(1, 901, { role: 'organiser' });
    if (fan === undefined) throw new Error('no account for the organiser');
    const account = { id: fan.accountId, email: 'organiser@load.local', name: 'Organiser' };
    await connect(this.databaseUrl)
      .insert(users)
      .values({ ...account, passwordHash: 'none', role: 'organiser' });
    return fan.token;
  }

  /** Starts workerd on the storage that it left. */
  async up(): Promise<void> {
    const { postgres, redis, stripe, mail } = this.standins;
    this.#workerd = await startWorkerd({
      script: this.#script,
      classes: ['EventSale', 'WaitingRoom'],
      dataDir: join(this.#home, 'workerd'),
      port: this.#port,
      vars: {
        ENVIRONMENT: 'local',
        PUBLIC_ORIGIN: 'http://localhost:8787',
        AUTH_SECRET: LOCAL_SECRET,
        DATABASE_URL: `postgresql://onsale:onsale@localhost:${new URL(postgres.url).port}/onsale`,
        UPSTASH_REDIS_REST_URL: redis.url,
        UPSTASH_REDIS_REST_TOKEN: 'local',
        STRIPE_SECRET_KEY: 'sk_test_local',
        STRIPE_PUBLISHABLE_KEY: 'pk_test_local',
        STRIPE_WEBHOOK_SECRET: 'whsec_local',
        STRIPE_API_BASE: stripe.url,
        STRIPE_JS_URL: `${stripe.url}/v3/`,
        MAIL_API_BASE: mail.url,
        MAIL_API_KEY: 'local',
        MAIL_FROM: 'Onsale <tickets@onsale.local>',
        LIMIT_BOOKING: OFTEN,
        LIMIT_PAYMENT: OFTEN,
      },
    });
  }

  /** SIGKILL to workerd. */
  async crash(): Promise<void> {
    await this.#workerd?.kill();
    this.#workerd = null;
  }

  /** Ends everything and forgets it. */
  async close(): Promise<void> {
    await this.crash();
    await Promise.all(Object.values(this.standins).map((standin) => standin.kill()));
    await rm(this.#home, { recursive: true, force: true });
  }
}
