import { auditRecord, type Finding } from '../../durable-objects/core/fairness/audit.ts';
import { joinPages } from '../../durable-objects/core/fairness/fairness-record.ts';
import type { FairnessRecord } from '../../durable-objects/core/fairness/fairness-record.ts';
import { placeOf } from '../../durable-objects/core/place-order.ts';
import type { World } from './world.ts';

/** A drawn lobby as its published record shows it. */
export interface DrawAudit {
  /** People in the lobby. */
  people: number;
  /** What an audit of the record finds, as `npm run verify-draw` does it. */
  findings: readonly Finding[];
  /** Of the first tenth in the drawn order, the share who had come in the first half of the lobby: a half, if nobody was preferred. */
  earlyShare: number;
}

/** Signs nothing here, and is in the record: receipts are tested elsewhere. */
const NO_KEY = 'A'.repeat(43);

/** The whole record, page by page as anybody asks for it, audited; null where nothing was drawn. */
export function auditOf({ sale, auditor }: World): DrawAudit | null {
  const { lobby } = auditor.line;
  if (lobby === null) return null;
  const { queue } = sale.desk;
  const page = (from: number): FairnessRecord => ({ ...queue.record(from), receiptKey: NO_KEY });
  const first = page(0);
  const pages: [FairnessRecord, ...FairnessRecord[]] = [first];
  let known = first.links.length;
  while (known < first.length) {
    const next = page(known);
    pages.push(next);
    known += next.links.length;
  }
  const record = joinPages(pages);
  const findings = auditRecord(record, { rehearsal: true });
  // What fans were told to compute by is what the record says.
  if (record.seed !== lobby.seed || record.seal?.lobbyCount !== lobby.n)
    throw new Error('the record tells another draw than the ticks did');
  const tenth = Math.floor(lobby.n / 10);
  let early = 0;
  for (let order = 0; order < tenth; order++) if (placeOf(order, lobby) < lobby.n / 2) early += 1;
  return { people: lobby.n, findings, earlyShare: early / tenth };
}
