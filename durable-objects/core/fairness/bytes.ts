/** Joins byte strings. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** UTF-8 of a text; of a tag or an id it is ASCII. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Bytes of what `u64be` and `putU64be` write. */
export const U64_BYTES = 8;

/** An integer 0 ≤ `value` ≤ 2^53 − 1 as 8 bytes, big end first. */
export function u64be(value: number): Uint8Array {
  const bytes = new Uint8Array(U64_BYTES);
  putU64be(new DataView(bytes.buffer), 0, value);
  return bytes;
}

/** The same, into bytes that are there. */
export function putU64be(view: DataView, at: number, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a u64: ${value}`);
  view.setUint32(at, Math.floor(value / 0x1_0000_0000));
  view.setUint32(at + 4, value % 0x1_0000_0000);
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const NO_DIGIT = 255;
/** The value of each ASCII character as a digit. */
const VALUES = new Uint8Array(128).fill(NO_DIGIT);
for (let value = 0; value < 64; value++) VALUES[DIGITS.charCodeAt(value)] = value;
/** The character of each digit. */
const CODES = Uint8Array.from(DIGITS, (digit) => digit.charCodeAt(0));
/** Bytes written in one go: a call takes no more than some ten thousand arguments. */
const PIECE_BYTES = 3 * 1_024;

/** Base64url without padding (RFC 4648, section 5). By hand, because no one function of workerd, Node and every browser does it. */
export function toBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE_BYTES)
    text += pieceOf(bytes, at, Math.min(bytes.length, at + PIECE_BYTES));
  return text;
}

/** Used again for each piece. */
const codes: number[] = [];

/** All characters made into text at once: receipts are written while fans wait, and this leaves no garbage. */
function pieceOf(bytes: Uint8Array, from: number, to: number): string {
  let end = 0;
  for (let at = from; at < to; at += 3) {
    const word = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (let shift = 18; shift >= 0; shift -= 6) codes[end++] = CODES[(word >>> shift) & 63] ?? 0;
  }
  codes.length = Math.ceil(((to - from) * 4) / 3);
  return String.fromCharCode(...codes);
}

/** The bytes, or null unless the text is the one canonical encoding of them, and of `length` bytes if given. */
export function fromBase64Url(text: string, length?: number): Uint8Array | null {
  const size = Math.floor((text.length * 3) / 4);
  if (text.length % 4 === 1 || (length !== undefined && size !== length)) return null;
  const bytes = new Uint8Array(size);
  let bits = 0;
  let held = 0;
  let end = 0;
  for (let at = 0; at < text.length; at++) {
    const value = VALUES[text.charCodeAt(at)] ?? NO_DIGIT;
    if (value === NO_DIGIT) return null;
    bits = ((bits << 6) | value) & 0xfff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[end++] = bits >>> held;
  }
  // Bits beyond the last byte are zero in the canonical form.
  return (bits & ((1 << held) - 1)) === 0 ? bytes : null;
}
