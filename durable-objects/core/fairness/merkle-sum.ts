import { sha256 } from '@noble/hashes/sha2.js';
import type { AccountId, EventId } from '../ids.ts';
import type { Refused, Result } from '../result.ts';
import { concat, fromBase64Url, toBase64Url, utf8 } from './bytes.ts';

/**
 * A Merkle tree whose nodes also say how many fans are below them, so that a path proves not only
 * that a fan is in the tree but how many are before them. Both counts go into a node's hash, each
 * for itself: hashing only their sum would let a prover cheat (Chalkias, Chatzigiannis and Ji, "Broken
 * Proofs of Solvency", 2022). What a fan's hash is made of begins with a letter and a node's with the
 * byte 1, so neither can pass for the other. The last node of an odd level goes up unchanged.
 */
export interface SumNode {
  /** 32 bytes, base64url. */
  hash: string;
  /** Fans below the node, 1 to `MAX_FANS`. */
  count: number;
}

/** A tree over one batch, or over the roots of several. */
export interface SumTree {
  readonly root: SumNode;
  /**
   * The steps from leaf `index` to the root, `STEP_CHARS` characters each. Paths of trees that stand
   * on each other are joined as strings: own batch first, then the parent's.
   */
  path(index: number): string;
}

/** Most fans below one node: the count's top bit in a path says the sibling's side. */
export const MAX_FANS = 0x7fff_ffff;
/** A path's step: the side and count of the sibling (4 bytes), its hash (32), as base64url. */
export const STEP_CHARS = 48;
/** More steps than a tree of trees over `MAX_FANS` needs. */
const STEPS_MAX = 64;
/** Ids of accounts are UUIDs, 36 characters. */
const ACCOUNT_BYTES_MAX = 64;
const HASH_BYTES = 32;
const STEP_BYTES = 36;
const SIBLING_LEFT = 0x8000_0000;

/** One level of a tree: the nodes' hashes one after the other, and their counts. */
interface Level {
  hashes: Uint8Array;
  counts: Uint32Array;
}

/**
 * What the tree knows a fan by: SHA-256 of "onsale/fan/v1", the event and the account, a zero byte
 * between them. Ids of accounts are random, so that it tells nobody who it is.
 */
export function fanHash(eventId: EventId, accountId: AccountId): string {
  return toBase64Url(sha256(utf8(`onsale/fan/v1\0${eventId}\0${accountId}`)));
}

/** The tree over the fans of one batch, in the order of their places. An empty batch is a bug. */
export function batchTree(eventId: EventId, accounts: readonly AccountId[]): SumTree {
  const level = emptyLevel(accounts.length);
  level.counts.fill(1);
  const prefix = utf8(`onsale/fan/v1\0${eventId}\0`);
  const bytes = concat(prefix, new Uint8Array(ACCOUNT_BYTES_MAX));
  const encoder = new TextEncoder();
  accounts.forEach((accountId, index) => {
    const { read, written } = encoder.encodeInto(accountId, bytes.subarray(prefix.length));
    if (read < accountId.length) throw new RangeError('not an account id');
    hashInto(bytes.subarray(0, prefix.length + written), hashAt(level, index));
  });
  return treeOver(level);
}

/**
 * The tree over the roots of several batches, in the order in which their ranges are dealt. An empty
 * list is a bug, and so is a malformed root.
 */
export function combine(roots: readonly SumNode[]): SumTree {
  const level = emptyLevel(roots.length);
  roots.forEach((root, index) => {
    const hash = fromBase64Url(root.hash, HASH_BYTES);
    if (hash === null || !isCount(root.count)) throw new RangeError(`not a root: ${index}`);
    level.hashes.set(hash, index * HASH_BYTES);
    level.counts[index] = root.count;
  });
  return treeOver(level);
}

/**
 * Walks a path up from a leaf. `offset` is the number of fans before the leaf's first one: the sum of
 * the siblings on its left. The caller compares the root with the one that was granted, count included.
 */
export function follow(
  leaf: SumNode,
  path: string,
): Result<{ root: SumNode; offset: number }, Refused<'bad_path'>> {
  const whole = path.length % STEP_CHARS === 0 && path.length <= STEPS_MAX * STEP_CHARS;
  const steps = whole ? fromBase64Url(path) : null;
  const start = fromBase64Url(leaf.hash, HASH_BYTES);
  if (steps === null || start === null || !isCount(leaf.count))
    return { ok: false, code: 'bad_path' };
  const view = new DataView(steps.buffer);
  let node = { hash: start, count: leaf.count };
  let offset = 0;
  for (let at = 0; at < steps.length; at += STEP_BYTES) {
    const word = view.getUint32(at);
    const sibling = { hash: steps.subarray(at + 4, at + STEP_BYTES), count: word & MAX_FANS };
    const count = node.count + sibling.count;
    if (sibling.count === 0 || count > MAX_FANS) return { ok: false, code: 'bad_path' };
    const onLeft = word >= SIBLING_LEFT;
    if (onLeft) offset += sibling.count;
    const [left, right] = onLeft ? [sibling, node] : [node, sibling];
    const hash = hashPair(
      left.hash,
      left.count,
      right.hash,
      right.count,
      new Uint8Array(HASH_BYTES),
    );
    node = { hash, count };
  }
  return { ok: true, root: { hash: toBase64Url(node.hash), count: node.count }, offset };
}

function isCount(count: number): boolean {
  return Number.isInteger(count) && count >= 1 && count <= MAX_FANS;
}

function emptyLevel(length: number): Level {
  if (length === 0) throw new RangeError('a tree over nothing');
  return { hashes: new Uint8Array(length * HASH_BYTES), counts: new Uint32Array(length) };
}

function hashAt(level: Level, index: number): Uint8Array {
  return level.hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
}

function countAt(level: Level, index: number): number {
  return level.counts[index] ?? 0;
}

function treeOver(leaves: Level): SumTree {
  const levels = [leaves];
  let top = leaves;
  while (top.counts.length > 1) {
    top = levelOver(top);
    levels.push(top);
  }
  const root = { hash: toBase64Url(top.hashes), count: countAt(top, 0) };
  const steps = levels.map((): string[] => []);
  return { root, path: (index) => pathIn(levels, steps, index) };
}

function levelOver(below: Level): Level {
  const length = below.counts.length;
  const level = emptyLevel(Math.ceil(length / 2));
  for (let parent = 0; parent * 2 < length; parent++) {
    const left = parent * 2;
    const [leftCount, rightCount] = [countAt(below, left), countAt(below, left + 1)];
    if (leftCount + rightCount > MAX_FANS) throw new RangeError('too many fans for a tree');
    level.counts[parent] = leftCount + rightCount;
    const out = hashAt(level, parent);
    if (rightCount === 0) out.set(hashAt(below, left));
    else hashPair(hashAt(below, left), leftCount, hashAt(below, left + 1), rightCount, out);
  }
  return level;
}

/** `steps` keeps each node's step once it was written: a step is 36 bytes, so its text stands for itself. */
function pathIn(levels: readonly Level[], steps: readonly string[][], index: number): string {
  const leaves = levels[0]?.counts.length ?? 0;
  if (!Number.isInteger(index) || index < 0 || index >= leaves)
    throw new RangeError('no such leaf');
  let path = '';
  levels.forEach((level, height) => {
    const sibling = (index >>> height) ^ 1;
    if (countAt(level, sibling) === 0) return;
    const written = steps[height] ?? [];
    path += written[sibling] ??= stepTo(level, sibling);
  });
  return path;
}

const step = new Uint8Array(STEP_BYTES);
const stepView = new DataView(step.buffer);

function stepTo(level: Level, sibling: number): string {
  const side = sibling & 1 ? 0 : SIBLING_LEFT;
  stepView.setUint32(0, side + countAt(level, sibling));
  step.set(hashAt(level, sibling), 4);
  return toBase64Url(step);
}

const fresh = sha256.create();
const hasher = sha256.create();
const message = new Uint8Array(1 + 2 * STEP_BYTES);
const messageView = new DataView(message.buffer);

/** SHA-256 of 1, left hash, left count, right hash, right count; counts are 4 bytes, big end first. */
function hashPair(
  left: Uint8Array,
  leftCount: number,
  right: Uint8Array,
  rightCount: number,
  out: Uint8Array,
): Uint8Array {
  message[0] = 1;
  message.set(left, 1);
  messageView.setUint32(1 + HASH_BYTES, leftCount);
  message.set(right, 1 + STEP_BYTES);
  messageView.setUint32(1 + STEP_BYTES + HASH_BYTES, rightCount);
  return hashInto(message, out);
}

/** SHA-256 with one hasher and no other garbage: trees are built while fans wait for their place. */
function hashInto(bytes: Uint8Array, out: Uint8Array): Uint8Array {
  fresh._cloneInto(hasher);
  hasher.update(bytes);
  hasher.digestInto(out);
  return out;
}
