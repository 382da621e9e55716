import type { AccountId } from '../ids.ts';
import type { Refused, Result } from '../result.ts';
import { recomputedSeed } from './audit.ts';
import { drawOf } from './draw.ts';
import { termsOf } from './fairness-record.ts';
import type { FairnessRecord } from './fairness-record.ts';
import { genesis, verifyChain } from './grant-chain.ts';
import type { ChainLink, ChainState } from './grant-chain.ts';
import { parseReceipt, verifyReceipt } from './receipt.ts';
import type { ProvenPlace, Receipt } from './receipt.ts';

/**
 * Why a receipt does not give a place in a record: no receipt; another event's; not signed by the record's
 * key; another account's, or an altered path; newer than the record; or not in the record's chain. With a
 * good signature the last one is the operator's fault: receipt and record contradict each other. So is the
 * one before, if a record taken later still ends before the receipt.
 */
export type PlaceFault =
  | 'malformed'
  | 'other_event'
  | 'bad_signature'
  | 'not_proven'
  | 'not_yet_published'
  | 'not_in_the_chain';

/**
 * Recomputes one fan's place and order from a whole record and the fan's receipt. `order` is null for a
 * place of a lobby that has not been drawn yet, or whose draw does not verify: see `auditRecord`.
 */
export function checkPlace(
  record: FairnessRecord,
  receiptText: string,
  accountId: AccountId,
): Result<ProvenPlace & { order: number | null }, Refused<PlaceFault>> {
  const parsed = parseReceipt(receiptText);
  if (!parsed.ok) return parsed;
  const { receipt } = parsed;
  if (receipt.eventId !== record.eventId) return { ok: false, code: 'other_event' };
  const proven = verifyReceipt(receipt, accountId, record.receiptKey);
  if (!proven.ok) return proven;
  if (receipt.link.seq >= record.length) return { ok: false, code: 'not_yet_published' };
  if (!isInChain(record, receipt)) return { ok: false, code: 'not_in_the_chain' };
  return { ...proven, order: orderIn(record, proven.place, proven.joinedAt) };
}

/** Whether receipt and record lead to the same head from the same links before. */
function isInChain(record: FairnessRecord, receipt: Receipt): boolean {
  const { seq } = receipt.link;
  const published = record.links[seq];
  const before = verifyChain(genesis(termsOf(record)), record.links.slice(0, seq));
  if (!before.ok || published === undefined) return false;
  const heads = [receipt.link, published].map((link) => headAfter(before.chain, link));
  return heads.every((head) => head === receipt.head);
}

function headAfter(chain: ChainState, link: ChainLink): string | null {
  const outcome = verifyChain(chain, [link]);
  return outcome.ok ? outcome.chain.head : null;
}

function orderIn(record: FairnessRecord, place: number, joinedAt: number): number | null {
  if (record.policy === 'fifo' || joinedAt >= record.opensAt) return place;
  const seed = recomputedSeed(record);
  if (seed === null || record.seal === null) return null;
  return drawOf(seed, record.seal.lobbyCount).orderOf(place);
}
