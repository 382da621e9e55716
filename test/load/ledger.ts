import type { AccountId } from '../../durable-objects/core/ids.ts';
import { Samples } from './samples.ts';

/** Figures of one stretch of time. All in milliseconds. */
export class Meters {
  /** From the wish to come until the first message on the open socket. */
  readonly connect = new Samples();
  /** From the message `join` to the place. */
  readonly join = new Samples();
  /** From the wish to come to the place, the connection included. */
  readonly arrival = new Samples();
  /** From a tick's own time to its receipt. */
  readonly tick = new Samples();
  /** Between two ticks of one fan. */
  readonly silence = new Samples();
}

/** A place as a fan was told it. */
interface Told {
  account: AccountId;
  place: number;
}

/** At most so many of each kind of wrong answer are kept word by word. */
const KEPT = 20;

/**
 * Everything that fans were told, in one book: who has which place, how far the line has come, what was
 * answered in time and what was not. It knows nothing of how the server works.
 */
export class Ledger {
  /** Where times go now; a new one for each stretch. */
  meters = new Meters();
  readonly #places = new Map<number, AccountId>();
  readonly #problems = new Map<string, number>();
  readonly #contradictions: string[] = [];
  /** Questions asked: connections, messages that want an answer, HTTP requests. */
  asked = 0;
  errors = 0;
  /** Highest cursor and tail that anybody was told. */
  cursor = 0;
  tail = 0;
  bought = 0;

  /** Different places told so far. */
  get places(): number {
    return this.#places.size;
  }

  get contradictions(): readonly string[] {
    return this.#contradictions;
  }

  /** What went wrong, and how often. */
  get problems(): ReadonlyMap<string, number> {
    return this.#problems;
  }

  /** A place was told. `before`: the one that the fan was told earlier and has not given up. */
  told({ account, place }: Told, before: number | null): void {
    const owner = this.#places.get(place);
    if (before !== null && before !== place)
      this.contradict(`${account} had place ${before} and now has ${place}`);
    if (owner !== undefined && owner !== account)
      this.contradict(`place ${place} is told to ${owner} and to ${account}`);
    this.#places.set(place, account);
  }

  /** A tick as a fan saw it, after others of its own. */
  sawTick(cursor: number, tail: number, before: number): void {
    if (cursor < before) this.contradict(`the cursor went back from ${before} to ${cursor}`);
    this.cursor = Math.max(this.cursor, cursor);
    this.tail = Math.max(this.tail, tail);
  }

  contradict(words: string): void {
    if (this.#contradictions.length < KEPT) this.#contradictions.push(words);
    else this.#contradictions[KEPT] = 'and more';
  }

  /** Something that a fan would have noticed. */
  failed(kind: string): void {
    this.errors += 1;
    this.#problems.set(kind, (this.#problems.get(kind) ?? 0) + 1);
  }

  /** Places below the tail that nobody was told: none, once everybody has heard. */
  untold(): number {
    return this.tail - this.#places.size;
  }
}
