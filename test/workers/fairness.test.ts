import { describe, expect, it } from 'vitest';
import { auditRecord } from '../../durable-objects/core/fairness/audit.ts';
import { checkPlace } from '../../durable-objects/core/fairness/check-place.ts';
import { parseRecord } from '../../durable-objects/core/fairness/fairness-record.ts';
import { batchTree, fanHash, follow } from '../../durable-objects/core/fairness/merkle-sum.ts';
import type { AccountId, EventId } from '../../durable-objects/core/ids.ts';
import sampleReceipts from '../vectors/receipt.json';
import sampleRecord from '../vectors/record.json';

describe('provable fairness inside workerd', () => {
  it('verifies a record and the receipts in it as it does elsewhere', () => {
    const parsed = parseRecord(sampleRecord);
    if (!parsed.ok) throw new Error(parsed.at);
    const findings = auditRecord(parsed.record, { rehearsal: true });
    expect(findings.map(({ verdict }) => verdict)).toEqual(findings.map(() => 'holds'));
    for (const { account, receipt, place, order } of sampleReceipts.receipts) {
      const outcome = checkPlace(parsed.record, receipt, account as AccountId);
      expect(outcome).toMatchObject({ ok: true, place, order });
    }
  });

  it('proves the places of a batch', () => {
    const eventId = 'in-workerd' as EventId;
    const accounts = Array.from({ length: 2_000 }, () => crypto.randomUUID() as AccountId);
    const tree = batchTree(eventId, accounts);
    const leaf = { hash: fanHash(eventId, accounts[1_234] ?? ('' as AccountId)), count: 1 };
    expect(follow(leaf, tree.path(1_234))).toEqual({ ok: true, root: tree.root, offset: 1_234 });
  });
});
