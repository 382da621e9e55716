import { sha256 } from '@noble/hashes/sha2.js';
import { hexToBytes } from '@noble/hashes/utils.js';
import type { EventId } from '../ids.ts';
import type { Refused, Result } from '../result.ts';
import { concat, fromBase64Url, putU64be, toBase64Url, U64_BYTES, u64be, utf8 } from './bytes.ts';
import { MAX_FANS } from './merkle-sum.ts';

/** What the operator is bound to before the first place is given out. */
export interface Terms {
  eventId: EventId;
  /** Opening, epoch ms: places granted before it are the lobby's. */
  opensAt: number;
  /** Null: the lobby too is first come, first served. */
  draw: {
    /** SHA-256 of the operator's secret, 32 bytes, base64url. */
    commitment: string;
    /** The drand chain, 32 bytes, hex as drand writes it. */
    chainHash: string;
    /** The round whose randomness goes into the seed. */
    round: number;
  } | null;
}

/** A range of places and whom it went to. */
export interface Grant {
  /** When it was made, epoch ms. */
  at: number;
  /** Name of the object that asked: 1 to 255 printable ASCII characters, no space. */
  child: string;
  /** The child's number for the batch; a child gets one range for it. */
  batch: number;
  /** Places `first` ≤ p < `first + count`. */
  first: number;
  count: number;
  /** Root hash of the sum tree over the range's fans, 32 bytes, base64url. Its count is `count`. */
  root: string;
}

/** A grant in the chain; `seq` counts from 0. */
export interface ChainLink extends Grant {
  seq: number;
}

/** Where a chain stands: all that is needed to go on with it. */
export interface ChainState {
  /** Links so far. */
  length: number;
  /** Places given out so far: the next link's `first`. */
  tail: number;
  /** Time of the last link, epoch ms; 0 before the first. */
  at: number;
  /** Hash of everything so far, 32 bytes, base64url. */
  head: string;
}

/** What can be wrong with a link: not of the form; its number, its range or its time does not follow on; its child had that batch before. */
export type ChainFault =
  | 'malformed'
  | 'out_of_sequence'
  | 'gap'
  | 'overlap'
  | 'earlier_time'
  | 'batch_twice';

const HASH_BYTES = 32;
const CHAIN_TAG = utf8('onsale/chain/v1');

/** The chain before its first link: its head binds the terms. Malformed terms are a bug. */
export function genesis(terms: Terms): ChainState {
  const draw = terms.draw === null ? [] : [drawBytes(terms.draw)];
  const tag = utf8(`onsale/genesis/v1\0${terms.eventId}\0`);
  const head = toBase64Url(sha256(concat(tag, u64be(terms.opensAt), ...draw)));
  return { length: 0, tail: 0, at: 0, head };
}

function drawBytes(draw: NonNullable<Terms['draw']>): Uint8Array {
  const commitment = fromBase64Url(draw.commitment, HASH_BYTES);
  if (commitment === null || !/^[0-9a-f]{64}$/.test(draw.chainHash))
    throw new RangeError('malformed terms');
  return concat(commitment, hexToBytes(draw.chainHash), u64be(draw.round));
}

/**
 * The chain with one more grant. The range follows on from the last one, and so does the time: a clock
 * that stepped back gives the last link's time again. A malformed grant is a bug.
 */
export function appendLink(
  chain: ChainState,
  grant: Omit<Grant, 'first'>,
): { chain: ChainState; link: ChainLink } {
  const at = Math.max(grant.at, chain.at);
  const link = { ...grant, at, seq: chain.length, first: chain.tail };
  const next = follows(chain, link);
  if (!next.ok) throw new RangeError(`link ${link.seq}: ${next.code}`);
  return { chain: next.chain, link };
}

/**
 * Verifies links that go on from `chain`, which is the genesis or where an earlier page ended, and
 * stops at the first fault. A link that was altered but still fits shows in `chain.head`: compare it
 * with the published head.
 */
export function verifyChain(
  chain: ChainState,
  links: Iterable<ChainLink>,
): Result<{ chain: ChainState }, { code: ChainFault; seq: number }> {
  const batches = new Set<string>();
  let state = chain;
  for (const link of links) {
    const seq = state.length;
    const next = follows(state, link);
    if (!next.ok) return { ok: false, code: next.code, seq };
    const batch = `${link.batch} ${link.child}`;
    if (batches.has(batch)) return { ok: false, code: 'batch_twice', seq };
    batches.add(batch);
    state = next.chain;
  }
  return { ok: true, chain: state };
}

/** Whether something that came from outside is a link: its form, not its place in a chain. */
export function isChainLink(value: unknown): value is ChainLink {
  if (typeof value !== 'object' || value === null) return false;
  const { seq, at, child, batch, first, count, root } = value as Partial<Record<string, unknown>>;
  const numbers = [seq, at, batch, first, count];
  if (!numbers.every((number) => typeof number === 'number')) return false;
  if (typeof child !== 'string' || typeof root !== 'string') return false;
  return linkBytes(value as ChainLink) !== null;
}

/** The chain one link further, or why the link does not follow. */
function follows(
  chain: ChainState,
  link: ChainLink,
): Result<{ chain: ChainState }, Refused<ChainFault>> {
  const bytes = linkBytes(link);
  if (bytes === null) return { ok: false, code: 'malformed' };
  if (link.seq !== chain.length) return { ok: false, code: 'out_of_sequence' };
  if (link.first > chain.tail) return { ok: false, code: 'gap' };
  if (link.first < chain.tail) return { ok: false, code: 'overlap' };
  if (link.at < chain.at) return { ok: false, code: 'earlier_time' };
  const head = headAfter(chain.head, bytes);
  const tail = link.first + link.count;
  return { ok: true, chain: { length: chain.length + 1, tail, at: link.at, head } };
}

function headAfter(head: string, link: Uint8Array): string {
  const before = fromBase64Url(head, HASH_BYTES);
  if (before === null) throw new RangeError('malformed head');
  return toBase64Url(sha256(concat(CHAIN_TAG, before, link)));
}

/**
 * The one encoding of a link: seq, at, batch, first, count (8 bytes each, big end first), the length of
 * the child's name (1 byte), the name, the root (32 bytes). Null for anything that is no link.
 */
function linkBytes(link: ChainLink): Uint8Array | null {
  const numbers = [link.seq, link.at, link.batch, link.first, link.count];
  const natural = numbers.every((number) => Number.isSafeInteger(number) && number >= 0);
  if (!natural || link.count === 0 || link.first + link.count > MAX_FANS) return null;
  const root = fromBase64Url(link.root, HASH_BYTES);
  if (root === null || !/^[!-~]{1,255}$/.test(link.child)) return null;
  const { length } = link.child;
  const bytes = new Uint8Array(numbers.length * U64_BYTES + 1 + length + HASH_BYTES);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const number of numbers) {
    putU64be(view, at, number);
    at += U64_BYTES;
  }
  bytes[at++] = length;
  for (let i = 0; i < length; i++) bytes[at++] = link.child.charCodeAt(i);
  bytes.set(root, at);
  return bytes;
}
