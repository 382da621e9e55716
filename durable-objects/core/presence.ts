/** Orders whose departures are stored in one row: 2 KB of bits, well under the 2 MB row limit. */
export const CHUNK_ORDERS = 16_384;

const WORD_BITS = 32;
const BLOCK_WORDS = 16;
const BLOCK_BITS = WORD_BITS * BLOCK_WORDS;
const CHUNK_WORDS = CHUNK_ORDERS / WORD_BITS;
/** Words walked through one by one before the tree is asked: about what asking costs. */
const WALK_WORDS = 256;

function popcount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Index of the `skip`-th set bit of `word`, 0-based; the caller knows that there is one. */
function bitAt(word: number, skip: number): number {
  let rest = word;
  for (let i = 0; i < skip; i++) rest &= rest - 1;
  return 31 - Math.clz32(rest & -rest);
}

/**
 * One bit per order: whether somebody still stands there. Orders are given out densely from 0 to
 * `tail`; each starts present and may leave once. Counts per 512 bits in a Fenwick tree (Fenwick 1994)
 * make rank and select logarithmic; 13 million orders take 1.7 MB.
 */
export class Presence {
  #words = new Uint32Array(BLOCK_WORDS);
  /** Fenwick tree over blocks, 1-based: people present. */
  #tree = new Int32Array(2);
  #tail = 0;
  #present = 0;

  /** Rebuilds from what is stored: the tail, and the departures by chunk as `departures` gave them. */
  static restore(tail: number, chunks: Iterable<{ index: number; bits: Uint8Array }>): Presence {
    const presence = new Presence();
    presence.extend(tail);
    for (const { index, bits } of chunks) {
      const departed = new Uint32Array(bits.slice().buffer);
      const from = index * CHUNK_WORDS;
      for (let i = 0; i < departed.length && from + i < presence.#words.length; i++) {
        const word = presence.#words[from + i] ?? 0;
        presence.#words[from + i] = word & ~(departed[i] ?? 0);
      }
    }
    presence.#recount();
    return presence;
  }

  /** Orders given out. */
  get tail(): number {
    return this.#tail;
  }

  /** Orders that are present. */
  get present(): number {
    return this.#present;
  }

  /** Memory held. */
  get bytes(): number {
    return this.#words.byteLength + this.#tree.byteLength;
  }

  /** Gives out the next `count` orders, all present; returns the first. */
  extend(count: number): number {
    const first = this.#tail;
    const end = first + count;
    this.#reserve(end);
    for (let order = first; order < end;) {
      const bit = order % WORD_BITS;
      const taken = Math.min(WORD_BITS - bit, end - order);
      const mask = taken === WORD_BITS ? 0xffffffff : ((1 << taken) - 1) << bit;
      const at = (order - bit) / WORD_BITS;
      this.#words[at] = (this.#words[at] ?? 0) | mask;
      this.#add(Math.floor(at / BLOCK_WORDS), taken);
      order += taken;
    }
    this.#tail = end;
    this.#present += count;
    return first;
  }

  /** Marks the order as left; false when it was not present. */
  remove(order: number): boolean {
    if (!this.has(order)) return false;
    const at = Math.floor(order / WORD_BITS);
    this.#words[at] = (this.#words[at] ?? 0) & ~(1 << (order % WORD_BITS));
    this.#add(Math.floor(at / BLOCK_WORDS), -1);
    this.#present -= 1;
    return true;
  }

  has(order: number): boolean {
    if (!Number.isInteger(order) || order < 0 || order >= this.#tail) return false;
    const word = this.#words[Math.floor(order / WORD_BITS)] ?? 0;
    return ((word >>> (order % WORD_BITS)) & 1) === 1;
  }

  /** People present in orders below `order`. */
  rank(order: number): number {
    if (order >= this.#tail) return this.#present;
    if (order <= 0) return 0;
    const block = Math.floor(order / BLOCK_BITS);
    const word = Math.floor(order / WORD_BITS);
    let count = this.#sumBefore(block);
    for (let i = block * BLOCK_WORDS; i < word; i++) count += popcount(this.#words[i] ?? 0);
    const mask = (1 << (order % WORD_BITS)) - 1;
    return count + popcount((this.#words[word] ?? 0) & mask);
  }

  /** Order of the `index`-th present person, 0-based; -1 when there are not so many. */
  select(index: number): number {
    return index >= 0 && index < this.#present ? this.#find(index) : -1;
  }

  /**
   * Orders of many present people by their index, 0-based and ascending; all must be there. As fast as
   * reading the bits where indexes are near each other, as `select` where they are not.
   */
  selectAll(indexes: Int32Array): Int32Array {
    const orders = new Int32Array(indexes.length);
    let word = 0;
    let before = 0;
    let bits = this.#words[0] ?? 0;
    let count = popcount(bits);
    for (let i = 0; i < indexes.length; i++) {
      const index = indexes[i] ?? 0;
      for (let walked = 0; index >= before + count; walked++) {
        before += count;
        word += 1;
        if (walked === WALK_WORDS) {
          word = Math.floor(this.#find(index) / WORD_BITS);
          before = this.rank(word * WORD_BITS);
        }
        bits = this.#words[word] ?? 0;
        count = popcount(bits);
      }
      orders[i] = word * WORD_BITS + bitAt(bits, index - before);
    }
    return orders;
  }

  /** Orders below `end` whose people have left, ascending. */
  *departed(end: number): Generator<number> {
    const last = Math.min(end, this.#tail);
    for (let word = 0; word * WORD_BITS < last; word++) {
      for (let gone = ~(this.#words[word] ?? 0); gone !== 0; gone &= gone - 1) {
        const order = word * WORD_BITS + bitAt(gone, 0);
        if (order < last) yield order;
      }
    }
  }

  /** People present in the blocks before one. */
  #sumBefore(block: number): number {
    let count = 0;
    for (let i = block; i > 0; i -= i & -i) count += this.#tree[i] ?? 0;
    return count;
  }

  /** The departures of one chunk as bits, lowest first, for storage. */
  departures(chunk: number): Uint8Array {
    const from = chunk * CHUNK_WORDS;
    const departed = new Uint32Array(CHUNK_WORDS);
    // All words that are given out to the last bit; then the one that is not, and none.
    const whole = Math.min(CHUNK_WORDS, Math.max(0, Math.floor(this.#tail / WORD_BITS) - from));
    for (let i = 0; i < whole; i++) departed[i] = ~(this.#words[from + i] ?? 0);
    for (let i = whole; i < CHUNK_WORDS; i++) {
      const given = Math.min(Math.max(this.#tail - (from + i) * WORD_BITS, 0), WORD_BITS);
      const mask = given === WORD_BITS ? 0xffffffff : (1 << given) - 1;
      departed[i] = ~(this.#words[from + i] ?? 0) & mask;
    }
    return new Uint8Array(departed.buffer);
  }

  #find(index: number): number {
    const blocks = this.#tree.length - 1;
    let rest = index;
    let block = 0;
    for (let step = 2 ** Math.floor(Math.log2(blocks)); step >= 1; step /= 2) {
      if (block + step > blocks) continue;
      const here = this.#tree[block + step] ?? 0;
      if (here > rest) continue;
      block += step;
      rest -= here;
    }
    for (let at = block * BLOCK_WORDS; at < this.#words.length; at++) {
      const bits = this.#words[at] ?? 0;
      const count = popcount(bits);
      if (rest < count) return at * WORD_BITS + bitAt(bits, rest);
      rest -= count;
    }
    throw new Error('the counts do not match the bits');
  }

  #add(block: number, delta: number): void {
    for (let i = block + 1; i < this.#tree.length; i += i & -i) {
      this.#tree[i] = (this.#tree[i] ?? 0) + delta;
    }
  }

  #reserve(orders: number): void {
    if (orders <= this.#words.length * WORD_BITS) return;
    // An eighth more each time: doubling could take twice what 13 million need.
    const blocks = Math.ceil(Math.max(orders, this.#words.length * WORD_BITS * 1.125) / BLOCK_BITS);
    const words = new Uint32Array(blocks * BLOCK_WORDS);
    words.set(this.#words);
    this.#words = words;
    this.#recount();
  }

  #recount(): void {
    const blocks = this.#words.length / BLOCK_WORDS;
    this.#tree = new Int32Array(blocks + 1);
    this.#present = 0;
    for (let i = 0; i < this.#words.length; i++) {
      const count = popcount(this.#words[i] ?? 0);
      const at = Math.floor(i / BLOCK_WORDS) + 1;
      this.#tree[at] = (this.#tree[at] ?? 0) + count;
      this.#present += count;
    }
    for (let i = 1; i <= blocks; i++) {
      const parent = i + (i & -i);
      if (parent <= blocks) this.#tree[parent] = (this.#tree[parent] ?? 0) + (this.#tree[i] ?? 0);
    }
  }
}
