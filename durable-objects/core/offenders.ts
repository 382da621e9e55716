/** Most accounts remembered; beyond it the oldest may come back early. */
const KEPT = 10_000;

/**
 * Accounts that were cut off for what they sent, which may not come back for a while: a limit on one socket
 * says nothing to one who opens the next. It lives in the leaf's memory: a restart forgives, and protects no
 * place and no seat by it. Times are epoch ms.
 */
export class Offenders {
  readonly #windowMs: number;
  /** Since when, oldest first. */
  readonly #since = new Map<string, number>();

  /** `windowMs`: how long each stays out. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Accounts remembered now. */
  get size(): number {
    return this.#since.size;
  }

  add(account: string, now: number): void {
    this.#since.delete(account);
    this.#since.set(account, now);
    for (const oldest of this.#since.keys()) {
      if (this.#since.size <= KEPT && this.waitMs(oldest, now) > 0) break;
      this.#since.delete(oldest);
    }
  }

  /** For how long the account stays out yet, ms; 0: it may come. A clock that stepped back keeps nobody out. */
  waitMs(account: string, now: number): number {
    const passed = now - (this.#since.get(account) ?? -Infinity);
    return passed < 0 ? 0 : Math.max(0, this.#windowMs - passed);
  }
}
