/** A 32-bit mix of two numbers (MurmurHash3's finaliser): the same every time, for traits that need no memory. */
export function mix(seed: number, value: number): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(value + 0x7f4a7c15, 0xc2b2ae35);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** `mix` as a fraction, 0 ≤ r < 1. */
export function fraction(seed: number, value: number): number {
  return mix(seed, value) / 2 ** 32;
}

/** Seeded randomness: sfc32 (Chris Doty-Humphrey, PractRand). One per run; forks do not disturb each other. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#a = mix(seed, 1) | 0;
    this.#b = mix(seed, 2) | 0;
    this.#c = mix(seed, 3) | 0;
    for (let i = 0; i < 12; i++) this.uint();
  }

  /** A whole number below 2³². */
  uint(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }

  /** 0 ≤ r < 1. */
  next(): number {
    return this.uint() / 2 ** 32;
  }

  /** A whole number, 0 ≤ n < `below`. */
  int(below: number): number {
    return Math.floor(this.next() * below);
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  chance(probability: number): boolean {
    return probability > 0 && this.next() < probability;
  }

  /** Exponentially distributed. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.int(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  fork(): Random {
    return new Random(this.uint());
  }
}
