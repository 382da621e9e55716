import type { FairnessRecord } from '../core/fairness/fairness-record.ts';
import type { Refused, Result } from '../core/result.ts';

/** One page of the record as EventSale knows it: the key that signed the receipts is the Worker's to add. */
export type RecordPage = Omit<FairnessRecord, 'receiptKey'>;

/** EventSale, the public record of its queue. */
export interface SaleRecordRpc {
  /** The record with the links from number `from` on, at most `LIMITS.recordLinks` of them. */
  fairness(request: {
    from: number;
  }): Promise<Result<{ page: RecordPage }, Refused<'event_not_found'>>>;
}
