import { describe, expect, it } from 'vitest';
import type { FairnessRecord } from '../../../durable-objects/core/fairness/fairness-record.ts';
import { reportPlace, reportSale } from '../../../web/src/fairness/place-report.ts';
import { SAMPLE_FANS, sampleRecord } from '../fairness/sample.ts';

const record = sampleRecord();
const [first, second, , , late] = SAMPLE_FANS;

describe('what the page says of a place', () => {
  it('is the place, the grant it came in, and the drawn turn', () => {
    for (const { account, place, order, receipt } of SAMPLE_FANS) {
      const report = reportPlace(record, receipt, account);
      expect(report).toMatchObject({ ok: true, place, order, inLobby: place < 132 });
      if (!report.ok) continue;
      const link = record.links[report.link];
      expect([report.batchFirst, report.batchCount]).toEqual([link?.first, link?.count]);
      expect(report.joinedAt).toBe(link?.at);
    }
  });

  it('counts of those ahead who surely gave up, and no more', () => {
    const at = second.order;
    const gapsTo = (...gaps: [number, number, number][]): number => {
      const report = reportPlace({ ...record, gaps }, second.receipt, second.account);
      if (!report.ok) throw new Error(report.code);
      return report.gaveUp;
    };
    expect(gapsTo()).toBe(0);
    expect(gapsTo([0, 10, 4])).toBe(4);
    expect(gapsTo([0, 10, 4], [at + 1, at + 5, 2])).toBe(4);
    expect(gapsTo([at - 2, at + 3, 5])).toBe(2);
    expect(gapsTo([at - 2, at + 3, 3])).toBe(0);
  });

  it('leaves the turn open before the draw, and for a draw that does not verify', () => {
    const open: FairnessRecord = { ...record, seed: null, secret: null, seal: null };
    expect(reportPlace(open, first.receipt, first.account)).toMatchObject({
      ok: true,
      order: null,
    });
    const unsound = { ...record, secret: record.seed };
    expect(reportPlace(unsound, first.receipt, first.account)).toMatchObject({ order: null });
    expect(reportPlace(open, late.receipt, late.account)).toMatchObject({ order: late.place });
  });

  it('names what is wrong with a receipt', () => {
    const { account, receipt } = first;
    const [token = '', path = ''] = receipt.split('~');
    const says = (text: string, owner = account, from: FairnessRecord = record) => {
      const report = reportPlace(from, text, owner);
      return report.ok ? null : report.code;
    };
    const signed = token.lastIndexOf('.') + 5;
    const forged = `${receipt.slice(0, signed)}${receipt[signed] === 'A' ? 'B' : 'A'}${receipt.slice(signed + 1)}`;
    const rewritten = record.links.map((link, seq) => (seq === 0 ? { ...link, at: 1 } : link));
    expect(says('nonsense')).toBe('malformed');
    expect(says(token)).toBe('malformed');
    expect(says(forged)).toBe('bad_signature');
    expect(says(receipt, second.account)).toBe('not_proven');
    expect(says(`${token}~${path.slice(0, -48)}`)).toBe('not_proven');
    expect(says(receipt, account, { ...record, eventId: 'other' as never })).toBe('other_event');
    expect(says(receipt, account, { ...record, links: rewritten })).toBe('not_in_the_chain');
  });

  it('calls a draw by a round that everybody knew a rehearsal', () => {
    const sale = reportSale(record);
    expect(sale.rehearsal).toBe(true);
    expect(sale.findings.every(({ verdict }) => verdict === 'holds')).toBe(true);
    const fifo = { ...record, policy: 'fifo', commitment: null, drand: null } as const;
    expect(reportSale({ ...fifo, secret: null, seed: null, seal: null }).rehearsal).toBe(false);
  });
});
