import { awayMs, pause } from './ask.ts';
import type { Away } from './ask.ts';
import type { NodeContext } from './context.ts';

/** The alarm that goes on should the object die while its parent is away, ms. */
const WAKE_MS = 30_000;

/** What a pump does. */
export interface Work {
  /** Whether there is any. */
  pending(): boolean;
  /** Does the next piece. */
  next(): Promise<Away | 'done'>;
  /** Least time from the beginning of one piece to that of the next, ms. */
  gapMs?(): number;
}

/**
 * Works while there is work, one piece at a time, each at the pace at which the parent answers the one
 * before; waits longer and longer while the parent is away.
 */
export class Pump {
  readonly #context: NodeContext;
  readonly #work: Work;
  #running = false;
  #begunAt = -Infinity;
  /** When the alarm was last set. */
  #wokenAt = -Infinity;

  constructor(context: NodeContext, work: Work) {
    this.#context = context;
    this.#work = work;
  }

  /** Begins at once, unless it is at work already or there is none. */
  start(): void {
    if (!this.#running && this.#work.pending()) void this.#run();
  }

  /** How long the next piece has to wait; a clock that stepped back makes it wait no longer. */
  #waitMs(): number {
    const gapMs = this.#work.gapMs?.() ?? 0;
    const since = this.#context.now() - this.#begunAt;
    return since < 0 || since >= gapMs ? 0 : gapMs - since;
  }

  /** Should the object die before the parent is back, an alarm goes on: one that has rung is set again. */
  #wake(): void {
    const now = this.#context.now();
    if (Math.abs(now - this.#wokenAt) < WAKE_MS) return;
    this.#wokenAt = now;
    this.#context.wakeAt(now + WAKE_MS);
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      let failures = 0;
      while (this.#work.pending()) {
        const waitMs = this.#waitMs();
        if (waitMs > 0) await pause(this.#context, waitMs);
        // Not by the clock again, which may stand still or step; but those who waited may have gone.
        if (!this.#work.pending()) break;
        this.#begunAt = this.#context.now();
        const outcome = await this.#work.next();
        if (outcome === 'done') {
          failures = 0;
          continue;
        }
        failures += 1;
        this.#wake();
        await pause(this.#context, awayMs(this.#context, failures, outcome.overloaded));
      }
    } finally {
      this.#running = false;
    }
  }
}
