import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyDraw } from '../../../dev/verify-draw.ts';
import { SAMPLE_FANS, sampleRecord, VECTORS } from './sample.ts';

const RECORD = join(VECTORS, 'record.json');
const [fan] = SAMPLE_FANS;
const folder = mkdtempSync(join(tmpdir(), 'onsale-verify-draw-'));

function run(...args: string[]): { code: number; said: string } {
  const lines: string[] = [];
  const code = verifyDraw(args, (line) => lines.push(line));
  return { code, said: lines.join('\n') };
}

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('npm run verify-draw', () => {
  it('says of each check what it shows, and ends with 0 when all hold', () => {
    const { code, said } = run(RECORD, '--rehearsal');
    expect(code).toBe(0);
    expect(said.match(/^✓ .+\.$/gm)).toHaveLength(8);
    expect(said).toContain('This was a rehearsal');
  });

  it('tells a fan their place and order, from a receipt or a file with it', () => {
    const wanted = `place ${fan.place + 1} (${fan.place} from 0), since 2023-08-23`;
    for (const receipt of [fan.receipt, file('receipt.txt', `${fan.receipt}\n`)]) {
      const args = [RECORD, '--rehearsal', '--receipt', receipt, '--account', fan.account];
      const { code, said } = run(...args);
      expect(said).toContain(wanted);
      expect(said).toContain(`order ${fan.order + 1} (${fan.order} from 0)`);
      expect(code).toBe(0);
    }
    const { account, receipt } = fan;
    const kept = file('kept.json', JSON.stringify({ event: 'sample-2023', account, receipt }));
    const { code, said } = run(RECORD, '--rehearsal', '--receipt', kept);
    expect([code, said.includes(wanted)]).toEqual([0, true]);
  });

  it('takes a long record page by page, in any order, and misses a page that is not there', () => {
    const record = sampleRecord();
    const middle = Math.ceil(record.links.length / 2);
    const older = { ...record, head: record.links[0]?.root ?? '', seed: null, secret: null };
    const pages = [
      file('page-2.json', JSON.stringify({ ...record, links: record.links.slice(middle) })),
      file('page-1.json', JSON.stringify({ ...older, links: record.links.slice(0, middle) })),
    ];
    const { code, said } = run(...pages, '--rehearsal');
    expect(said.match(/^✓ .+\.$/gm)).toHaveLength(8);
    expect(code).toBe(0);
    const half = run(...pages.slice(0, 1), '--rehearsal');
    expect(half.code).toBe(1);
    expect(half.said).toContain('the record does not hold all grants');
  });

  it('ends with 1 when anything fails, and says what', () => {
    const known = run(RECORD);
    expect(known.code).toBe(1);
    expect(known.said).toContain('✗ The round of public randomness: everybody knew');
    const altered = { ...sampleRecord(), head: 'A'.repeat(43) };
    const { code, said } = run(file('altered.json', JSON.stringify(altered)), '--rehearsal');
    expect(code).toBe(1);
    expect(said).toContain('✗ The line of grants: the grants do not lead to the published head');
    const foreign = run(RECORD, '--rehearsal', '--receipt', fan.receipt, '--account', 'somebody');
    expect(foreign.code).toBe(1);
    expect(foreign.said).toContain('✗ The receipt is not this account’s');
  });

  it('ends with 2 and a clear word when it cannot read what it got', () => {
    const foreign = JSON.stringify({ ...sampleRecord(), eventId: 'another' });
    const unread: [string[], string][] = [
      [[], 'npm run verify-draw -- FILE'],
      [[RECORD, file('foreign.json', foreign)], 'have records of their own'],
      [[RECORD, '--unknown'], "Unknown option '--unknown'"],
      [[RECORD, '--receipt', fan.receipt], '--receipt and --account go together'],
      [[join(folder, 'none.json')], 'none.json cannot be read: ENOENT'],
      [[file('broken.json', '{')], 'broken.json cannot be read'],
      [[file('other.json', '{"version":1}')], 'other.json is no fairness record: eventId'],
    ];
    for (const [args, word] of unread) {
      const { code, said } = run(...args);
      expect(said).toContain(word);
      expect(code).toBe(2);
    }
  });
});
