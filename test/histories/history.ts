import { isLinearizable } from './linearize.ts';
import type { SeatCall } from './linearize.ts';

/** What was answered to a call on several seats; null when no answer came. */
export type Answers = ReadonlyMap<string, 'had' | 'taken' | 'released'> | null;

/** Records calls and answers of many callers by one clock, seat by seat. */
export class History {
  readonly #calls = new Map<string, SeatCall[]>();

  /** Times `ask`, and passes its answer on. A seat of which nothing was `said` is not recorded. */
  async record<Answer>(
    what: { kind: SeatCall['kind']; hold: string; seats: readonly string[] },
    ask: () => Promise<{ answer: Answer; said: Answers }>,
  ): Promise<Answer> {
    const { kind, hold, seats } = what;
    const start = performance.now();
    const { answer: passedOn, said } = await ask();
    const end = performance.now();
    for (const seat of seats) {
      const answer = said?.get(seat);
      if (said !== null && answer === undefined) continue;
      const call: SeatCall =
        answer === undefined
          ? { kind, hold, start, end: null, answer: null }
          : { kind, hold, start, end, answer };
      this.#calls.set(seat, [...(this.#calls.get(seat) ?? []), call]);
    }
    return passedOn;
  }

  /** Seats whose answers no order of calls explains, with their calls. */
  wrongSeats(): { seat: string; calls: readonly SeatCall[] }[] {
    return [...this.#calls].flatMap(([seat, calls]) =>
      isLinearizable(calls.toSorted((a, b) => a.start - b.start)) ? [] : [{ seat, calls }],
    );
  }

  /** How many calls of each kind were recorded, so that a test can tell that it tested something. */
  counts(): { had: number; taken: number; released: number; unanswered: number } {
    const all = [...this.#calls.values()].flat();
    const count = (answer: SeatCall['answer']) =>
      all.filter((call) => call.answer === answer).length;
    return {
      had: count('had'),
      taken: count('taken'),
      released: count('released'),
      unanswered: count(null),
    };
  }
}
