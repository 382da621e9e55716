/** Fans whose waits are measured, at most: every so many-th of all. */
const SAMPLES = 20_000;

/** How long fans waited from asking until they heard their place. */
export class JoinWaits {
  readonly #every: number;
  readonly #askedAt = new Map<number, number>();
  readonly #waits: number[] = [];
  readonly #told = new Set<number>();

  constructor(fans: number) {
    this.#every = Math.max(1, Math.floor(fans / SAMPLES));
  }

  asks(fan: number, now: number): void {
    if (fan % this.#every !== 0 || this.#askedAt.has(fan) || this.#told.has(fan)) return;
    this.#askedAt.set(fan, now);
  }

  told(fan: number, now: number): void {
    const askedAt = this.#askedAt.get(fan);
    if (askedAt === undefined) return;
    this.#askedAt.delete(fan);
    this.#told.add(fan);
    this.#waits.push(now - askedAt);
  }

  /** Waits of this share were no longer, ms; NaN when nobody was told. */
  quantile(share: number): number {
    const sorted = this.#waits.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  }
}
