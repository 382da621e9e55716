import type { Clock } from '../clock.ts';

/** Numbers of one chunk: the next chunk of its slot, then fans. */
const CHUNK = 64;
/** Chunks that memory is taken for at a time. */
const SEGMENT = 4_096;
const NONE = -1;

/** The fans of one slot: chunk after chunk, the last one filled up to `end`. */
interface Slot {
  first: number;
  last: number;
  end: number;
  fans: number;
}

/**
 * Who has something to do in which slot of time. A fan who is put into a later slot stays in the
 * earlier one: whoever takes a slot checks that the fan still means it. Four bytes an entry, in chunks
 * that are used again: lists that grow and are thrown away cost more than all that the fans do.
 */
export class Wheel {
  readonly #clock: Clock;
  readonly #start: number;
  readonly #slotMs: number;
  readonly #slots: (Slot | undefined)[] = [];
  readonly #segments: Int32Array[] = [];
  #free = NONE;
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
    const entry = this.#slots[slot] ?? this.#open(slot);
    if (entry.end === CHUNK) {
      const next = this.#chunk();
      this.#segment(entry.last)[base(entry.last)] = next;
      entry.last = next;
      entry.end = 1;
    }
    this.#segment(entry.last)[base(entry.last) + entry.end] = fan;
    entry.end += 1;
    entry.fans += 1;
  }

  #open(slot: number): Slot {
    const chunk = this.#chunk();
    const entry = { first: chunk, last: chunk, end: 1, fans: 0 };
    this.#slots[slot] = entry;
    this.#clock.at(this.#start + slot * this.#slotMs, () => this.#take(slot));
    return entry;
  }

  #take(slot: number): void {
    const entry = this.#slots[slot];
    this.#slots[slot] = undefined;
    if (entry === undefined) return;
    const fans = new Int32Array(entry.fans);
    for (let chunk = entry.first, at = 0; chunk !== NONE; at += CHUNK - 1) {
      const cells = this.#segment(chunk);
      const from = base(chunk) + 1;
      fans.set(cells.subarray(from, from + Math.min(CHUNK - 1, entry.fans - at)), at);
      const next = cells[base(chunk)] ?? NONE;
      this.#release(chunk);
      chunk = next;
    }
    this.#run(slot, fans);
  }

  #segment(chunk: number): Int32Array {
    return this.#segments[Math.floor(chunk / SEGMENT)] as Int32Array;
  }

  /** An empty chunk, with none after it. */
  #chunk(): number {
    if (this.#free === NONE) {
      const first = this.#segments.length * SEGMENT;
      this.#segments.push(new Int32Array(SEGMENT * CHUNK));
      for (let chunk = first + SEGMENT - 1; chunk >= first; chunk--) this.#release(chunk);
    }
    const chunk = this.#free;
    const cells = this.#segment(chunk);
    this.#free = cells[base(chunk)] ?? NONE;
    cells[base(chunk)] = NONE;
    return chunk;
  }

  #release(chunk: number): void {
    this.#segment(chunk)[base(chunk)] = this.#free;
    this.#free = chunk;
  }
}

/** Where a chunk begins in its segment. */
function base(chunk: number): number {
  return (chunk % SEGMENT) * CHUNK;
}
