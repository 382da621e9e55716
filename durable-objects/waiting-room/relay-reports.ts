import { ask } from './ask.ts';
import type { Away } from './ask.ts';
import type { NodeContext } from './context.ts';
import type { Feed } from './feed.ts';
import { Pump } from './pump.ts';

/** Places told to EventSale in one call. */
const REPORT_PLACES = 10_000;

interface Report {
  places: ReadonlySet<number>;
  /** Who waits: the child's last call, and those before it that it gave up. */
  told: (() => void)[];
}

/**
 * Passes departures on, those of all children together. Nothing is written down: a child is answered
 * when EventSale knows, and tells again until it is.
 */
export class RelayReports {
  readonly #context: NodeContext;
  readonly #pump: Pump;
  /** By child, oldest first. */
  readonly #reports = new Map<string, Report>();

  constructor(context: NodeContext, feed: Pick<Feed, 'reportGapMs'>) {
    this.#context = context;
    this.#pump = new Pump(context, {
      pending: () => this.#reports.size > 0,
      next: () => this.#work(),
      gapMs: () => feed.reportGapMs,
    });
  }

  /**
   * Resolves when EventSale knows that these places were given up. A child that tells again got no answer in time and
   * tells all of it: its reports are kept as one, or those of an hour without EventSale would fill the memory. An older
   * one may come late, so that none takes the place of another.
   */
  report(child: string, places: readonly number[]): Promise<void> {
    return new Promise((told) => {
      const before = this.#reports.get(child);
      this.#reports.set(child, {
        places: new Set([...(before?.places ?? []), ...places]),
        told: [...(before?.told ?? []), told],
      });
      this.#pump.start();
    });
  }

  async #work(): Promise<Away | 'done'> {
    const sent = this.#next();
    const places = sent.flatMap(([, report]) => [...report.places]);
    const request = { child: this.#context.name, places };
    const answer = await ask(this.#context, () => this.#context.parent().reportLeft(request));
    if (!answer.ok) return answer;
    for (const [child, report] of sent) {
      // What came meanwhile is still to be told.
      if (this.#reports.get(child) === report) this.#reports.delete(child);
      for (const told of report.told) told();
    }
    return 'done';
  }

  #next(): [string, Report][] {
    const sent: [string, Report][] = [];
    let places = 0;
    for (const [child, report] of this.#reports) {
      places += report.places.size;
      if (sent.length > 0 && places > REPORT_PLACES) break;
      sent.push([child, report]);
    }
    return sent;
  }
}
