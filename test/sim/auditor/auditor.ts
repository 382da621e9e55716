import type { AdmissionSettings } from '../../../durable-objects/core/sale.ts';
import type { Tick } from '../../../durable-objects/core/tick.ts';
import type { QueueStore } from '../../../durable-objects/storage/queue-store.ts';
import type { Heard } from '../actors/leaf.ts';
import type { CrowdListener } from '../fans/crowd.ts';
import { overheard } from '../witness.ts';
import { FanBook } from './fan-book.ts';
import { LineBook } from './line-book.ts';
import { ownSeed } from './own-draw.ts';
import { mustHold } from './violation.ts';

/** What the auditor must know of the run. */
export interface AuditorOptions {
  rules: AdmissionSettings;
  fans: number;
  /** Most places that can be given out. */
  places: number;
  start: number;
  opensAt: number;
  now: () => number;
  skewMs: number;
  /** Whether all leaves tell the people ahead of an order: not of a lobby that is to be drawn. */
  tellsAhead: boolean;
  /** Called with the first promise that is broken. */
  onViolation: (violation: unknown) => void;
}

/**
 * Watches a sale from outside: what EventSale writes down, what it answers, and what fans do and hear. It has
 * its own books and shares no rule with the code it judges, the draw included.
 */
export class Auditor implements CrowdListener {
  readonly line: LineBook;
  readonly fans: FanBook;
  readonly #options: AuditorOptions;
  #seq = 0;
  /** Largest error of people ahead that a client computed, as a share of at least 1,000. */
  aheadError = 0;

  constructor(options: AuditorOptions) {
    this.#options = options;
    this.line = new LineBook(options.rules);
    this.fans = new FanBook(this.line, options);
  }

  #judge(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#options.onViolation(error);
    }
  }

  /** The store as EventSale gets it: what is written is heard here. */
  overhear(store: QueueStore): QueueStore {
    return overheard(store, {
      addLink: ([{ link }]) =>
        this.#judge(() => {
          const { child, batch, first, count, at } = link;
          this.line.granted(child, batch, first, count, at < this.#options.opensAt);
        }),
      saveDraw: ([draw]) =>
        this.#judge(() => {
          const { seed, seal } = draw;
          if (seed === null || seal === null) return;
          mustHold(seed === ownSeed(draw), () => `the seed ${seed} follows from something else`);
          this.line.drawn({ n: seal.lobbyCount, seed });
        }),
      saveCall: ([call]) =>
        this.#judge(() => this.line.called(call.first, call.end, call.calledAt, call.open)),
      saveState: ([state]) =>
        this.#judge(() => {
          if (state.tail === this.line.tail) this.line.state(state.cursor, state.tail);
        }),
      saveAdmission: ([row]) =>
        this.#judge(() => {
          this.fans.comesIn(row.accountId, row.place);
          this.line.admitted(this.line.orderOf(row.place), row);
        }),
    });
  }

  /** A leaf has written down that these places are its fans'. */
  owns(leaf: string, first: number, count: number): void {
    this.#judge(() => this.line.owns(leaf, first, count));
  }

  /** Fans with these places were reported to have left: the report is not believed, but held against what they did. */
  leftReported(places: readonly number[]): void {
    this.#judge(() => {
      for (const place of places) this.fans.mayDepart(place);
      this.line.departed(places);
    });
  }

  /** A frame as it leaves EventSale; `ahead` is what a client computes from it for an order. */
  frame(
    tick: Pick<Tick, 'seq' | 'cursor' | 'tail' | 'draw'>,
    samples: readonly { order: number; ahead: number }[],
  ): void {
    this.#judge(() => {
      mustHold(tick.seq > this.#seq, () => `tick ${tick.seq} came after ${this.#seq}`);
      this.#seq = tick.seq;
      mustHold(
        tick.cursor === this.line.cursor && tick.tail === this.line.tail,
        () =>
          `a tick says ${tick.cursor}/${tick.tail}, true is ${this.line.cursor}/${this.line.tail}`,
      );
      const { lobby } = this.line;
      mustHold(
        tick.draw?.seed === lobby?.seed && tick.draw?.n === lobby?.n,
        () => `a tick tells another draw than was written down: ${tick.draw?.seed}`,
      );
      for (const { order, ahead } of samples) {
        const truth = this.line.peopleBetween(tick.cursor, order);
        this.aheadError = Math.max(
          this.aheadError,
          Math.abs(truth - ahead) / Math.max(1_000, truth),
        );
        const allowed = truth < 1_000 ? 1 : truth / 1_000;
        mustHold(
          Math.abs(truth - ahead) <= allowed,
          () => `a fan at ${order} sees ${ahead} people ahead, there are ${truth}`,
        );
      }
    });
  }

  asks(fan: number): void {
    this.fans.asks(fan);
  }

  asksToLeave(fan: number): void {
    this.fans.asksToLeave(fan, this.#options.now());
  }

  hears(fan: number, heard: Heard, saidAt: number): void {
    this.#judge(() => {
      if (heard.type === 'welcome' || heard.type === 'place') {
        if (heard.position === null) this.fans.toldNone(fan, saidAt);
        else this.fans.told(fan, heard.position, saidAt, heard.type === 'place');
      } else if (heard.type === 'error') {
        const { code } = heard;
        if (code === 'not_admitted' || code === 'admission_expired')
          this.fans.refused(fan, code, saidAt);
        if (code === 'not_in_queue') this.fans.toldNone(fan, saidAt);
      } else if (heard.type === 'left') this.fans.toldLeft(fan, saidAt);
      else if (heard.type === 'admission') this.fans.toldAdmission(fan, heard.until);
    });
  }

  comesIn(): void {}

  /** After the faults have ended and time has passed: nobody is left behind. */
  drained(): void {
    this.#judge(() => {
      const waiting = this.line.waiting();
      mustHold(waiting === 0, () => `${waiting} people still wait, the line does not move`);
    });
  }

  /** Of whoever has left the line knows it. */
  departed(): void {
    this.#judge(() => {
      const place = this.fans.goneUnknown();
      mustHold(place < 0, () => `place ${place} was given up and still stands in line`);
    });
  }

  /** Everybody who asked something has heard an answer. */
  answered(unanswered: readonly number[]): void {
    this.#judge(() =>
      mustHold(
        unanswered.length === 0,
        () => `fans ${unanswered.join(', ')} still wait for an answer`,
      ),
    );
  }

  /** All places are in the leaves' hands, each once. `owned`: first place and count, by leaf. */
  placesOwned(owned: Iterable<readonly [string, number, number]>): void {
    this.#judge(() => {
      for (const [leaf, first, count] of owned) this.line.owns(leaf, first, count);
      this.line.allOwned();
    });
  }
}
