import { startDrand } from '../../dev/drand/index.ts';
import { startMail } from '../../dev/mail/index.ts';
import { startPostgres } from '../../dev/postgres/index.ts';
import { startRedis } from '../../dev/redis/index.ts';
import { startStripe } from '../../dev/stripe/server.ts';
import { migrateDatabase } from '../../drizzle/migrate.ts';
import { seedDatabase } from '../../drizzle/seed.ts';
import { startTurnstile } from '../support/turnstile-standin.ts';

/** Where the stand-ins listen; sent to the parent once the database is migrated and, but for `--unseeded`, seeded. */
export interface StandinAddresses {
  databaseUrl: string;
  redisUrl: string;
  stripeUrl: string;
  mailUrl: string;
  drandUrl: string;
  turnstileUrl: string;
}

/** A process of its own: vitest would load these for a browser-like runtime. It ends with its parent. */
async function main(): Promise<void> {
  process.once('disconnect', () => process.exit(0));
  const [postgres, redis, stripe, mail, drand, turnstile] = await Promise.all([
    startPostgres({ port: 0 }),
    startRedis({ port: 0, token: 'local' }),
    // No webhook endpoint: the tests deliver webhooks themselves.
    startStripe({ port: 0, webhookSecret: 'whsec_local' }),
    startMail({ port: 0, key: 'local' }),
    startDrand({ port: 0 }),
    startTurnstile(0),
  ]);
  await migrateDatabase(postgres.connectionString);
  if (!process.argv.includes('--unseeded'))
    await seedDatabase(postgres.connectionString, Date.now());
  const addresses: StandinAddresses = {
    databaseUrl: postgres.connectionString,
    redisUrl: redis.url,
    stripeUrl: stripe.url,
    mailUrl: mail.url,
    drandUrl: drand.url,
    turnstileUrl: turnstile.url,
  };
  process.send?.(addresses);
}

await main();
