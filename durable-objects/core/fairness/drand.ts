import { bls12_381 } from '@noble/curves/bls12-381.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import type { Refused, Result } from '../result.ts';
import { u64be } from './bytes.ts';

/** A drand network of the scheme `bls-unchained-g1-rfc9380`. Hex as drand writes it. */
export interface DrandChain {
  chainHash: string;
  /** On G2, 96 bytes. */
  publicKey: string;
  /** Unix time of round 1, seconds. */
  genesisSeconds: number;
  periodSeconds: number;
}

/** One round as a drand node answers it. `signature` is 48 bytes on G1, hex. */
export interface Beacon {
  round: number;
  signature: string;
}

/**
 * The League of Entropy's network for everyday use, one round each 3 s since August 2023:
 * https://api.drand.sh/52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971/info
 */
export const QUICKNET: DrandChain = {
  chainHash: '52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971',
  publicKey:
    '83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a',
  genesisSeconds: 1_692_803_367,
  periodSeconds: 3,
};

/**
 * Time between opening and the round of the draw, ms: enough to seal the lobby and publish its head, after
 * a restart too, before anybody can know the randomness. Nobody can then say that the lobby was changed
 * to suit it.
 */
export const SEAL_MARGIN_MS = 10_000;

/** Domain separation tag of the scheme: RFC 9380 as it should be, for signatures on G1. */
const DST = 'BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_';
const { shortSignatures: bls } = bls12_381;

/** When a round is made, epoch ms. Rounds count from 1. */
export function roundTime(round: number, chain: DrandChain): number {
  return (chain.genesisSeconds + (round - 1) * chain.periodSeconds) * 1_000;
}

/** The round of an event's draw, named when the event is published: the first `SEAL_MARGIN_MS` or more after opening. */
export function roundFor(opensAt: number, chain: DrandChain): number {
  const sinceGenesis = opensAt + SEAL_MARGIN_MS - chain.genesisSeconds * 1_000;
  return Math.max(0, Math.ceil(sinceGenesis / (chain.periodSeconds * 1_000))) + 1;
}

/**
 * Verifies that the network signed the round: a BLS signature over SHA-256 of the round's number (8 bytes,
 * big end first). The randomness, hex as drand gives it, is SHA-256 of the signature. `malformed`: not
 * the 48 bytes of a point; `not_signed`: another round's, another network's or nobody's signature.
 */
export function verifyBeacon(
  beacon: Beacon,
  chain: DrandChain,
): Result<{ randomness: string }, Refused<'malformed' | 'not_signed'>> {
  const { round } = beacon;
  if (!Number.isSafeInteger(round) || round < 1 || !/^[0-9a-f]{96}$/.test(beacon.signature))
    return { ok: false, code: 'malformed' };
  const bytes = hexToBytes(beacon.signature);
  const signature = pointOf(bytes);
  if (signature === null) return { ok: false, code: 'malformed' };
  const message = bls.hash(sha256(u64be(round)), DST);
  const signed = bls.verify(signature, message, hexToBytes(chain.publicKey));
  return signed
    ? { ok: true, randomness: bytesToHex(sha256(bytes)) }
    : { ok: false, code: 'not_signed' };
}

/** The point of the signatures' group (noble checks curve and subgroup), or null; the point at infinity signs nothing. */
function pointOf(bytes: Uint8Array): ReturnType<typeof bls.Signature.fromBytes> | null {
  try {
    const point = bls.Signature.fromBytes(bytes);
    return point.is0() ? null : point;
  } catch {
    return null;
  }
}
