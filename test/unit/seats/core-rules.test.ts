import { describe, expect, test } from 'vitest';
import { nearestAlternatives } from '../../../durable-objects/core/alternatives.ts';
import { backoffMs, fractionOf } from '../../../durable-objects/core/backoff.ts';
import { ORDER_STEPS, stepOrder } from '../../../durable-objects/core/order-record.ts';
import type { OrderStage } from '../../../durable-objects/core/order-record.ts';
import { mapRows } from '../../../durable-objects/core/row-map.ts';
import { judgeIntent } from '../../../durable-objects/core/payment-rules.ts';
import { expandPlan } from '../../../durable-objects/core/plan-geometry.ts';
import {
  packSeats,
  seatCodeAt,
  seatCodeName,
  unpackSeats,
} from '../../../durable-objects/core/seat-status.ts';
import { SEAT, SeatTable } from '../../../durable-objects/core/seat-table.ts';
import { smallPlan } from './sale-kit.ts';
import { record } from './store-conformance.ts';

const because = { at: 1, actor: 'buyer', why: 'test' } as const;
const gone = (same: boolean) => ({ same, others: () => null });
const stages = Object.keys(ORDER_STEPS) as OrderStage[];

describe('an order', () => {
  test('takes the steps of the design and no others', () => {
    const taken = stages.flatMap((from) =>
      stages
        .filter((to) => {
          try {
            return stepOrder(record('a', { stage: from }), to, because).stage === to;
          } catch {
            return false;
          }
        })
        .map((to) => `${from} → ${to}`),
    );
    expect(taken).toEqual([
      'hold → held',
      'hold → expired',
      'hold → cancelled',
      'held → paying',
      'held → expired',
      'held → cancelled',
      'paying → paid',
      'paying → expired',
      'paying → cancelled',
      'paying → refunding',
      'paid → confirmed',
      'confirmed → refunding',
      'expired → paid',
      'expired → offered',
      'expired → refunding',
      'cancelled → paid',
      'cancelled → offered',
      'cancelled → refunding',
      'offered → paid',
      'offered → refunding',
      'refunding → refunded',
      'refunded → refunding',
    ]);
  });

  test.each(stages)('at %s, turns captured money into tickets or a refund, once', (stage) => {
    const order = record('a', { stage });
    const money = { state: 'succeeded', amountReceived: { amount: 300, currency: 'INR' } } as const;
    const wrong = { state: 'succeeded', amountReceived: { amount: 300, currency: 'USD' } } as const;
    const verdicts = [
      judgeIntent(order, money, gone(true)).do,
      judgeIntent(order, money, gone(false)).do,
      judgeIntent(order, money, { same: false, others: () => [5, 6] }).do,
      judgeIntent(order, wrong, gone(true)).do,
    ];
    const expected: Partial<Record<OrderStage, string[]>> = {
      paying: ['confirm', 'confirm', 'confirm', 'refund'],
      expired: ['confirm', 'refund', 'offer', 'refund'],
      cancelled: ['confirm', 'refund', 'offer', 'refund'],
    };
    expect(verdicts).toEqual(expected[stage] ?? Array.from(verdicts, () => 'nothing'));
  });

  test.each(stages)(
    'at %s, is released by a canceled intent only while it is being paid',
    (stage) => {
      const order = record('a', { stage });
      const problem = { code: 'card_declined', message: 'No.' };
      const paying = stage === 'paying';
      expect(judgeIntent(order, { state: 'canceled' }, gone(true)).do).toBe(
        paying ? 'release' : 'nothing',
      );
      expect(judgeIntent(order, { state: 'processing' }, gone(true)).do).toBe(
        paying ? 'wait' : 'nothing',
      );
      expect(judgeIntent(order, { state: 'unpaid', problem: null }, gone(true)).do).toBe('nothing');
      expect(judgeIntent(order, { state: 'unpaid', problem }, gone(true)).do).toBe(
        paying ? 'note_problem' : 'nothing',
      );
    },
  );
});

describe('the seat table', () => {
  const change = { index: 1, from: SEAT.free, to: SEAT.held, fromOrder: null, toOrder: 'a' };

  test('refuses a change that does not find what it expects, and changes nothing', () => {
    const table = new SeatTable(3, []);
    table.apply(table.preview([change]));
    expect(() => table.preview([{ ...change, toOrder: 'b' }])).toThrow('seat 1 is 1 of a');
    expect(() => table.preview([{ ...change, from: SEAT.held, fromOrder: 'b' }])).toThrow(
      'not 1 of b',
    );
    expect(() =>
      table.preview([
        { ...change, index: 2 },
        { ...change, index: 2 },
      ]),
    ).toThrow('twice');
    expect(() => table.preview([{ ...change, index: 3 }])).toThrow('seat 3 is');
    expect([table.count(SEAT.free), table.count(SEAT.held), table.version]).toEqual([2, 1, 1]);
    expect(table.versionOf(1)).toBe(1);
    table.assertWhole();
  });

  test('refuses stored seats that are not in the plan', () => {
    const row = { index: 3, state: SEAT.sold, orderId: 'a', version: 9 };
    expect(() => new SeatTable(3, [row])).toThrow('not in the plan');
  });
});

test('statuses are packed four to a byte, lowest bits first', () => {
  const codes = [0, 1, 2, 3, 3, 0, 1];
  const packed = packSeats(codes);
  expect([...packed]).toEqual([0b11_10_01_00, 0b00_01_00_11]);
  expect([...unpackSeats(packed, 7)]).toEqual(codes);
  expect(codes.map((_, index) => seatCodeAt(packed, index))).toEqual(codes);
  expect([0, 1, 2, 3, 4].map(seatCodeName)).toEqual([
    'available',
    'held',
    'sold',
    'blocked',
    'blocked',
  ]);
});

describe('alternatives', () => {
  const seats = expandPlan(smallPlan);
  const map = mapRows(seats);
  const at = (id: string) => seats.findIndex((seat) => seat.id === id);
  const offer = (wanted: string[], taken: string[], limit = 6) => {
    const gone = new Set(taken.map(at));
    const question = {
      wanted: wanted.map(at),
      lost: taken.map(at).filter((index) => wanted.map(at).includes(index)),
      limit,
    };
    const isFree = (index: number) => !gone.has(index);
    const freeInRow = (row: number) =>
      seats.filter((_, index) => map.rowOf[index] === row && isFree(index)).length;
    const found = nearestAlternatives(map, { isFree, freeInRow }, question);
    return found.map((index) => seats[index]?.id);
  };

  test('for one seat are the nearest free ones of the same price', () => {
    expect(offer(['G-E-5'], ['G-E-5', 'G-D-5', 'G-F-5'], 4)).toEqual([
      'G-E-4',
      'G-E-6',
      'G-E-3',
      'G-E-7',
    ]);
  });

  test('for two seats are pairs of neighbours that do not overlap', () => {
    const pairs = offer(['G-E-5', 'G-E-6'], ['G-E-5']);
    expect(pairs).toHaveLength(6);
    expect(pairs.slice(0, 2)).toEqual(['G-E-6', 'G-E-7']);
    for (let pair = 0; pair < 6; pair += 2) {
      const [one, two] = [pairs[pair], pairs[pair + 1]].map((id) => seats[at(id ?? '')]);
      expect(two?.row).toBe(one?.row);
      expect(two?.number).toBe((one?.number ?? 0) + 1);
    }
    expect(new Set(pairs).size).toBe(6);
  });

  test('fall back to single seats where no neighbours are left, and to none when the band is gone', () => {
    const odd = seats
      .filter((seat) => seat.section === 'G' && seat.number % 2 === 1)
      .map((seat) => seat.id);
    expect(offer(['G-A-1', 'G-A-2'], odd)).toHaveLength(6);
    const all = seats.filter((seat) => seat.section === 'G').map((seat) => seat.id);
    expect(offer(['G-A-1', 'G-A-2'], all)).toEqual([]);
  });
});

test('back-off doubles up to its cap, with jitter of half its length', () => {
  const limits = { baseMs: 1_000, capMs: 8_000 };
  expect([1, 2, 3, 4, 5, 60].map((attempt) => backoffMs(attempt, limits, 0))).toEqual([
    500, 1_000, 2_000, 4_000, 4_000, 4_000,
  ]);
  expect(backoffMs(3, limits, 0.5)).toBe(3_000);
  const fractions = ['a', 'b', 'R000000000000001'].map(fractionOf);
  for (const fraction of fractions) expect(fraction >= 0 && fraction < 1).toBe(true);
  expect(new Set(fractions).size).toBe(3);
});
