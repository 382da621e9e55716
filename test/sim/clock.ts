/** Something that will happen at `time`; cancelled by taking its task away. */
export interface Entry {
  time: number;
  seq: number;
  task: (() => void) | null;
}

/** What runs between two drains of the promise queue: one event, or all events of one millisecond. */
export type Grain = 'event' | 'millisecond';

/**
 * Virtual time: a heap of events in the order of their time, then of their making. Between events the
 * promises of the code under test run until none can go on, so that a run depends on its seed alone.
 */
export class Clock {
  /** Epoch ms; fractions occur. */
  now: number;
  /** Events run so far. */
  events = 0;
  readonly #grain: Grain;
  readonly #heap: Entry[] = [];
  readonly #afterStep: (() => void)[] = [];
  #seq = 0;
  #failure: unknown = null;

  constructor(start: number, grain: Grain = 'event') {
    this.now = start;
    this.#grain = grain;
  }

  /** Events waiting. */
  get pending(): number {
    return this.#heap.length;
  }

  at(time: number, task: () => void): Entry {
    const entry: Entry = { time: Math.max(time, this.now), seq: this.#seq++, task };
    this.#push(entry);
    return entry;
  }

  after(ms: number, task: () => void): Entry {
    return this.at(this.now + ms, task);
  }

  /** Runs once, after the current event and all promises that it let go on. */
  afterStep(task: () => void): void {
    this.#afterStep.push(task);
  }

  /** Ends the run with this error; the first one counts. */
  fail(error: unknown): void {
    this.#failure ??= error;
  }

  /** Runs everything due until `until`; then it is `until`. Rejects with the first failure. */
  run(until: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        try {
          this.#settle();
          if (this.#step(until)) {
            setImmediate(turn);
            return;
          }
          this.now = Math.max(this.now, until);
          resolve();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      turn();
    });
  }

  #settle(): void {
    while (this.#afterStep.length > 0) for (const task of this.#afterStep.splice(0)) task();
    if (this.#failure !== null) throw this.#failure;
  }

  #step(until: number): boolean {
    const first = this.#heap[0];
    if (first === undefined || first.time > until) return false;
    const through = this.#grain === 'event' ? first.time : Math.floor(first.time) + 1;
    for (let next = this.#heap[0]; next !== undefined; next = this.#heap[0]) {
      if (next.time > until || (next !== first && next.time >= through)) break;
      this.#pop();
      const { task } = next;
      if (task === null) continue;
      this.now = next.time;
      this.events += 1;
      task();
      if (this.#grain === 'event') break;
    }
    return true;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const above = heap[up];
      if (above === undefined || !before(entry, above)) break;
      heap[at] = above;
      at = up;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    const size = heap.length;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      const left = heap[down];
      if (left === undefined) break;
      const right = down + 1 < size ? heap[down + 1] : undefined;
      let least = left;
      if (right !== undefined && before(right, left)) {
        least = right;
        down += 1;
      }
      if (!before(least, last)) break;
      heap[at] = least;
      at = down;
    }
    heap[at] = last;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.time < b.time || (a.time === b.time && a.seq < b.seq);
}
