import { ed25519 } from '@noble/curves/ed25519.js';
import { EVENT_ID } from '../ids.ts';
import type { AccountId, EventId } from '../ids.ts';
import type { Refused, Result } from '../result.ts';
import { fromBase64Url, utf8 } from './bytes.ts';
import { isChainLink } from './grant-chain.ts';
import type { ChainLink } from './grant-chain.ts';
import { fanHash, follow } from './merkle-sum.ts';

/**
 * What a fan keeps: the operator's signature on the grant of a whole batch and on the chain's head
 * after it, and the path that proves which of the batch's places is the fan's. Written as
 * `TOKEN~PATH`, where TOKEN is the grant's `receipt` token, a compact JWS that any JOSE library
 * verifies with the published key `receipt-1`.
 */
export interface Receipt {
  eventId: EventId;
  link: ChainLink;
  /** The chain's head right after the link. */
  head: string;
  /** Steps from the fan to the link's root. */
  path: string;
  /** The token's header and payload as they were signed. */
  signed: string;
  signature: Uint8Array;
}

/** What a receipt proves for one account. */
export interface ProvenPlace {
  eventId: EventId;
  place: number;
  /** When the place was granted, epoch ms. */
  joinedAt: number;
  link: ChainLink;
}

/** Longest text that is looked at: five times that of a fan under two levels of relays. */
export const RECEIPT_CHARS_MAX = 8_000;

/** The receipt of one fan: the token of their batch's grant and their path to its root. */
export function encodeReceipt(token: string, path: string): string {
  return `${token}~${path}`;
}

/** Reads a receipt; white space around it, as copying leaves it, is taken off. Nothing is verified yet. */
export function parseReceipt(text: string): Result<{ receipt: Receipt }, Refused<'malformed'>> {
  const refused = { ok: false, code: 'malformed' } as const;
  if (text.length > RECEIPT_CHARS_MAX) return refused;
  const match = /^(([\w-]+)\.([\w-]+))\.([\w-]{86})~([\w-]*)$/.exec(text.trim());
  if (match === null) return refused;
  const [, signed = '', headerText = '', payloadText = '', signatureText = '', path = ''] = match;
  const header = jsonOf(headerText);
  const payload = jsonOf(payloadText);
  const signature = fromBase64Url(signatureText, 64);
  if (header?.['alg'] !== 'EdDSA' || header['kid'] !== 'receipt-1' || signature === null)
    return refused;
  if (payload?.['iss'] !== 'onsale' || payload['aud'] !== 'onsale:receipt') return refused;
  const { evt, link, head } = payload;
  if (typeof evt !== 'string' || !EVENT_ID.test(evt) || !isChainLink(link)) return refused;
  if (typeof head !== 'string' || fromBase64Url(head, 32) === null) return refused;
  const eventId = evt as EventId;
  return { ok: true, receipt: { eventId, link, head, path, signed, signature } };
}

function jsonOf(text: string): Partial<Record<string, unknown>> | null {
  const bytes = fromBase64Url(text);
  if (bytes === null) return null;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

/**
 * Whether the operator signed it and the account is in it. `publicKey` is the `x` of `receipt-1` in
 * the published JWK set. `not_proven`: another account's receipt, or an altered path.
 */
export function verifyReceipt(
  receipt: Receipt,
  accountId: AccountId,
  publicKey: string,
): Result<ProvenPlace, Refused<'bad_signature' | 'not_proven'>> {
  return isSigned(receipt, publicKey)
    ? provenPlace(receipt, accountId)
    : { ok: false, code: 'bad_signature' };
}

/** By RFC 8032 to the letter, so that nobody who verifies can disagree (`zip215: false`). */
function isSigned(receipt: Receipt, publicKey: string): boolean {
  const key = fromBase64Url(publicKey, 32);
  if (key === null) return false;
  return ed25519.verify(receipt.signature, utf8(receipt.signed), key, { zip215: false });
}

/** The account's place by the receipt's path alone, whoever signed it. */
export function provenPlace(
  receipt: Receipt,
  accountId: AccountId,
): Result<ProvenPlace, Refused<'not_proven'>> {
  const { eventId, link, path } = receipt;
  const reached = follow({ hash: fanHash(eventId, accountId), count: 1 }, path);
  if (!reached.ok || reached.root.hash !== link.root || reached.root.count !== link.count)
    return { ok: false, code: 'not_proven' };
  return { ok: true, eventId, place: link.first + reached.offset, joinedAt: link.at, link };
}
