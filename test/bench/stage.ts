import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { startPostgres } from '../../dev/postgres/index.ts';
import { startRedis } from '../../dev/redis/index.ts';
import { migrateDatabase } from '../../drizzle/migrate.ts';
import { bundle, startWorkerd } from '../support/workerd.ts';
import type { BareWorkerd } from '../support/workerd.ts';
import { LOCAL_SECRET } from '../support/sale-fixture.ts';

/** Floor and product side by side on bare workerd, with the catalogue in the embedded Postgres. */
export interface Stage {
  floor: BareWorkerd;
  product: BareWorkerd;
  databaseUrl: string;
  /** A bearer for the floor: an id and its HMAC. */
  floorBearer(id: string): string;
  close(): Promise<void>;
}

/** Builds both bundles and starts everything on free ports. */
export async function setStage(): Promise<Stage> {
  const postgres = await startPostgres({ port: 0 });
  const redis = await startRedis({ port: 0, token: 'local' });
  await migrateDatabase(postgres.connectionString);
  const config = (name: string) => join(import.meta.dirname, name, 'wrangler.toml');
  const floor = await startWorkerd({
    script: bundle(config('floor')),
    classes: ['Floor'],
    vars: { SECRET: LOCAL_SECRET },
  });
  const product = await startWorkerd({
    script: bundle(config('product')),
    classes: ['EventSale', 'WaitingRoom'],
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
      STRIPE_API_BASE: 'http://localhost:12111',
      STRIPE_JS_URL: 'http://localhost:12111/v3/',
      MAIL_API_BASE: 'http://localhost:8025',
      MAIL_API_KEY: 'local',
      MAIL_FROM: 'Onsale <tickets@onsale.local>',
    },
  });
  return {
    floor,
    product,
    databaseUrl: postgres.connectionString,
    floorBearer: (id) =>
      `${id}.${createHmac('sha256', LOCAL_SECRET).update(id).digest('base64url')}`,
    close: async () => {
      await Promise.all([floor.kill(), product.kill()]);
      await Promise.all([postgres.close(), redis.close()]);
    },
  };
}
