import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

/** Three layers: `unit` is the pure core in Node, `workers` runs in workerd, `e2e` drives real processes and a browser. */
export default defineConfig({
  test: {
    // The Worker logs each request: of interest only where something failed.
    silent: 'passed-only',
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: ['test/{unit,property}/**/*.test.{ts,tsx}'],
          testTimeout: 30_000,
        },
      },
      {
        plugins: [
          cloudflareTest(({ inject }) => {
            const { databaseUrl, redisUrl, stripeUrl, mailUrl, drandUrl, turnstileUrl } =
              inject('standins');
            return {
              wrangler: { configPath: './wrangler.toml' },
              miniflare: {
                bindings: {
                  DATABASE_URL: databaseUrl,
                  UPSTASH_REDIS_REST_URL: redisUrl,
                  STRIPE_API_BASE: stripeUrl,
                  MAIL_API_BASE: mailUrl,
                  DRAND_API_BASE: drandUrl,
                  // Without keys it is asked nothing; tests of it add them.
                  TURNSTILE_API_BASE: turnstileUrl,
                },
              },
            };
          }),
        ],
        test: {
          name: 'workers',
          include: ['test/workers/**/*.test.ts'],
          globalSetup: ['test/workers/setup.ts'],
          // As one file: its two hundred modules would cost each test file eight seconds.
          deps: { optimizer: { ssr: { enabled: true, include: ['stripe'] } } },
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
