import { Ratelimit } from '@upstash/ratelimit';
import type { Redis } from '@upstash/redis/cloudflare';
import type { LimitName, Window } from '../settings.ts';
import { Breaker } from '../breaker.ts';
import { LocalLimits } from './local-limits.ts';
import { errorWords, log } from '../telemetry/log.ts';

/** What a limit said. `resetAt` is epoch ms. */
export interface LimitAnswer {
  allowed: boolean;
  limit: number;
  remaining: number;
  resetAt: number;
}

/**
 * Sliding-window limits in Redis. When Redis does not answer, this isolate counts by itself (failure case
 * F22): coarser, since isolates do not know of each other, but no door stands open.
 */
export class Limits {
  readonly #windows: Record<LimitName, Window>;
  readonly #breaker: Breaker;
  readonly #shared: Map<LimitName, Ratelimit>;
  readonly #local = new LocalLimits();

  constructor(redis: Redis, windows: Record<LimitName, Window>, breaker = new Breaker()) {
    this.#breaker = breaker;
    this.#windows = windows;
    this.#shared = new Map(
      (Object.keys(windows) as LimitName[]).map((name) => [
        name,
        sharedLimit(redis, name, windows),
      ]),
    );
  }

  /** Counts one use of `key`. */
  async take(name: LimitName, key: string, now: number): Promise<LimitAnswer> {
    try {
      const answer = await this.#breaker.run(async () => this.#shared.get(name)?.limit(key));
      if (answer) {
        const { success, limit, remaining, reset } = answer;
        return { allowed: success, limit, remaining, resetAt: reset };
      }
    } catch (error) {
      log({ name: 'problem', part: 'redis', detail: `limit ${name}: ${errorWords(error)}` });
    }
    return this.#local.take(`${name}\n${key}`, this.#windows[name], now);
  }

  /** Gives one use back: the attempt turned out to be a rightful one. */
  async giveBack(name: LimitName, key: string): Promise<void> {
    try {
      await this.#breaker.run(async () => this.#shared.get(name)?.limit(key, { rate: -1 }));
    } catch (error) {
      log({ name: 'problem', part: 'redis', detail: `give back ${name}: ${errorWords(error)}` });
    }
  }
}

function sharedLimit(redis: Redis, name: LimitName, windows: Record<LimitName, Window>): Ratelimit {
  const { max, windowMs } = windows[name];
  return new Ratelimit({
    redis,
    limiter: Ratelimit.slidingWindow(max, `${windowMs} ms`),
    prefix: `limit:${name}`,
    ephemeralCache: new Map(),
    // The client has its own time-out, after which this isolate counts instead of letting all pass.
    timeout: 0,
  });
}
