import { ask } from './ask.ts';
import type { Away } from './ask.ts';
import type { NodeContext } from './context.ts';
import type { Feed } from './feed.ts';
import { Pump } from './pump.ts';

/** Places told to EventSale in one call. */
const REPORT_PLACES = 10_000;

interface Report {
  places: readonly number[];
  told: () => void;
}

/**
 * Passes departures on, those of all children together. Nothing is written down: a child is answered
 * when EventSale knows, and tells again until it is.
 */
export class RelayReports {
  readonly #context: NodeContext;
  readonly #pump: Pump;
  #reports: Report[] = [];

  constructor(context: NodeContext, feed: Pick<Feed, 'reportGapMs'>) {
    this.#context = context;
    this.#pump = new Pump(context, {
      pending: () => this.#reports.length > 0,
      next: () => this.#work(),
      gapMs: () => feed.reportGapMs,
    });
  }

  /** Resolves when EventSale knows that these places were given up. */
  report(places: readonly number[]): Promise<void> {
    return new Promise((told) => {
      this.#reports.push({ places, told });
      this.#pump.start();
    });
  }

  async #work(): Promise<Away | 'done'> {
    const sent = this.#next();
    // A child that got no answer in time told the same again.
    const places = [...new Set(sent.flatMap((report) => report.places))];
    const request = { child: this.#context.name, places };
    const answer = await ask(this.#context, () => this.#context.parent().reportLeft(request));
    if (!answer.ok) return answer;
    this.#reports = this.#reports.filter((report) => !sent.includes(report));
    for (const { told } of sent) told();
    return 'done';
  }

  #next(): Report[] {
    const sent: Report[] = [];
    let places = 0;
    for (const report of this.#reports) {
      places += report.places.length;
      if (sent.length > 0 && places > REPORT_PLACES) break;
      sent.push(report);
    }
    return sent;
  }
}
