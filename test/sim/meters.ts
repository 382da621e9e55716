/** Events by the second: the fullest one, to compare with a limit. */
export class Load {
  /** Events in the fullest second. */
  most = 0;
  #second = -1;
  #count = 0;

  note(now: number): void {
    const second = Math.floor(now / 1_000);
    this.#count = second === this.#second ? this.#count + 1 : 1;
    this.#second = second;
    if (this.#count > this.most) this.most = this.#count;
  }
}

/** Counts of one kind by the rest of their names: what is counted millions of times builds no name each time. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(name: string, count = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + count);
  }
}

/** Quantities that a bill is made of. Counted as they happen, never estimated. */
export class Meters {
  /** By what their names begin with. */
  readonly #tallies = new Map<string, Tally>();
  readonly #whole: Tally;
  readonly #worker: Tally;
  readonly #now: () => number;
  /** Requests that fans made to the Worker. */
  readonly edge = new Load();

  constructor(now: () => number = () => 0) {
    this.#now = now;
    this.#whole = this.tally('');
    this.#worker = this.tally('Worker requests: ');
  }

  /** The counts whose names begin so. */
  tally(prefix: string): Tally {
    const known = this.#tallies.get(prefix) ?? new Tally();
    this.#tallies.set(prefix, known);
    return known;
  }

  /** A request to the Worker with so many commands to Redis. */
  worker(route: string, redis = 0): void {
    this.#worker.add(route);
    if (redis > 0) this.add('Redis commands', redis);
    this.edge.note(this.#now());
  }

  add(name: string, count = 1): void {
    this.#whole.add(name, count);
  }

  get(name: string): number {
    return this.all().find(([known]) => known === name)?.[1] ?? 0;
  }

  /** Sum over all names that begin with `prefix`. */
  sum(prefix: string): number {
    let sum = 0;
    for (const [name, count] of this.all()) if (name.startsWith(prefix)) sum += count;
    return sum;
  }

  /** By name. */
  all(): [string, number][] {
    const whole = new Tally();
    for (const [prefix, { counts }] of this.#tallies)
      for (const [name, count] of counts) whole.add(`${prefix}${name}`, count);
    return [...whole.counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

/** An object goes to sleep after so long without anything to do, ms (platform.md, "Hibernation"). */
const SLEEPS_AFTER_MS = 10_000;
/** What an event takes until what it wrote is durable and its answer is out, ms: the scenario's mean commit. */
export const EVENT_MS = 10;
/** What sending one frame to one socket takes, ms: 5,000 in 50 to 70 ms (platform.md, "Measured floor"). */
export const SOCKET_MS = 0.012;

/** How long an object was in memory, and how much of that is billed. */
export class Wakefulness {
  /** From each event until 10 s after it, ms: no object is in memory for longer. */
  awakeMs = 0;
  /**
   * Running, or with something under way (a request, a call, a timer in memory), ms: what is billed. "Durable
   * Objects that are idle and eligible for hibernation are not billed for duration, even before the runtime has
   * hibernated them" (developers.cloudflare.com/durable-objects/platform/pricing, November 2026).
   */
  activeMs = 0;
  #lastAt = -Infinity;
  #under = 0;
  #since = 0;
  #countedTo = -Infinity;

  /** Something happens at `now` and takes `tookMs`. */
  note(now: number, tookMs = EVENT_MS): void {
    this.awakeMs += Math.min(SLEEPS_AFTER_MS, now - this.#lastAt);
    this.#lastAt = now;
    this.#count(this.#under > 0 ? this.#since : now, now + tookMs);
  }

  /** Time from `from` to `to`, as far as it was not counted before. */
  #count(from: number, to: number): void {
    const fresh = to - Math.max(from, this.#countedTo);
    if (fresh <= 0) return;
    this.activeMs += fresh;
    this.#countedTo = to;
  }

  /** Whether nothing is under way. */
  get idle(): boolean {
    return this.#under === 0;
  }

  begin(now: number): void {
    if (this.#under === 0) this.#since = now;
    this.#under += 1;
  }

  end(now: number): void {
    this.#under -= 1;
    if (this.#under === 0) this.#count(this.#since, now);
  }

  /** The object died: nothing is under way any more. */
  reset(now: number): void {
    if (this.#under > 0) this.#count(this.#since, now);
    this.#under = 0;
  }
}
