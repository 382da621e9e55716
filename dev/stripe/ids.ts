import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A random string of base-62 digits, as in Stripe's ids. */
export function randomText(length: number): string {
  let text = '';
  for (const byte of randomBytes(length)) text += ALPHABET[byte % ALPHABET.length];
  return text;
}

/** A new id in Stripe's form: the object's prefix (`pi`, `ch`, `re`, `pm`, `evt`, `req`) and 24 base-62 digits. */
export function newId(prefix: string): string {
  return `${prefix}_${randomText(24)}`;
}
