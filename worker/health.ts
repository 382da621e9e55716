import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { judgeBooks, readBooks } from './books.ts';
import type { BookRecord } from './books.ts';
import type { healthResponse } from './schemas/system.ts';
import type { Services } from './services.ts';
import { errorWords, log } from './telemetry/log.ts';
import { isoOrNull } from './times.ts';

type Health = z.infer<typeof healthResponse>;
type Check = Health['checks']['postgres'];

/** How long an answer is kept: monitors of every region must not become a load, ms. */
const FRESH_MS = 5_000;
/** Longest wait for one part, ms. */
const CHECK_MS = 2_000;

interface Look {
  checks: Health['checks'];
  books: BookRecord | null;
}

const kept = new WeakMap<Services, { look: Look; until: number }>();

/**
 * Asks every part whether it answers, at most once in five seconds per isolate. No sale is asked: of their
 * books it tells what the cron wrote down.
 */
export async function checkHealth(services: Services, version: string): Promise<Health> {
  const now = Date.now();
  const known = kept.get(services);
  const look = known && known.until > now ? known.look : await checkAll(services);
  if (look !== known?.look) kept.set(services, { look, until: Date.now() + FRESH_MS });
  const { ok, comparedAt, differing, since } = judgeBooks(look.books, now);
  const { postgres, redis, stripe } = services.breakers;
  return {
    ok: ok && Object.values(look.checks).every((check) => check.ok),
    version,
    checks: look.checks,
    books: { ok, comparedAt: isoOrNull(comparedAt), differing, since: isoOrNull(since) },
    breakers: { postgres: postgres.state, redis: redis.state, stripe: stripe.state },
  };
}

async function checkAll(services: Services): Promise<Look> {
  let books: BookRecord | null = null;
  const [postgres, redis, stripe] = await Promise.all([
    timed('postgres', async () => {
      await services.db.execute(sql`select 1`);
    }),
    timed('redis', async () => {
      books = await readBooks(services);
    }),
    timed('stripe', async () => {
      const url = new URL('/healthcheck', services.settings.stripe.apiBase);
      const answer = await fetch(url, { signal: AbortSignal.timeout(CHECK_MS) });
      await answer.body?.cancel();
      if (answer.status >= 500) throw new Error(`status ${answer.status}`);
    }),
  ]);
  return { checks: { postgres, redis, stripe }, books };
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
