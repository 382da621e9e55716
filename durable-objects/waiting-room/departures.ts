import type { Fan, Fans } from '../core/fans.ts';
import type { Departure, RoomStore } from '../storage/room-store.ts';
import { ask } from './ask.ts';
import type { Away } from './ask.ts';
import type { NodeContext } from './context.ts';
import { Pump } from './pump.ts';

/** Places told to the parent in one call. */
const REPORT_PLACES = 1_000;

/**
 * Tells the parent who left, until it has acknowledged. In order: a departure from a batch that has no
 * places yet holds up those behind it, and such a batch only exists while the parent is away anyway.
 */
export class Departures {
  readonly #context: NodeContext;
  readonly #store: RoomStore;
  readonly #fans: Fans;
  readonly #unreported: Departure[];
  readonly #pump: Pump;

  constructor(context: NodeContext, store: RoomStore, fans: Fans, known: readonly Departure[]) {
    this.#context = context;
    this.#store = store;
    this.#fans = fans;
    const reported = Number(store.note('reported') ?? 0);
    this.#unreported = known.filter((departure) => departure.seq > reported);
    this.#pump = new Pump(
      context,
      () => this.#next().count > 0,
      () => this.#report(this.#next()),
    );
  }

  /** Written down first; told in the background. */
  add(fan: Fan): void {
    const { batch, index } = fan;
    this.#unreported.push({ seq: this.#store.addDeparture(batch, index), batch, index });
    this.start();
  }

  /** Reports whatever can be reported. */
  start(): void {
    this.#pump.start();
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

  async #report(next: {
    places: number[];
    count: number;
    through: number;
  }): Promise<Away | 'done'> {
    const request = { child: this.#context.name, places: next.places };
    const answer = await ask(this.#context, () => this.#context.parent().reportLeft(request));
    if (!answer.ok) return answer;
    this.#unreported.splice(0, next.count);
    this.#store.setNote('reported', String(next.through));
    return 'done';
  }
}
