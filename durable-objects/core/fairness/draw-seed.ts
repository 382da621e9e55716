import { sha256 } from '@noble/hashes/sha2.js';
import { hexToBytes } from '@noble/hashes/utils.js';
import { concat, fromBase64Url, toBase64Url, u64be, utf8 } from './bytes.ts';

/** What a draw's seed is made of. No party chooses more than one of them. */
export interface SeedParts {
  /** The operator's secret, 32 bytes, base64url; only its hash was published before. */
  secret: string;
  /** The chain's head when the lobby was sealed, 32 bytes, base64url: it binds every fan and range. */
  lobbyRoot: string;
  /** Places in the lobby. */
  lobbyCount: number;
  /** The public round's randomness, 32 bytes, hex. */
  randomness: string;
}

/** What is published with the event: SHA-256 of the secret (32 bytes, base64url), as base64url. */
export function commitment(secret: string): string {
  return toBase64Url(sha256(bytes32(secret)));
}

/** SHA-256 of "onsale/draw/v1", secret, lobby root, lobby count (8 bytes, big end first), randomness; base64url. Malformed parts are a bug. */
export function seedOf(parts: SeedParts): string {
  const randomness = hexToBytes(parts.randomness);
  if (randomness.length !== 32) throw new RangeError('not 32 bytes');
  const seed = concat(
    utf8('onsale/draw/v1'),
    bytes32(parts.secret),
    bytes32(parts.lobbyRoot),
    u64be(parts.lobbyCount),
    randomness,
  );
  return toBase64Url(sha256(seed));
}

function bytes32(text: string): Uint8Array {
  const bytes = fromBase64Url(text, 32);
  if (bytes === null) throw new RangeError('not 32 bytes');
  return bytes;
}
