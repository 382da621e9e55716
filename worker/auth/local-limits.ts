import type { LimitAnswer } from './limits.ts';
import type { Window } from '../settings.ts';

/** Keys that are counted before all are forgotten. */
const KEYS_MAX = 10_000;

/** Limits of this isolate alone, while Redis does not answer: a window begins with its first use. */
export class LocalLimits {
  readonly #windows = new Map<string, { used: number; resetAt: number }>();

  /** Counts one use of `key`, which names its limit too. Times are epoch ms. */
  take(key: string, { max, windowMs }: Window, now: number): LimitAnswer {
    const known = this.#windows.get(key);
    const entry = known && known.resetAt > now ? known : { used: 0, resetAt: now + windowMs };
    if (this.#windows.size >= KEYS_MAX) this.#windows.clear();
    const allowed = entry.used < max;
    if (allowed) entry.used += 1;
    this.#windows.set(key, entry);
    return { allowed, limit: max, remaining: max - entry.used, resetAt: entry.resetAt };
  }
}
