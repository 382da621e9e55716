/** Attempts per account in a sliding window. Times are epoch ms. */
export interface WindowLimit {
  max: number;
  windowMs: number;
}

/** Accounts remembered before those with nothing left in their window are dropped. */
const SWEEP_AT = 4_096;

/**
 * Exact sliding-window log, at most `max` times an account. It lives in the leaf's memory: a restart
 * forgets it and so forgives at most one window's attempts; it protects no place and no seat.
 */
export class JoinWindow {
  readonly #attempts = new Map<string, number[]>();
  #sweepAt = SWEEP_AT;

  /** Accounts remembered now. */
  get size(): number {
    return this.#attempts.size;
  }

  /** Counts one attempt. 0: allowed; otherwise refused and not counted, try again in so many ms. */
  take(account: string, limit: WindowLimit, now: number): number {
    const times = this.#attempts.get(account) ?? [];
    const live = times.filter((at) => at > now - limit.windowMs && at <= now);
    const oldest = live[0];
    if (oldest !== undefined && live.length >= limit.max) {
      this.#attempts.set(account, live);
      return Math.max(1, oldest + limit.windowMs - now);
    }
    // An array of its exact length: thousands of accounts are remembered, most with one attempt.
    this.#attempts.set(account, [...live, now]);
    if (this.#attempts.size > this.#sweepAt) this.#sweep(limit, now);
    return 0;
  }

  /** Takes back the last attempt: we asked the fan to try again. */
  refund(account: string): void {
    this.#attempts.get(account)?.pop();
  }

  #sweep(limit: WindowLimit, now: number): void {
    for (const [account, times] of this.#attempts) {
      if ((times.at(-1) ?? 0) <= now - limit.windowMs) this.#attempts.delete(account);
    }
    this.#sweepAt = Math.max(SWEEP_AT, this.#attempts.size * 2);
  }
}
