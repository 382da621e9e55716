import { fromBase64Url, toBase64Url } from '../fairness/bytes.ts';

/** Counts beyond which old bits begin to be forgotten. */
const MEMORY = 48;
const ONE = 2 ** 16;
const TOP_BYTE = 2 ** 24;
const LAST = 2 ** 32 - 1;

/** What was seen of one kind of bit; the coder spends few bits on what is likely. Both sides learn the same. */
export class Odds {
  #ones = 0.4;
  #zeros = 0.4;

  /** Share of ones expected, in 1/65536, never 0 or 65536. */
  get ones(): number {
    const share = Math.floor((ONE * this.#ones) / (this.#ones + this.#zeros));
    return Math.min(ONE - 256, Math.max(256, share));
  }

  learn(bit: number): void {
    if (bit === 1) this.#ones += 1;
    else this.#zeros += 1;
    if (this.#ones + this.#zeros < MEMORY) return;
    this.#ones /= 2;
    this.#zeros /= 2;
  }
}

/** Where the range is split: ones below. Exact in doubles. */
function middle(low: number, high: number, ones: number): number {
  return low + Math.floor(((high - low) * ones) / ONE);
}

/**
 * Writes bits as a number in an ever smaller range (binary arithmetic coding; Witten, Neal and Cleary,
 * "Arithmetic Coding for Data Compression", 1987; without carries, as in Mahoney's lpaq).
 */
export class BitWriter {
  readonly #bytes: number[] = [];
  #low = 0;
  #high = LAST;

  put(odds: Odds, bit: number): void {
    this.#narrow(odds.ones, bit);
    odds.learn(bit);
  }

  /** The lowest `count` bits of `value`, which nothing is known about. */
  plain(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) this.#narrow(ONE / 2, Math.floor(value / 2 ** i) % 2);
  }

  #narrow(ones: number, bit: number): void {
    const split = middle(this.#low, this.#high, ones);
    if (bit === 1) this.#high = split;
    else this.#low = split + 1;
    while (Math.floor(this.#low / TOP_BYTE) === Math.floor(this.#high / TOP_BYTE)) {
      this.#bytes.push(Math.floor(this.#low / TOP_BYTE));
      this.#low = (this.#low % TOP_BYTE) * 256;
      this.#high = (this.#high % TOP_BYTE) * 256 + 255;
    }
  }

  /** All bits as base64url; never empty. */
  text(): string {
    // The shortest ending that lies in the range when zeros are read behind it.
    const bytes = [...this.#bytes];
    for (let unit = 2 ** 32; ; unit /= 256) {
      const value = Math.ceil(this.#low / unit) * unit;
      if (value > this.#high) continue;
      for (let at = TOP_BYTE; at >= unit; at /= 256) bytes.push(Math.floor(value / at) % 256);
      break;
    }
    if (bytes.length === 0) bytes.push(0);
    return toBase64Url(Uint8Array.from(bytes));
  }
}

/** Reads what a `BitWriter` wrote, asked in the same order with odds that have learnt the same. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 4;
  #low = 0;
  #high = LAST;
  #value: number;

  constructor(text: string) {
    this.#bytes = fromBase64Url(text) ?? new Uint8Array();
    this.#value = [0, 1, 2, 3].reduce((value, at) => value * 256 + (this.#bytes[at] ?? 0), 0);
  }

  /** Whether more was read than can have been written: the text was cut or is none of ours. */
  get exhausted(): boolean {
    return this.#at > this.#bytes.length + 4;
  }

  take(odds: Odds): number {
    const bit = this.#narrow(odds.ones);
    odds.learn(bit);
    return bit;
  }

  plain(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 2 + this.#narrow(ONE / 2);
    return value;
  }

  #narrow(ones: number): number {
    const split = middle(this.#low, this.#high, ones);
    const bit = this.#value <= split ? 1 : 0;
    if (bit === 1) this.#high = split;
    else this.#low = split + 1;
    while (Math.floor(this.#low / TOP_BYTE) === Math.floor(this.#high / TOP_BYTE)) {
      this.#low = (this.#low % TOP_BYTE) * 256;
      this.#high = (this.#high % TOP_BYTE) * 256 + 255;
      this.#value = (this.#value % TOP_BYTE) * 256 + (this.#bytes[this.#at] ?? 0);
      this.#at += 1;
    }
    return bit;
  }
}
