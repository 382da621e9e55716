/** Attempts per account in a sliding window. Times are epoch ms. */
export interface WindowLimit {
  max: number;
  windowMs: number;
}

/**
 * Exact sliding-window log, at most `max` times an account. It lives in the leaf's memory: a restart
 * forgets it and so forgives at most one window's attempts; it protects no place and no seat.
 */
export class JoinWindow {
  /** Accounts that tried since the last turn, and those that did in the window's time before it. */
  #recent = new Map<string, number[]>();
  #before = new Map<string, number[]>();
  #turnedAt = -Infinity;

  /** Accounts remembered now: those of the last two windows' time. */
  get size(): number {
    return this.#recent.size + this.#before.size;
  }

  /** Counts one attempt. 0: allowed; otherwise refused and not counted, try again in so many ms. */
  take(account: string, limit: WindowLimit, now: number): number {
    this.#turn(limit, now);
    const times = this.#timesOf(account) ?? [];
    const live = times.filter((at) => at > now - limit.windowMs && at <= now);
    const oldest = live[0];
    if (oldest !== undefined && live.length >= limit.max) {
      return Math.max(1, oldest + limit.windowMs - now);
    }
    // An array of its exact length: thousands of accounts are remembered, most with one attempt.
    this.#recent.set(account, [...live, now]);
    this.#before.delete(account);
    return 0;
  }

  /** Takes back the last attempt: we asked the fan to try again. */
  refund(account: string): void {
    this.#timesOf(account)?.pop();
  }

  #timesOf(account: string): number[] | undefined {
    return this.#recent.get(account) ?? this.#before.get(account);
  }

  /** Once a window what has not been touched for so long is forgotten; a clock that steps back forgets nothing. */
  #turn({ windowMs }: WindowLimit, now: number): void {
    if (now - this.#turnedAt < windowMs) return;
    this.#turnedAt = now;
    this.#before = this.#recent;
    this.#recent = new Map();
  }
}
