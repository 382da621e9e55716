import { describe, expect, it } from 'vitest';
import { auditRecord } from '../../../durable-objects/core/fairness/audit.ts';
import { joinPages, parseRecord } from '../../../durable-objects/core/fairness/fairness-record.ts';
import type { FairnessRecord } from '../../../durable-objects/core/fairness/fairness-record.ts';
import { REHEARSAL_ROUND } from '../../../durable-objects/core/fairness/recorded-rounds.ts';
import { LIMITS } from '../../../durable-objects/protocol/limits.ts';
import { OPENS_AT, SaleFixture, saleSettings } from './sale-fixture.ts';

const LEAF = 'test-event/leaf/0';
const RECEIPT_KEY = 'A'.repeat(43);

/** The whole record, page by page, as anybody gets it. */
function recordOf(sale: SaleFixture): FairnessRecord {
  const page = (from: number): FairnessRecord => ({
    ...structuredClone(sale.desk.record(from)),
    receiptKey: RECEIPT_KEY,
  });
  const pages: [FairnessRecord, ...FairnessRecord[]] = [page(0)];
  for (let links = pages[0].links.length; links < pages[0].length;) {
    const next = page(links);
    expect(next.links.length).toBeGreaterThan(0);
    pages.push(next);
    links += next.links.length;
  }
  const joined: unknown = JSON.parse(JSON.stringify(joinPages(pages)));
  const parsed = parseRecord(joined);
  if (!parsed.ok) throw new Error(`no record: ${parsed.at}`);
  return parsed.record;
}

function failures(record: FairnessRecord): string[] {
  return auditRecord(record, { rehearsal: true }).flatMap((finding) =>
    finding.verdict === 'fails' ? [`${finding.check}: ${finding.code}`] : [],
  );
}

function verdicts(record: FairnessRecord): Record<string, string> {
  const findings = auditRecord(record, { rehearsal: true });
  return Object.fromEntries(findings.map(({ check, verdict }) => [check, verdict]));
}

async function settle(): Promise<void> {
  for (let n = 0; n < 10; n++) await Promise.resolve();
}

function drawnSale(now = OPENS_AT - 60_000): SaleFixture {
  const sale = { lobby: 'draw' as const, drandRound: REHEARSAL_ROUND.round };
  return new SaleFixture(saleSettings({ sale }), now);
}

describe('the public record of a sale', () => {
  it('says before anybody joins what the operator is bound to, and keeps the secret', () => {
    const sale = drawnSale();
    const record = recordOf(sale);
    expect(record).toMatchObject({
      policy: 'draw',
      length: 0,
      secret: null,
      seed: null,
      seal: null,
    });
    expect(record.commitment).toMatch(/^[\w-]{43}$/);
    expect(record.drand).toMatchObject({ round: REHEARSAL_ROUND.round, signature: null });
    expect(failures(record)).toEqual([]);
    sale.join(1, 10);
    const later = recordOf(sale);
    expect(later.commitment).toBe(record.commitment);
    expect(later.head).not.toBe(record.head);
    expect(JSON.stringify(later)).not.toContain(sale.store.draw()?.secret);
  });

  it('passes the audit at every step of a drawn sale, and in the end nothing is pending', async () => {
    const sale = drawnSale();
    const look = (): void => expect(failures(recordOf(sale))).toEqual([]);
    look();
    sale.join(1, 70);
    sale.join(2, 50);
    sale.desk.reportLeft({ child: LEAF, places: [5, 6, 119] });
    look();
    sale.drand = () => ({ ok: false, code: 'not_yet' });
    sale.advance(60_000);
    await settle();
    look();
    sale.join(3, 20);
    sale.drand = () => ({ ok: true, beacon: REHEARSAL_ROUND });
    sale.advance(3_000);
    await settle();
    look();
    for (let beat = 0; beat < 6; beat++) {
      sale.advance(30_000);
      sale.join(10 + beat, 3);
      sale.desk.reportLeft({ child: LEAF, places: [20 + beat] });
      if (beat === 2) sale.restart();
      if (beat === 3) sale.now -= 200_000;
      look();
    }
    const record = recordOf(sale);
    expect(Object.values(verdicts(record)).every((verdict) => verdict === 'holds')).toBe(true);
    expect(record.seal?.lobbyCount).toBe(120);
    expect(record.admissions.length).toBeGreaterThan(2);
    expect(record.admissions.at(-1)?.[1]).toBe(sale.desk.tick().cursor);
    const left = record.gaps.reduce((sum, [, , gone]) => sum + gone, 0);
    expect(left).toBe(sale.desk.tick().left);
  });

  it('passes it for a lobby that is first come, first served', () => {
    const sale = new SaleFixture(saleSettings({}), OPENS_AT - 1_000);
    sale.join(1, 80);
    sale.advance(40_000);
    const record = recordOf(sale);
    expect(record).toMatchObject({ policy: 'fifo', commitment: null, drand: null, seal: null });
    expect(verdicts(record)).toEqual({ chain: 'holds', admissions: 'holds', gaps: 'holds' });
  });

  it('shows every change of a link, of the head or of what was promised', () => {
    const sale = drawnSale();
    sale.join(1, 10);
    sale.join(2, 10);
    sale.join(3, 10);
    const record = recordOf(sale);
    const [first, second, third] = record.links;
    if (!first || !second || !third) throw new Error('three links');
    const changed: Partial<FairnessRecord>[] = [
      { links: [first, { ...second, root: third.root }, third] },
      { links: [first, { ...second, child: 'test-event/leaf/9' }, third] },
      { links: [first, { ...second, at: second.at + 1 }, { ...third, at: third.at + 1 }] },
      { links: [first, third] },
      { links: [second, first, third] },
      { head: first.root },
      { commitment: first.root },
      { opensAt: record.opensAt + 1 },
      { drand: { chainHash: record.drand?.chainHash ?? '', round: 1_001, signature: null } },
    ];
    for (const change of changed) expect(failures({ ...record, ...change })).not.toEqual([]);
    expect(failures(record)).toEqual([]);
  });

  it('is read in pages of bounded size, however long the chain', () => {
    const sale = new SaleFixture(saleSettings({}), OPENS_AT - 60_000);
    const batches = LIMITS.recordLinks * 2 + 7;
    for (let batch = 1; batch <= batches; batch++) sale.join(batch, 2);
    expect(sale.desk.record(0).links).toHaveLength(LIMITS.recordLinks);
    expect(sale.desk.record(batches).links).toEqual([]);
    expect(sale.desk.record(10 ** 9).links).toEqual([]);
    const record = recordOf(sale);
    expect(record.links).toHaveLength(batches);
    expect(failures(record)).toEqual([]);
  });

  it('counts leavers and calls for many readers at once, and is sound though the line moves on', () => {
    const sale = new SaleFixture(saleSettings({}));
    sale.join(1, 200);
    const before = sale.desk.record(0);
    sale.desk.reportLeft({ child: LEAF, places: [180, 190] });
    sale.join(2, 20);
    const { gaps, admissions } = sale.desk.record(0);
    expect(gaps).toBe(before.gaps);
    expect(admissions).toBe(before.admissions);
    expect(failures(recordOf(sale))).toEqual([]);
    sale.advance(5_000);
    expect(sale.desk.record(0).gaps.reduce((sum, [, , left]) => sum + left, 0)).toBe(2);
    expect(failures(recordOf(sale))).toEqual([]);
  });

  it('tells of leavers and admissions in a thousand steps at most', () => {
    const admission = { batchSize: 1, everyMs: 1_000, slots: 5_000, claimWindowMs: 2_000 };
    const sale = new SaleFixture(saleSettings({ admission }));
    sale.seats = 10_000;
    sale.join(1, 20_000);
    const leavers = Array.from({ length: 6_000 }, (_, n) => n * 3);
    sale.desk.reportLeft({ child: LEAF, places: leavers });
    for (let second = 0; second < 2_500; second++) sale.advance(1_000);
    const { gaps, admissions } = sale.desk.record(0);
    expect(gaps.length).toBeLessThanOrEqual(1_001);
    expect(admissions.length).toBeLessThanOrEqual(1_001);
    expect(gaps.reduce((sum, [, , gone]) => sum + gone, 0)).toBe(6_000);
    expect(admissions.at(-1)?.[1]).toBe(sale.desk.tick().cursor);
    expect(failures(recordOf(sale))).toEqual([]);
  });
});
