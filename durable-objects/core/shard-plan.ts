import { mixedHash } from './hash.ts';
import { EVENT_ID } from './ids.ts';
import type { AccountId, EventId } from './ids.ts';

/**
 * The waiting room's tree. Leaves are numbered from 0 and split as in linear hashing (Litwin, 1980):
 * whatever the number of leaves, a fan's leaf is computed from the account's hash alone, and a leaf that
 * is added takes over a part of exactly one older leaf, its ancestor.
 */
export interface ShardPlan {
  leaves: number;
  relays: number;
}

/**
 * Fans a leaf is planned for: sockets on one object are planned at 8,000 (platform.md, "Hard limits"). A
 * broadcast to as many takes about 100 ms.
 */
export const FANS_PER_LEAF = 8_000;
/** Leaves right under EventSale: 256,000 fans need no relay. */
export const DIRECT_LEAVES = 32;
/**
 * Leaves under one relay. One that publishes and grants once a second to 64 children makes and takes 128
 * calls, well below the 500 to 750 an object takes (developers.cloudflare.com/durable-objects/best-practices).
 */
export const LEAVES_PER_RELAY = 64;

/**
 * The tree for so many fans at once. A power of two, so that all leaves have the same share; 13 million
 * make 2,048 leaves of 6,350 fans, 32 of them right under EventSale and the others under 32 relays.
 */
export function planFor(fans: number): ShardPlan {
  const leaves = 2 ** Math.ceil(Math.log2(Math.max(1, fans / FANS_PER_LEAF)));
  return { leaves, relays: relaysOf(leaves) };
}

/** Relays over so many leaves. */
export function relaysOf(leaves: number): number {
  return leaves <= DIRECT_LEAVES ? 0 : Math.ceil(leaves / LEAVES_PER_RELAY);
}

/**
 * In a tree with relays: least time between two requests of one node for places, ms. What comes meanwhile
 * goes together, which keeps EventSale with its 64 nodes far below what an object takes, and a leaf's rows
 * few: two for each batch are a quarter of what a sale costs. A place comes up to both of these later. A
 * sale without relays needs none for its size.
 */
const ASK_GAP_MS = { leaf: 1_000, relay: 750 } as const;
/** The same between two reports of who left: with the ticks' time nobody's people ahead are older than 3 s. */
const REPORT_GAP_MS = 500;

/** Least time between two requests for places to the parent, ms, in a tree of so many leaves. */
export function askGapMs(leaves: number, node: RoomNode['kind']): number {
  return relaysOf(leaves) === 0 ? 0 : ASK_GAP_MS[node];
}

/** Least time between two reports of departures to the parent, ms, in a tree of so many leaves. */
export function reportGapMs(leaves: number): number {
  return relaysOf(leaves) === 0 ? 0 : REPORT_GAP_MS;
}

/** Name of a leaf object. */
export function leafName(eventId: EventId, index: number): string {
  return `${eventId}/leaf/${index}`;
}

/** Name of a relay object. */
export function relayName(eventId: EventId, index: number): string {
  return `${eventId}/relay/${index}`;
}

/** An object of the waiting room. */
export interface RoomNode {
  eventId: EventId;
  kind: 'leaf' | 'relay';
  index: number;
}

/** What an object's name says, or null for anything that is no waiting room's name. */
export function nodeOf(name: string): RoomNode | null {
  const [eventId = '', kind, digits = '', ...rest] = name.split('/');
  if (!EVENT_ID.test(eventId) || (kind !== 'leaf' && kind !== 'relay')) return null;
  if (!/^(0|[1-9]\d{0,8})$/.test(digits) || rest.length > 0) return null;
  return { eventId: eventId as EventId, kind, index: Number(digits) };
}

/**
 * Name of the relay that a node asks, or null when it asks EventSale itself. It follows from the node's
 * number and never changes, however much the tree grows: a batch is asked for again where it was asked for.
 */
export function parentOf({ eventId, kind, index }: RoomNode): string | null {
  if (kind === 'relay' || index < DIRECT_LEAVES) return null;
  return relayName(eventId, Math.floor(index / LEAVES_PER_RELAY));
}

/** The leaf a fan belongs to when there are so many; nothing to look up. */
export function leafOf(accountId: AccountId, leaves: number): number {
  const hash = mixedHash(accountId);
  const half = 2 ** Math.floor(Math.log2(leaves));
  const whole = hash % (half * 2);
  return whole < leaves ? whole : hash % half;
}

/** The leaf that a leaf splits off when the tree grows to it; null for the first. */
export function ancestorOf(leaf: number): number | null {
  return leaf === 0 ? null : leaf - topBit(leaf);
}

/** Whether the account is the leaf's or of one that splits off it. */
export function isBelow(accountId: AccountId, leaf: number): boolean {
  return leaf === 0 || mixedHash(accountId) % (topBit(leaf) * 2) === leaf;
}

/** The leaf that takes over an account of `leaf` when the tree grows to it; null when none ever does. */
export function nextHome(accountId: AccountId, leaf: number): number | null {
  const hash = mixedHash(accountId);
  for (let bit = leaf === 0 ? 1 : topBit(leaf) * 2; bit <= hash; bit *= 2) {
    if (Math.floor(hash / bit) % 2 === 1) return leaf + bit;
  }
  return null;
}

/** What a leaf knows of the tree's growth. */
export interface Territory {
  leaf: number;
  /** Leaves at the start of the sale: their accounts are theirs with nothing to take over. */
  leavesAtStart: number;
  /** Leaves that have taken over their accounts from this one. */
  handedOver: ReadonlySet<number>;
}

/** The leaf to ask instead about an account that is not, or no longer, this one's; null when it is. */
export function redirect(accountId: AccountId, territory: Territory): number | null {
  const { leaf, leavesAtStart, handedOver } = territory;
  const first = leafOf(accountId, leavesAtStart);
  const onTheWay = leaf === first || (leaf >= leavesAtStart && isBelow(accountId, leaf));
  if (!onTheWay) return first;
  const next = nextHome(accountId, leaf);
  return next !== null && handedOver.has(next) ? next : null;
}

function topBit(leaf: number): number {
  return 2 ** Math.floor(Math.log2(leaf));
}
