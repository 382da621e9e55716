import { sha256 } from '@noble/hashes/sha2.js';
import { concat, u64be, utf8 } from './bytes.ts';

const WORDS = 2 ** 32;

/**
 * Uniform numbers without end from a seed: block j is SHA-256("onsale/stream/v1", seed, j as 8 bytes),
 * read as eight numbers of 32 bits, big end first. The same seed gives the same numbers to everybody.
 */
export class DrawStream {
  readonly #prefix: Uint8Array;
  #block = new DataView(new ArrayBuffer(0));
  #blocks = 0;
  #at = 0;

  constructor(seed: Uint8Array) {
    this.#prefix = concat(utf8('onsale/stream/v1'), seed);
  }

  /**
   * A number 0 ≤ n < `bound`, each equally likely: a word above the last whole multiple of `bound` is
   * thrown away. A plain remainder would favour the small numbers.
   */
  below(bound: number): number {
    const limit = WORDS - (WORDS % bound);
    for (;;) {
      const word = this.#word();
      if (word < limit) return word % bound;
    }
  }

  #word(): number {
    if (this.#at === this.#block.byteLength) {
      const digest = sha256(concat(this.#prefix, u64be(this.#blocks)));
      this.#block = new DataView(digest.buffer);
      this.#blocks += 1;
      this.#at = 0;
    }
    const word = this.#block.getUint32(this.#at);
    this.#at += 4;
    return word;
  }
}
