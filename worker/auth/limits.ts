import type { Redis } from '@upstash/redis/cloudflare';
import type { LimitName, Window } from '../settings.ts';
import { Breaker } from '../breaker.ts';
import { LocalLimits } from './local-limits.ts';
import { parseUses, shareOf, standing, USE, usesAt, usesText } from './sliding-window.ts';
import type { LimitAnswer } from './sliding-window.ts';
import { errorWords, log } from '../telemetry/log.ts';

/** Refusals remembered before all are forgotten. */
const REFUSALS_MAX = 10_000;
/** When attempts that are under way are over, ms: hashing a password takes some 150 (platform.md, "Hard limits"). */
const ATTEMPTS_MS = 1_000;

/**
 * Sliding-window limits in Redis. When Redis does not answer, this isolate counts by itself (failure case
 * F22): coarser, since isolates do not know of each other, but no door stands open.
 *
 * Ours, since every command is billed, those inside scripts too: `@upstash/ratelimit` takes five for a first
 * use and four to give it back, so that a right password cost nine where one does. Its rule is kept: a test
 * holds the two to the same answers.
 */
export class Limits {
  readonly #redis: Redis;
  readonly #windows: Record<LimitName, Window>;
  readonly #breaker: Breaker;
  readonly #local = new LocalLimits();
  readonly #refusals = new Map<string, LimitAnswer>();
  /** Attempts under way. */
  readonly #attempts = new Map<string, number>();

  constructor(redis: Redis, windows: Record<LimitName, Window>, breaker = new Breaker()) {
    this.#redis = redis;
    this.#breaker = breaker;
    this.#windows = windows;
  }

  /** Counts one use of `key`. One command where none is on record, else four. */
  async take(name: LimitName, key: string, now: number): Promise<LimitAnswer> {
    return this.#ask(name, key, now, 'take', async () => {
      const window = this.#windows[name];
      const first = { ...usesAt(null, window, now), used: 1 };
      const life = { nx: true, px: lifeOf(window) } as const;
      const isFirst = await this.#redis.set(recordKey(name, key), usesText(first), life);
      if (isFirst === null) return this.#use(name, key, now);
      return { ...standing(first, window, now), allowed: true };
    });
  }

  /**
   * For a limit that only failures use: runs `attempt`, which finds something or null, and tells what it found
   * unless too many have failed. Redis is asked only then, right or wrong by one call to its leader: of a thousand
   * guesses at once the right one passes only if it comes before the last wrong one that may be, and over the
   * limit both sound alike. One command for a right attempt, three for a wrong one.
   */
  async guess<Found>(
    name: LimitName,
    key: string,
    attempt: () => Promise<Found | null>,
  ): Promise<{ answer: LimitAnswer; found: Found | null }> {
    const under = recordKey(name, key);
    const refusal = this.#refusal(under, Date.now()) ?? this.#crowded(under, this.#windows[name]);
    if (refusal !== null) return { answer: refusal, found: null };
    this.#attempts.set(under, (this.#attempts.get(under) ?? 0) + 1);
    try {
      const found = await attempt();
      const answer = await this.#settle(name, key, found !== null, Date.now());
      return { answer, found: answer.allowed ? found : null };
    } finally {
      const others = (this.#attempts.get(under) ?? 1) - 1;
      if (others > 0) this.#attempts.set(under, others);
      else this.#attempts.delete(under);
    }
  }

  /** Gives one use back: the attempt turned out to be a rightful one. */
  async giveBack(name: LimitName, key: string, now: number): Promise<void> {
    try {
      await this.#breaker.run(() => this.#eval(name, key, now, -1));
    } catch (error) {
      log({ name: 'problem', part: 'redis', detail: `give back ${name}: ${errorWords(error)}` });
    }
  }

  #settle(name: LimitName, key: string, right: boolean, now: number): Promise<LimitAnswer> {
    return this.#ask(name, key, now, right ? 'look' : 'take', async () => {
      if (!right) return this.#use(name, key, now);
      const window = this.#windows[name];
      // Not GET, which any replica may answer, late (upstash.com/docs/redis/features/consistency).
      const kept = await this.#redis.getex<string>(recordKey(name, key), { px: lifeOf(window) });
      return standing(usesAt(parseUses(kept), window, now), window, now);
    });
  }

  /** What Redis says, unless it is known or Redis is silent. */
  async #ask(
    name: LimitName,
    key: string,
    now: number,
    locally: 'take' | 'look',
    question: () => Promise<LimitAnswer>,
  ): Promise<LimitAnswer> {
    const known = this.#refusal(recordKey(name, key), now);
    if (known !== null) return known;
    try {
      const answer = await this.#breaker.run(question);
      if (!answer.allowed) this.#remember(recordKey(name, key), answer);
      return answer;
    } catch (error) {
      log({ name: 'problem', part: 'redis', detail: `limit ${name}: ${errorWords(error)}` });
      return this.#local[locally](recordKey(name, key), this.#windows[name], now);
    }
  }

  async #use(name: LimitName, key: string, now: number): Promise<LimitAnswer> {
    const [done, record] = await this.#eval(name, key, now, 1);
    const window = this.#windows[name];
    const answer = standing(usesAt(parseUses(record), window, now), window, now);
    return { ...answer, allowed: done === 1 };
  }

  #eval(name: LimitName, key: string, now: number, by: 1 | -1): Promise<[number, string]> {
    const window = this.#windows[name];
    const current = usesAt(null, window, now);
    const share = shareOf(current, window.windowMs, now);
    return this.#redis.eval<(string | number)[], [number, string]>(
      USE,
      [recordKey(name, key)],
      [current.window, share, window.max, by, lifeOf(window)],
    );
  }

  /** A refusal that this isolate has heard and that still holds. */
  #refusal(key: string, now: number): LimitAnswer | null {
    const known = this.#refusals.get(key);
    return known !== undefined && known.resetAt > now ? known : null;
  }

  /** As many attempts as may fail are being made in this isolate: more would only take its time. */
  #crowded(key: string, { max }: Window): LimitAnswer | null {
    if ((this.#attempts.get(key) ?? 0) < max) return null;
    return { allowed: false, limit: max, remaining: 0, resetAt: Date.now() + ATTEMPTS_MS };
  }

  #remember(key: string, refusal: LimitAnswer): void {
    if (this.#refusals.size >= REFUSALS_MAX) this.#refusals.clear();
    this.#refusals.set(key, refusal);
  }
}

/** A record says something for two windows, ms. */
function lifeOf({ windowMs }: Window): number {
  return 2 * windowMs;
}

function recordKey(name: LimitName, key: string): string {
  return `limit:${name}:${key}`;
}
