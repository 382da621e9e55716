import type { Fan } from '../core/fans.ts';
import type { Departure } from '../storage/room-store.ts';
import { ask } from './ask.ts';
import type { Away } from './ask.ts';
import type { NodeContext } from './context.ts';
import type { Feed } from './feed.ts';
import { Pump } from './pump.ts';
import type { Roll } from './roll.ts';

/** Places told to the parent in one call. */
const REPORT_PLACES = 1_000;
/** How far the parent knows is written down at most this often, ms: a row for each report would cost as much as a departure. */
const NOTE_MS = 30_000;

/**
 * Tells the parent who left, until it has acknowledged. In order: a departure from a batch that has no
 * places yet holds up those behind it, and such a batch only exists while the parent is away anyway.
 */
export class Departures {
  readonly #context: NodeContext;
  readonly #roll: Roll;
  readonly #unreported: Departure[];
  readonly #pump: Pump;
  #notedAt = -Infinity;

  constructor(context: NodeContext, roll: Roll, feed: Pick<Feed, 'reportGapMs'>) {
    this.#context = context;
    this.#roll = roll;
    this.#unreported = [...roll.unreported];
    this.#pump = new Pump(context, {
      pending: () => this.#next().count > 0,
      next: () => this.#report(),
      gapMs: () => feed.reportGapMs,
    });
  }

  /** Written down first; told in the background. */
  add(fan: Fan): void {
    this.#unreported.push(this.#roll.depart(fan));
    this.start();
  }

  /** Reports whatever can be reported. */
  start(): void {
    this.#pump.start();
  }

  /** What is not written down is told again after a wake, and the parent passes it over. */
  #note(through: number): void {
    const now = this.#context.now();
    if (Math.abs(now - this.#notedAt) < NOTE_MS) return;
    this.#notedAt = now;
    this.#roll.reported(through);
  }

  #next(): { places: number[]; count: number; through: number } {
    const places: number[] = [];
    let count = 0;
    let through = 0;
    for (const departure of this.#unreported) {
      const first = this.#roll.fans.firstOf(departure.batch);
      if (first === null || places.length >= REPORT_PLACES) break;
      if (first !== undefined) places.push(first + departure.index);
      count += 1;
      through = departure.seq;
    }
    return { places, count, through };
  }

  async #report(): Promise<Away | 'done'> {
    const { places, count, through } = this.#next();
    const request = { child: this.#context.name, places };
    const answer = await ask(this.#context, () => this.#context.parent().reportLeft(request));
    if (!answer.ok) return answer;
    this.#unreported.splice(0, count);
    this.#note(through);
    return 'done';
  }
}
