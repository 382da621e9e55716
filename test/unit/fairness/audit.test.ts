import { describe, expect, it } from 'vitest';
import { auditRecord } from '../../../durable-objects/core/fairness/audit.ts';
import type { Check, Fault } from '../../../durable-objects/core/fairness/audit.ts';
import { checkPlace } from '../../../durable-objects/core/fairness/check-place.ts';
import { joinPages, parseRecord } from '../../../durable-objects/core/fairness/fairness-record.ts';
import type { FairnessRecord } from '../../../durable-objects/core/fairness/fairness-record.ts';
import { genesis } from '../../../durable-objects/core/fairness/grant-chain.ts';
import { RECORDED_ROUNDS } from '../../../durable-objects/core/fairness/recorded-rounds.ts';
import { EVENT, grow } from './fans.ts';
import { SAMPLE_FANS, sampleRecord } from './sample.ts';

const sample = sampleRecord();
const [fan] = SAMPLE_FANS;
const { opensAt, links, seal, drand } = sample;
const lobby = seal ?? { links: 0, lobbyCount: 0, head: '', at: 0 };

function faults(change: Partial<FairnessRecord>, rehearsal = true): Partial<Record<Check, Fault>> {
  const findings = auditRecord({ ...sample, ...change }, { rehearsal });
  return Object.fromEntries(
    findings.flatMap((finding) =>
      finding.verdict === 'fails' ? [[finding.check, finding.code]] : [],
    ),
  );
}

function alter(seq: number, change: Partial<(typeof links)[number]>): typeof links {
  return links.map((link) => (link.seq === seq ? { ...link, ...change } : link));
}

/** A sale without a draw. */
function fifo(): FairnessRecord {
  const start = genesis({ eventId: EVENT, opensAt: 3_000, draw: null });
  const { chain, links } = grow(start, [4, 2, 9]);
  return {
    version: 1,
    eventId: EVENT,
    opensAt: 3_000,
    policy: 'fifo',
    receiptKey: sample.receiptKey,
    commitment: null,
    drand: null,
    secret: null,
    seed: null,
    seal: null,
    length: 3,
    links,
    head: chain.head,
    gaps: [],
    admissions: [[3_000, 5]],
  };
}

describe('the audit of a record', () => {
  it('finds nothing wrong with a drawn sale, nor with one without a draw', () => {
    const drawn = auditRecord(sample, { rehearsal: true });
    expect(drawn.map(({ check, verdict }) => [check, verdict])).toEqual(
      ['chain', 'round', 'seal', 'beacon', 'secret', 'seed', 'admissions', 'gaps'].map((check) => [
        check,
        'holds',
      ]),
    );
    const plain = auditRecord(fifo());
    expect(plain.map(({ check }) => check)).toEqual(['chain', 'admissions', 'gaps']);
    expect(plain.every(({ verdict }) => verdict === 'holds')).toBe(true);
  });

  it('says what is not revealed yet, and does not call it wrong', () => {
    const before = {
      ...sample,
      secret: null,
      seed: null,
      seal: null,
      admissions: [],
      drand: drand && { ...drand, signature: null },
    };
    const pending = auditRecord(before, { rehearsal: true }).filter(
      ({ verdict }) => verdict === 'pending',
    );
    expect(pending.map(({ check }) => check)).toEqual(['seal', 'beacon', 'secret', 'seed']);
    expect(checkPlace(before, fan.receipt, fan.account)).toMatchObject({ ok: true, order: null });
  });

  it('does not take a round that everybody knew for a draw', () => {
    expect(faults({}, false)).toEqual({ round: 'known_round' });
  });

  const [, , , other] = RECORDED_ROUNDS;
  it.each<[string, Partial<FairnessRecord>, Partial<Record<Check, Fault>>]>([
    [
      'a link taken out',
      { links: links.slice(0, 3) },
      { chain: 'incomplete', admissions: 'beyond_the_line' },
    ],
    [
      'fans put in front',
      { links: alter(0, { count: 126 }) },
      { chain: 'overlap', seal: 'seal_differs' },
    ],
    [
      'a fan exchanged for another',
      { links: alter(1, { root: 'A'.repeat(43) }) },
      { chain: 'head_differs', seal: 'seal_differs' },
    ],
    [
      'a link after opening altered',
      { links: alter(3, { child: 'x' }) },
      { chain: 'head_differs' },
    ],
    [
      'the opening moved, so that more belong to the lobby',
      { opensAt: opensAt + 1_000 },
      { chain: 'head_differs', seal: 'not_the_lobby' },
    ],
    [
      'a lobby of fewer',
      { seal: { ...lobby, lobbyCount: 100 } },
      { seal: 'seal_differs', seed: 'seed_differs' },
    ],
    ['another lobby', { seal: { ...lobby, links: 3 } }, { seal: 'not_the_lobby' }],
    ['sealed before opening', { seal: { ...lobby, at: opensAt - 1 } }, { seal: 'not_the_lobby' }],
    [
      'another secret',
      { secret: 'A'.repeat(43) },
      { secret: 'other_secret', seed: 'seed_differs' },
    ],
    [
      'another secret with its hash exchanged too',
      { secret: 'A'.repeat(43), commitment: 'Zmh6rfhivXdsj8GLjp-OIAiXFIVu4jOzkCpZHQ1fKSU' },
      { chain: 'head_differs', seal: 'seal_differs', seed: 'seed_differs' },
    ],
    [
      'another round',
      { drand: drand && { ...drand, round: other?.round ?? 0 } },
      { chain: 'head_differs', seal: 'seal_differs', beacon: 'not_signed', seed: 'seed_differs' },
    ],
    [
      'another round with its true signature',
      { drand: drand && { ...drand, ...other } },
      { chain: 'head_differs', seal: 'seal_differs', seed: 'seed_differs' },
    ],
    [
      'another network',
      { drand: drand && { ...drand, chainHash: '00'.repeat(32) } },
      { chain: 'head_differs', round: 'other_network', seal: 'seal_differs' },
    ],
    ['a seed of one’s own', { seed: 'A'.repeat(43) }, { seed: 'seed_differs' }],
    [
      'admission before opening',
      { admissions: [[opensAt - 1, 1]] },
      { admissions: 'before_opening' },
    ],
    [
      'admission before the seal',
      { admissions: [[opensAt, 1]] },
      { admissions: 'before_the_draw' },
    ],
    [
      'a cursor that went back',
      {
        admissions: [
          [opensAt + 20, 9],
          [opensAt + 30, 8],
        ],
      },
      { admissions: 'cursor_back' },
    ],
    [
      'admissions in another order',
      {
        admissions: [
          [opensAt + 30, 8],
          [opensAt + 20, 9],
        ],
      },
      { admissions: 'earlier_time' },
    ],
    [
      'more admitted than came',
      { admissions: [[opensAt + 20, 175]] },
      { admissions: 'beyond_the_line' },
    ],
    ['more gone than were there', { gaps: [[0, 4, 5]] }, { gaps: 'malformed' }],
    [
      'gaps that overlap',
      {
        gaps: [
          [0, 4, 1],
          [3, 6, 1],
        ],
      },
      { gaps: 'overlap' },
    ],
    ['gaps beyond the line', { gaps: [[170, 175, 1]] }, { gaps: 'beyond_the_line' }],
  ])('finds %s', (_, change, wanted) => {
    expect(faults(change)).toEqual(wanted);
  });

  it('finds a draw with a round of the operator’s choice, or sealed when it was known', () => {
    const chosen = drand && { ...drand, round: drand.round + 2 };
    expect(faults({ drand: chosen }, false)).toMatchObject({ round: 'other_round' });
    const late = { ...lobby, at: opensAt + 10_000 };
    expect(faults({ seal: late }, false)).toMatchObject({ seal: 'sealed_late' });
  });

  it('finds people called before the lobby was drawn', () => {
    expect(faults({ seed: null, secret: null })).toEqual({ admissions: 'before_the_draw' });
  });
});

describe('a fan’s own place', () => {
  it('is recomputed from record and receipt, for the lobby and after it', () => {
    for (const { account, receipt, place, order } of SAMPLE_FANS) {
      expect(checkPlace(sample, receipt, account)).toMatchObject({ ok: true, place, order });
    }
  });

  it('is not given for another event’s, another key’s, another fan’s or an altered receipt', () => {
    const [, neighbour] = SAMPLE_FANS;
    const { receipt, account } = fan;
    const wrong = [
      checkPlace(fifo(), receipt, account),
      checkPlace({ ...sample, receiptKey: 'A'.repeat(43) }, receipt, account),
      checkPlace(sample, receipt, neighbour.account),
      checkPlace(sample, receipt.slice(0, -48), account),
      checkPlace(sample, receipt.slice(0, 100), account),
    ];
    expect(wrong.map((outcome) => !outcome.ok && outcome.code)).toEqual([
      'other_event',
      'bad_signature',
      'not_proven',
      'not_proven',
      'malformed',
    ]);
  });

  it('is not judged by a record that ends before it', () => {
    const { receipt, account } = fan;
    const early = { ...sample, links: [], length: 0, head: sample.head };
    expect(checkPlace(early, receipt, account)).toEqual({ ok: false, code: 'not_yet_published' });
    const foreign = checkPlace({ ...early, receiptKey: 'A'.repeat(43) }, receipt, account);
    expect(foreign).toEqual({ ok: false, code: 'bad_signature' });
  });

  it('contradicts a record whose line was altered after the receipt was given out', () => {
    const altered = [
      { opensAt: opensAt - 1 },
      { links: alter(0, { at: opensAt - 9_001 }) },
      { links: alter(0, { child: 'sample-2023/relay/1' }) },
      { links: [] },
    ];
    for (const change of altered) {
      const outcome = checkPlace({ ...sample, ...change }, fan.receipt, fan.account);
      expect(outcome).toEqual({ ok: false, code: 'not_in_the_chain' });
    }
  });
});

describe('a record from outside', () => {
  it('is read as it is', () => {
    expect(parseRecord(sampleRecord())).toEqual({ ok: true, record: sample });
    expect(parseRecord(structuredClone(fifo()))).toEqual({ ok: true, record: fifo() });
  });

  it.each<[string, unknown, string]>([
    ['nothing', null, 'record'],
    ['text', 'record', 'record'],
    ['another version', { ...sample, version: 2 }, 'version'],
    ['no event', { ...sample, eventId: 'A B' }, 'eventId'],
    ['half a millisecond', { ...sample, opensAt: 0.5 }, 'opensAt'],
    ['another policy', { ...sample, policy: 'lottery' }, 'policy'],
    ['a draw without a commitment', { ...sample, commitment: null }, 'commitment'],
    ['a seal without a head', { ...sample, seal: { links: 1, lobbyCount: 1, at: 1 } }, 'seal'],
    ['a draw in a sale without one', { ...fifo(), seed: 'A'.repeat(43) }, 'seed'],
    ['a link that is none', { ...sample, links: [{}] }, 'links'],
    ['links that are no list', { ...sample, links: {} }, 'links'],
    ['admissions of one number', { ...sample, admissions: [[1]] }, 'admissions'],
    ['gaps below zero', { ...sample, gaps: [[-1, 1, 1]] }, 'gaps'],
  ])('is refused when it is %s, with the field named', (_, value, at) => {
    expect(parseRecord(value)).toEqual({ ok: false, code: 'malformed', at });
  });

  it('is put together from its pages, of which the last is the newest', () => {
    const first = { ...sample, links: links.slice(0, 2), length: 3, head: 'A'.repeat(43) };
    const last = { ...sample, links: links.slice(2) };
    expect(joinPages([first, last])).toEqual(sample);
  });
});
