import type { MailClock } from './mailbox.ts';

/** A look that has not ended for so long was cut off with its request, ms. */
const LOST_MS = 10_000;
/** Who waits for another's look reads what came of it after as long again as it has taken, ms: many wait. */
const PEEK = { leastMs: 2, mostMs: 50 };

/** How long what was found is good for. */
export interface MemoTimes<Value> {
  /** How long it is believed without a look, ms. */
  freshMs(value: Value): number;
  /** How much longer it is good enough for all but the one who looks again, ms. */
  staleMs: number;
  /** Keys kept; the memo is emptied rather than grown. */
  entriesMax: number;
}

interface Entry<Value> {
  value: Value;
  until: number;
}

interface Look<Value> {
  since: number;
  found: { value: Value } | { error: unknown } | null;
}

/**
 * What is looked up elsewhere, kept for an isolate, with one look at a time for each key: ten thousand who
 * come in the same second ask once. Those who find nothing wait on timers of their own and read what the
 * one who looks has written down: on Workers a promise of one request must not be waited for by another
 * (see `Mailbox`). When a look fails, what was known is served on, however old.
 */
export class Memo<Key, Value> {
  readonly #times: MemoTimes<Value>;
  readonly #clock: MailClock;
  readonly #entries = new Map<Key, Entry<Value>>();
  readonly #looks = new Map<Key, Look<Value>>();

  constructor(times: MemoTimes<Value>, clock: MailClock = workersClock) {
    this.#times = times;
    this.#clock = clock;
  }

  /** What is known of `key`, or what `load` finds. Throws what `load` throws when nothing is known. */
  async get(key: Key, load: () => Promise<Value>): Promise<Value> {
    const now = this.#clock.now();
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.until > now) return entry.value;
    const look = this.#looks.get(key);
    const isLooking = look !== undefined && now - look.since < LOST_MS;
    if (!isLooking) return this.#look(key, load, entry);
    if (entry !== undefined && entry.until + this.#times.staleMs > now) return entry.value;
    return this.#wait(key, load, look);
  }

  /** What is known of `key`, however old; undefined when nothing is. */
  peek(key: Key): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Keeps what was found another way. */
  keep(key: Key, value: Value): void {
    if (this.#entries.size >= this.#times.entriesMax) this.#entries.clear();
    this.#entries.set(key, { value, until: this.#clock.now() + this.#times.freshMs(value) });
  }

  async #look(
    key: Key,
    load: () => Promise<Value>,
    known: Entry<Value> | undefined,
  ): Promise<Value> {
    const look: Look<Value> = { since: this.#clock.now(), found: null };
    this.#looks.set(key, look);
    try {
      const value = await load();
      this.keep(key, value);
      look.found = { value };
      return value;
    } catch (error) {
      look.found = known ?? { error };
      if (known === undefined) throw error;
      return known.value;
    } finally {
      if (this.#looks.get(key) === look) this.#looks.delete(key);
    }
  }

  async #wait(key: Key, load: () => Promise<Value>, look: Look<Value>): Promise<Value> {
    while (look.found === null) {
      const elapsedMs = this.#clock.now() - look.since;
      if (elapsedMs >= LOST_MS) return this.get(key, load);
      await this.#clock.sleep(Math.min(PEEK.mostMs, Math.max(PEEK.leastMs, elapsedMs)));
    }
    if ('error' in look.found) throw look.found.error;
    return look.found.value;
  }
}

const workersClock: MailClock = { now: () => Date.now(), sleep: (ms) => scheduler.wait(ms) };
