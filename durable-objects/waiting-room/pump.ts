import { awayMs, pause } from './ask.ts';
import type { Away } from './ask.ts';
import type { NodeContext } from './context.ts';

/** The alarm that goes on should the object die while its parent is away, ms. */
const WAKE_MS = 30_000;

/**
 * Works while there is work, one piece at a time, each at the pace at which the parent answers the one
 * before; waits longer and longer while the parent is away.
 */
export class Pump {
  readonly #context: NodeContext;
  readonly #hasWork: () => boolean;
  readonly #work: () => Promise<Away | 'done'>;
  #running = false;

  constructor(context: NodeContext, hasWork: () => boolean, work: () => Promise<Away | 'done'>) {
    this.#context = context;
    this.#hasWork = hasWork;
    this.#work = work;
  }

  /** Begins at once, unless it is at work already or there is none. */
  start(): void {
    if (!this.#running && this.#hasWork()) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      let failures = 0;
      while (this.#hasWork()) {
        const outcome = await this.#work();
        if (outcome === 'done') {
          failures = 0;
          continue;
        }
        failures += 1;
        if (failures === 1) this.#context.wakeAt(this.#context.now() + WAKE_MS);
        await pause(this.#context, awayMs(this.#context, failures, outcome.overloaded));
      }
    } finally {
      this.#running = false;
    }
  }
}
