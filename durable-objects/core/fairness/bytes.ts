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

/** An integer 0 ≤ `value` ≤ 2^53 − 1 as 8 bytes, big end first. */
export function u64be(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a u64: ${value}`);
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(value / 0x1_0000_0000));
  view.setUint32(4, value % 0x1_0000_0000);
  return bytes;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const NO_DIGIT = 255;
/** The value of each ASCII character as a digit. */
const VALUES = new Uint8Array(128).fill(NO_DIGIT);
for (let value = 0; value < 64; value++) VALUES[DIGITS.charCodeAt(value)] = value;
/** Twelve bits as two digits: half the steps, for receipts are written while fans wait. */
const PAIRS = Array.from(
  { length: 4_096 },
  (_, value) => DIGITS.charAt(value >>> 6) + DIGITS.charAt(value & 63),
);

/** Base64url without padding (RFC 4648, section 5). By hand, because no one function of workerd, Node and every browser does it. */
export function toBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const word = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += PAIRS[word >>> 12];
    text += PAIRS[word & 4_095];
  }
  return text.slice(0, Math.ceil((bytes.length * 4) / 3));
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
