import type { Fan, Fans } from '../core/fans.ts';
import type { Departure, RoomStore } from '../storage/room-store.ts';
import { ask, awayMs, pause } from './ask.ts';
import type { RoomContext } from './context.ts';

/** Places told to the parent in one call. */
const REPORT_PLACES = 1_000;
const WAKE_MS = 30_000;

/**
 * Tells the parent who left, until it has acknowledged. In order: a departure from a batch that has no
 * places yet holds up those behind it, and such a batch only exists while the parent is away anyway.
 */
export class Departures {
  readonly #context: RoomContext;
  readonly #store: RoomStore;
  readonly #fans: Fans;
  readonly #unreported: Departure[];
  #running = false;

  constructor(context: RoomContext, store: RoomStore, fans: Fans, known: readonly Departure[]) {
    this.#context = context;
    this.#store = store;
    this.#fans = fans;
    const reported = Number(store.note('reported') ?? 0);
    this.#unreported = known.filter((departure) => departure.seq > reported);
  }

  /** Written down first; told in the background. */
  add(fan: Fan): void {
    const { batch, index } = fan;
    this.#unreported.push({ seq: this.#store.addDeparture(batch, index), batch, index });
    this.start();
  }

  /** Reports whatever can be reported. */
  start(): void {
    if (!this.#running && this.#unreported.length > 0) void this.#run();
  }

  #next(): { places: number[]; count: number; through: number } {
    const places: number[] = [];
    let count = 0;
    let through = 0;
    for (const departure of this.#unreported) {
      const first = this.#fans.firstOf(departure.batch);
      if (first === null || places.length >= REPORT_PLACES) break;
      if (first !== undefined) places.push(first + departure.index);
      count += 1;
      through = departure.seq;
    }
    return { places, count, through };
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      let failures = 0;
      for (let next = this.#next(); next.count > 0; next = this.#next()) {
        const request = { child: this.#context.name, places: next.places };
        const answer = await ask(this.#context, (sale) => sale.reportLeft(request));
        if (answer.ok) {
          failures = 0;
          this.#unreported.splice(0, next.count);
          this.#store.setNote('reported', String(next.through));
        } else {
          failures += 1;
          if (failures === 1) this.#context.wakeAt(this.#context.now() + WAKE_MS);
          await pause(this.#context, awayMs(this.#context, failures, answer.overloaded));
        }
      }
    } finally {
      this.#running = false;
    }
  }
}
