import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { History } from '../../histories/history.ts';
import type { Answers } from '../../histories/history.ts';
import { isLinearizable } from '../../histories/linearize.ts';
import type { SeatCall } from '../../histories/linearize.ts';

/** `lock ana 0-2 had`, `release ana 3-5`, `lock bob 1-?` */
function calls(...lines: string[]): SeatCall[] {
  return lines.map((line): SeatCall => {
    const [kind, hold = '', times = '', word] = line.split(' ');
    const [start, end] = times.split('-');
    const open = end === '?';
    const answer = open ? null : kind === 'release' ? 'released' : word === 'had' ? 'had' : 'taken';
    return {
      kind: kind === 'release' ? 'release' : 'lock',
      hold,
      start: Number(start),
      end: open ? null : Number(end),
      answer,
    };
  });
}

describe('histories that are right', () => {
  test.each<[string, string[]]>([
    ['nobody came', []],
    ['one after the other', ['lock ana 0-1 had', 'release ana 2-3', 'lock bob 4-5 had']],
    ['of two at once one has it', ['lock ana 0-5 had', 'lock bob 1-4 taken']],
    [
      'it was given back while another asked',
      ['lock ana 0-1 had', 'release ana 2-6', 'lock bob 3-5 had'],
    ],
    ['a lost answer had its effect', ['lock ana 0-?', 'lock bob 5-6 taken']],
    [
      'a lost answer had its effect later',
      ['lock ana 0-?', 'lock bob 1-2 had', 'release bob 3-4', 'lock cyd 5-6 taken'],
    ],
    ['a lost answer had none', ['lock ana 0-?', 'lock bob 5-6 had', 'lock cyd 7-8 taken']],
    [
      'a lost release',
      ['lock ana 0-1 had', 'release ana 2-?', 'lock bob 3-4 taken', 'lock cyd 5-6 had'],
    ],
    [
      'a release twice',
      ['lock ana 0-1 had', 'release ana 2-3', 'release ana 4-5', 'lock bob 6-7 had'],
    ],
  ])('%s', (_, lines) => {
    expect(isLinearizable(calls(...lines))).toBe(true);
  });
});

describe('histories known to be wrong', () => {
  test.each<[string, string[]]>([
    ['two have it', ['lock ana 0-1 had', 'lock bob 2-3 had']],
    ['two have it who asked at once', ['lock ana 0-5 had', 'lock bob 1-4 had']],
    ['refused though it was free', ['lock ana 0-1 taken']],
    [
      'refused after it was given back',
      ['lock ana 0-1 had', 'release ana 2-3', 'lock bob 4-5 taken'],
    ],
    ['given before it was given back', ['lock ana 0-1 had', 'lock bob 2-3 had', 'release ana 4-5']],
    ['forgotten after an answer', ['lock ana 0-1 had', 'lock bob 2-3 taken', 'lock cyd 4-5 had']],
    ['refused by somebody who comes later', ['lock bob 0-1 taken', 'lock ana 2-3 had']],
    [
      'a lost answer took effect twice',
      [
        'lock ana 0-?',
        'lock bob 1-2 taken',
        'lock cyd 3-4 had',
        'release cyd 5-6',
        'lock dev 7-8 taken',
      ],
    ],
  ])('%s', (_, lines) => {
    expect(isLinearizable(calls(...lines))).toBe(false);
  });
});

test('a seat that is simulated is always right, and turning one answer round is found out', () => {
  const turns = fc.array(
    fc.record({ who: fc.integer({ min: 0, max: 3 }), long: fc.integer({ min: 1, max: 3 }) }),
    { minLength: 4, maxLength: 25 },
  );
  fc.assert(
    fc.property(turns, fc.nat(), (steps, at) => {
      const history: SeatCall[] = [];
      let owner: string | null = null;
      steps.forEach(({ who, long }, index) => {
        const mine: boolean = owner?.startsWith(`${who}-`) ?? false;
        const hold: string = mine && owner !== null ? owner : `${who}-${index}`;
        const start = index * 2 + 0.5 - long / 10;
        const times = { start, end: index * 2 + 1, hold };
        if (mine) {
          history.push({ kind: 'release', answer: 'released', ...times });
          owner = null;
        } else {
          history.push({ kind: 'lock', answer: owner === null ? 'had' : 'taken', ...times });
          owner ??= hold;
        }
      });
      expect(isLinearizable(history)).toBe(true);
      const locks = history.filter((call) => call.kind === 'lock');
      const turned = locks[at % locks.length];
      if (turned === undefined) return;
      turned.answer = turned.answer === 'had' ? 'taken' : 'had';
      expect(isLinearizable(history)).toBe(false);
    }),
    { numRuns: 300 },
  );
});

test('a history of twenty thousand calls is as easy as its busiest moment', () => {
  const turns = Array.from({ length: 10_000 }, (_, turn) => [
    `lock fan${turn} ${turn * 4}-${turn * 4 + 2} had`,
    `release fan${turn} ${turn * 4 + 1}-${turn * 4 + 5}`,
  ]).flat();
  const history = calls('lock lost 3-?', ...turns);
  expect(isLinearizable(history)).toBe(true);
  history.push(...calls('lock ana 50000-50001 had', 'lock bob 50002-50003 had'));
  expect(isLinearizable(history)).toBe(false);
});

test('the recorder keeps what was answered about each seat, and what was not', async () => {
  const history = new History();
  const lock = { kind: 'lock', seats: ['A1', 'A2'] } as const;
  const hear = (hold: string, said: Answers) =>
    history.record({ ...lock, hold }, async () => ({ answer: hold, said }));
  const both = new Map([
    ['A1', 'had'],
    ['A2', 'had'],
  ] as const);
  expect(await hear('ana', both)).toBe('ana');
  await hear('bob', new Map([['A2', 'taken']]));
  await hear('cyd', null);
  expect(history.counts()).toEqual({ had: 2, taken: 1, released: 0, unanswered: 2 });
  expect(history.wrongSeats()).toEqual([]);
  await hear('dev', new Map([['A1', 'had']]));
  expect(history.wrongSeats().map(({ seat }) => seat)).toEqual(['A1']);
});
