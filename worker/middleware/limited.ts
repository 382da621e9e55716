import type { LimitAnswer } from '../auth/sliding-window.ts';
import type { AppContext } from '../context.ts';
import { tryLater } from '../problem.ts';
import type { LimitName } from '../settings.ts';

/** Counts one use and tells it in `RateLimit-*` headers; over the limit it throws `rate_limited`. */
export async function takeOrRefuse(c: AppContext, name: LimitName, key: string): Promise<void> {
  tellOrRefuse(c, await c.get('services').limits.take(name, key, Date.now()));
}

/** Tells what a limit said; over it, it throws `rate_limited`. */
export function tellOrRefuse(c: AppContext, answer: LimitAnswer): void {
  const waitMs = Math.max(0, answer.resetAt - Date.now());
  const headers = {
    'ratelimit-limit': String(answer.limit),
    'ratelimit-remaining': String(Math.max(0, answer.remaining)),
    'ratelimit-reset': String(Math.ceil(waitMs / 1000)),
  };
  if (!answer.allowed) throw tryLater('rate_limited', waitMs, headers);
  for (const [header, value] of Object.entries(headers)) c.header(header, value);
}
