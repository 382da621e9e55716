import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { healthResponse } from './schemas/system.ts';
import type { Services } from './services.ts';
import { errorWords, log } from './telemetry/log.ts';

type Health = z.infer<typeof healthResponse>;
type Check = Health['checks']['postgres'];

/** How long an answer is kept: monitors of every region must not become a load, ms. */
const FRESH_MS = 5_000;
/** Longest wait for one part, ms. */
const CHECK_MS = 2_000;

const kept = new WeakMap<Services, { checks: Health['checks']; until: number }>();

/** Asks every part whether it answers, at most once in five seconds per isolate. */
export async function checkHealth(services: Services, version: string): Promise<Health> {
  const now = Date.now();
  const known = kept.get(services);
  const checks = known && known.until > now ? known.checks : await checkAll(services);
  if (checks !== known?.checks) kept.set(services, { checks, until: Date.now() + FRESH_MS });
  const { postgres, redis, stripe } = services.breakers;
  return {
    ok: Object.values(checks).every((check) => check.ok),
    version,
    checks,
    breakers: { postgres: postgres.state, redis: redis.state, stripe: stripe.state },
  };
}

async function checkAll(services: Services): Promise<Health['checks']> {
  const [postgres, redis, stripe] = await Promise.all([
    timed('postgres', async () => {
      await services.db.execute(sql`select 1`);
    }),
    timed('redis', async () => {
      await services.redis.ping();
    }),
    timed('stripe', async () => {
      const url = new URL('/healthcheck', services.settings.stripe.apiBase);
      const answer = await fetch(url, { signal: AbortSignal.timeout(CHECK_MS) });
      await answer.body?.cancel();
      if (answer.status >= 500) throw new Error(`status ${answer.status}`);
    }),
  ]);
  return { postgres, redis, stripe };
}

async function timed(part: string, check: () => Promise<void>): Promise<Check> {
  const started = Date.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), CHECK_MS);
  });
  try {
    await Promise.race([check(), tooLate]);
    return { ok: true, ms: Date.now() - started };
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error;
    log({ name: 'problem', part, detail: `health: ${errorWords(cause)}` });
    return { ok: false, ms: Date.now() - started };
  } finally {
    clearTimeout(timer);
  }
}
