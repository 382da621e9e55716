import type { Finding } from '../../../durable-objects/core/fairness/audit.ts';
import type { FairnessRecord } from '../../../durable-objects/core/fairness/fairness-record.ts';
import type { PlaceFault } from '../../../durable-objects/core/fairness/check-place.ts';
import type { AccountId } from '../../../durable-objects/core/ids.ts';
import {
  auditRecord,
  checkPlace,
  isRecorded,
} from '../../../durable-objects/protocol/fairness-browser.ts';

/** A sale's record, recomputed. */
export interface SaleReport {
  record: FairnessRecord;
  findings: readonly Finding[];
  /** Everybody knew the randomness beforehand: good for showing how it works, and for nothing else. */
  rehearsal: boolean;
}

/** A fan's place, recomputed from their receipt and the record. Places and orders count from 0. */
export type PlaceReport =
  | { ok: false; code: PlaceFault }
  | {
      ok: true;
      place: number;
      /** When the place was granted, epoch ms. */
      joinedAt: number;
      /** Number of the grant in the published chain, from 0, and the places it gave out. */
      link: number;
      batchFirst: number;
      batchCount: number;
      inLobby: boolean;
      /** Turn, which is also how many could be ahead; null before the lobby is drawn, or when its draw does not verify. */
      order: number | null;
      /** Of those ahead at least so many have given up. */
      gaveUp: number;
    };

/** Recomputes all that the record claims. Takes a second for 100,000 grants. */
export function reportSale(record: FairnessRecord): SaleReport {
  const rehearsal = record.drand !== null && isRecorded(record.drand.round);
  return { record, findings: auditRecord(record, { rehearsal }), rehearsal };
}

/** Recomputes one place. */
export function reportPlace(
  record: FairnessRecord,
  receipt: string,
  account: AccountId,
): PlaceReport {
  const checked = checkPlace(record, receipt, account);
  if (!checked.ok) return checked;
  const { place, joinedAt, link, order } = checked;
  return {
    ok: true,
    place,
    joinedAt,
    link: link.seq,
    batchFirst: link.first,
    batchCount: link.count,
    inLobby: joinedAt < record.opensAt,
    order,
    gaveUp: order === null ? 0 : leftBefore(record, order),
  };
}

/** Of a gap that reaches over the order, as many as do not fit behind it left before it. */
function leftBefore({ gaps }: FairnessRecord, order: number): number {
  return gaps.reduce(
    (sum, [first, end, left]) =>
      first >= order ? sum : sum + Math.max(0, left - Math.max(0, end - order)),
    0,
  );
}
