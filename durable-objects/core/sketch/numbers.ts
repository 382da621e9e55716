import { Odds } from './bit-coder.ts';
import type { BitReader, BitWriter } from './bit-coder.ts';

/** More steps than any number of ours has bits. */
const BITS_MAX = 40;

/**
 * Whole numbers of one kind, small ones mostly: Elias gamma (1975) with learnt odds for the number of
 * bits and for the highest of them.
 */
export class Numbers {
  readonly #zero = new Odds();
  readonly #sign = new Odds();
  readonly #length: Odds[] = [];
  readonly #top: Odds[] = [];

  put(writer: BitWriter, value: number): void {
    writer.put(this.#zero, value === 0 ? 1 : 0);
    if (value === 0) return;
    writer.put(this.#sign, value < 0 ? 1 : 0);
    const size = Math.abs(value);
    let bits = 0;
    while (2 ** (bits + 1) <= size) bits += 1;
    for (let i = 0; i <= bits; i++) writer.put(oddsAt(this.#length, i), i < bits ? 1 : 0);
    if (bits === 0) return;
    const rest = size - 2 ** bits;
    writer.put(oddsAt(this.#top, bits), Math.floor(rest / 2 ** (bits - 1)));
    writer.plain(rest, bits - 1);
  }

  take(reader: BitReader): number {
    if (reader.take(this.#zero) === 1) return 0;
    const sign = reader.take(this.#sign) === 1 ? -1 : 1;
    let bits = 0;
    while (bits < BITS_MAX && reader.take(oddsAt(this.#length, bits)) === 1) bits += 1;
    if (bits === 0) return sign;
    const top = reader.take(oddsAt(this.#top, bits));
    return sign * (2 ** bits + top * 2 ** (bits - 1) + reader.plain(bits - 1));
  }
}

function oddsAt(list: Odds[], index: number): Odds {
  return (list[index] ??= new Odds());
}
