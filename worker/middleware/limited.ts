import type { AppContext } from '../context.ts';
import { tryLater } from '../problem.ts';
import type { LimitName } from '../settings.ts';

/** Counts one use and tells it in `RateLimit-*` headers; over the limit it throws `rate_limited`. */
export async function takeOrRefuse(c: AppContext, name: LimitName, key: string): Promise<void> {
  const now = Date.now();
  const answer = await c.get('services').limits.take(name, key, now);
  const waitMs = Math.max(0, answer.resetAt - now);
  const headers = {
    'ratelimit-limit': String(answer.limit),
    'ratelimit-remaining': String(Math.max(0, answer.remaining)),
    'ratelimit-reset': String(Math.ceil(waitMs / 1000)),
  };
  if (!answer.allowed) throw tryLater('rate_limited', waitMs, headers);
  for (const [header, value] of Object.entries(headers)) c.header(header, value);
}
