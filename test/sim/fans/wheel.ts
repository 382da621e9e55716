import type { Clock } from '../clock.ts';

/**
 * Who has something to do in which slot of time. A fan who is put into a later slot stays in the
 * earlier one: whoever takes a slot checks that the fan still means it. Four bytes an entry.
 */
export class Wheel {
  readonly #clock: Clock;
  readonly #start: number;
  readonly #slotMs: number;
  readonly #slots: (Int32Array | undefined)[] = [];
  readonly #sizes: number[] = [];
  readonly #run: (slot: number, fans: Int32Array) => void;

  constructor(clock: Clock, slotMs: number, run: (slot: number, fans: Int32Array) => void) {
    this.#clock = clock;
    this.#start = clock.now;
    this.#slotMs = slotMs;
    this.#run = run;
  }

  /** The slot `ms` from now, at least the next one. */
  slotAfter(ms: number): number {
    return Math.floor((this.#clock.now - this.#start + ms) / this.#slotMs) + 1;
  }

  put(fan: number, slot: number): void {
    const size = this.#sizes[slot] ?? 0;
    let fans = this.#slots[slot];
    if (fans === undefined) {
      fans = new Int32Array(4);
      this.#slots[slot] = fans;
      this.#clock.at(this.#start + slot * this.#slotMs, () => this.#take(slot));
    } else if (size === fans.length) {
      const more = new Int32Array(size * 2);
      more.set(fans);
      fans = more;
      this.#slots[slot] = more;
    }
    fans[size] = fan;
    this.#sizes[slot] = size + 1;
  }

  #take(slot: number): void {
    const fans = this.#slots[slot];
    const size = this.#sizes[slot] ?? 0;
    this.#slots[slot] = undefined;
    this.#sizes[slot] = 0;
    if (fans !== undefined) this.#run(slot, fans.subarray(0, size));
  }
}
