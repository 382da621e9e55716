import type { Random } from './random.ts';

/** Everything that can go wrong, and the name under which it is counted. */
export const FAULTS = [
  /** A call never arrives; the caller sees an error. */
  'request lost',
  /** A call has its effect; the caller sees an error. */
  'answer lost',
  /** Neither an answer nor an error ever comes. */
  'no answer',
  /** A call arrives twice, the second time up to seconds later. */
  'twice',
  /** A message takes seconds: later ones overtake it. */
  'slow',
  /** The callee refuses: too busy. */
  'overloaded',
  /** An object dies as an event reaches it: nothing of it happens. */
  'crash before',
  /** An object dies after it has written, before what it says gets out. */
  'crash after',
  /** An idle object loses its memory and keeps its sockets. */
  'evicted',
  /** An object cannot be reached for a while. */
  'outage',
  /** A fan's socket dies, and neither side is told. */
  'socket lost',
  /** An object comes back on a machine with another clock. */
  'clock stepped',
] as const;

export type Fault = (typeof FAULTS)[number];

/** Probabilities per occasion. What is left out does not happen. */
export type FaultRates<Kind extends string = Fault> = Partial<Record<Kind, number>>;

/** Decides what goes wrong, and counts it. */
export class Faults<Kind extends string = Fault> {
  readonly counts = new Map<Kind, number>();
  /** Whether anything can go wrong now, and whether it ever could. */
  active: boolean;
  readonly possible: boolean;
  #rates: FaultRates<Kind>;
  readonly #random: Random;

  constructor(rates: FaultRates<Kind>, random: Random) {
    this.#rates = rates;
    this.#random = random;
    this.active = Object.values<number | undefined>(rates).some((rate) => (rate ?? 0) > 0);
    this.possible = this.active;
  }

  /** From now on nothing goes wrong. */
  stop(): void {
    this.#rates = {};
    this.active = false;
  }

  roll(fault: Kind): boolean {
    const rate = this.#rates[fault];
    if (rate === undefined || !this.#random.chance(rate)) return false;
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
    return true;
  }
}
