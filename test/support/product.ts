import { join } from 'node:path';
import { LOCAL_SECRET } from './sale-fixture.ts';
import type { StandinAddresses } from '../workers/standins.ts';
import { bundle, startWorkerd } from './workerd.ts';
import type { BareWorkerd, WorkerdOptions } from './workerd.ts';

/** Bundles the product as benchmarks and load tests run it; returns the bundle's file. */
export function bundleProduct(): string {
  return bundle(join(import.meta.dirname, '../bench/product/wrangler.toml'));
}

/** Starts a bundle of the product on bare workerd, with the stand-ins as its outside world. */
export function startProduct(
  script: string,
  standins: StandinAddresses,
  where: Partial<Pick<WorkerdOptions, 'dataDir' | 'port' | 'doors' | 'vars'>> = {},
): Promise<BareWorkerd> {
  return startWorkerd({
    ...where,
    script,
    classes: ['EventSale', 'WaitingRoom'],
    vars: {
      ...where.vars,
      ENVIRONMENT: 'local',
      PUBLIC_ORIGIN: 'http://localhost:8787',
      AUTH_SECRET: LOCAL_SECRET,
      DATABASE_URL: standins.databaseUrl,
      UPSTASH_REDIS_REST_URL: standins.redisUrl,
      UPSTASH_REDIS_REST_TOKEN: 'local',
      STRIPE_SECRET_KEY: 'sk_test_local',
      STRIPE_PUBLISHABLE_KEY: 'pk_test_local',
      STRIPE_WEBHOOK_SECRET: 'whsec_local',
      STRIPE_API_BASE: standins.stripeUrl,
      STRIPE_JS_URL: `${standins.stripeUrl}/v3/`,
      MAIL_API_BASE: standins.mailUrl,
      MAIL_API_KEY: 'local',
      MAIL_FROM: 'Onsale <tickets@onsale.local>',
    },
  });
}
