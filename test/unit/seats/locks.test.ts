import { describe, expect, test } from 'vitest';
import { unpackSeats } from '../../../durable-objects/core/seat-status.ts';
import { account, HandSale, MINUTE, START } from './sale-kit.ts';

describe('a lock', () => {
  test('holds all seats for ten minutes at the price of now', () => {
    const sale = new HandSale();
    sale.admit('ana');
    expect(sale.lock('ana', ['G-A-1', 'S-A-1'])).toEqual({
      ok: true,
      hold: {
        holdId: 'hold_show_0towk00R000000000000001',
        seatIds: ['G-A-1', 'S-A-1'],
        expiresAt: sale.now + 10 * MINUTE,
        extendableUntil: sale.now + 20 * MINUTE,
        total: { amount: 1_000_000, currency: 'INR' },
      },
    });
    expect(sale.desk.seatsLeft()).toBe(198);
  });

  test('holds nothing when one seat is gone, and offers as many neighbours', () => {
    const sale = new HandSale();
    sale.admit('ana');
    sale.admit('bob');
    sale.lock('ana', ['G-E-5']);
    const lost = sale.lock('bob', ['G-E-5', 'G-E-6']);
    expect(lost).toMatchObject({ ok: false, code: 'seats_unavailable', seatIds: ['G-E-5'] });
    if (lost.ok || lost.code !== 'seats_unavailable') throw new Error('expected to lose');
    expect(lost.alternatives).toHaveLength(6);
    expect(sale.desk.seatsLeft()).toBe(199);
    expect(sale.lock('bob', lost.alternatives.slice(0, 2))).toMatchObject({ ok: true });
  });

  test('sent with others is judged after those before it, as if each had come alone', () => {
    const sale = new HandSale();
    for (const name of ['ana', 'bob', 'cyd']) sale.admit(name);
    const [ana, bob, again, cyd] = sale.lockTogether([
      { name: 'ana', ids: ['G-A-1', 'G-A-2'], requestId: 'request-a' },
      { name: 'bob', ids: ['G-A-2', 'G-A-3'], requestId: 'request-b' },
      { name: 'ana', ids: ['G-A-1', 'G-A-2'], requestId: 'request-a' },
      { name: 'cyd', ids: ['G-A-3'], requestId: 'request-a' },
    ]);
    expect(ana).toMatchObject({ ok: true });
    expect(bob).toMatchObject({ ok: false, code: 'seats_unavailable', seatIds: ['G-A-2'] });
    expect(again).toEqual(ana);
    expect(cyd).toMatchObject({ ok: true });
    expect(sale.lock('ana', ['G-A-1', 'G-A-2'], 'request-a')).toEqual(ana);
    expect(sale.lock('bob', ['G-A-2', 'G-A-3'], 'request-b')).toEqual(bob);
    expect(sale.desk.seatsLeft()).toBe(197);
  });

  test('sent with others is told to the operators in one line that names every order', () => {
    const sale = new HandSale();
    for (const name of ['ana', 'bob', 'cyd']) sale.admit(name);
    sale.told.length = 0;
    const outcomes = sale.lockTogether([
      { name: 'ana', ids: ['G-A-1', 'G-A-2'], requestId: 'request-a' },
      { name: 'bob', ids: ['G-A-2'], requestId: 'request-b' },
      { name: 'cyd', ids: ['G-A-3'], requestId: 'request-c' },
    ]);
    const orderIds = outcomes.flatMap((outcome) =>
      outcome.ok ? [outcome.hold.holdId.replace('hold_', 'book_')] : [],
    );
    expect(orderIds).toHaveLength(2);
    expect(sale.told).toEqual([
      { name: 'held', eventId: 'show', orderIds, count: 3, durationMs: 0 },
    ]);
  });

  test.each([
    ['unknown seats', ['G-A-1', 'X-A-1'], { code: 'unknown_seat', seatIds: ['X-A-1'] }],
    ['no seats at all', [], { code: 'unknown_seat', seatIds: [] }],
    ['a seat named twice', ['G-A-1', 'G-A-1'], { code: 'duplicate_seat', seatIds: ['G-A-1'] }],
    [
      'too many seats',
      ['G-A-1', 'G-A-2', 'G-A-3', 'G-A-4', 'G-A-5'],
      { code: 'too_many_seats', limit: 4, owned: 0 },
    ],
  ])('of %s changes nothing', (_, ids, refusal) => {
    const sale = new HandSale();
    sale.admit('ana');
    expect(sale.lock('ana', ids)).toEqual({ ok: false, ...refusal });
    expect(sale.desk.seatsLeft()).toBe(200);
    expect(sale.desk.seats().version).toBe(0);
  });

  test('needs an admission that is alive, and a sale that is open', () => {
    const sale = new HandSale();
    expect(sale.lock('ana', ['G-A-1'])).toEqual({ ok: false, code: 'not_admitted' });
    sale.admit('ana', 5);
    sale.now -= 1;
    expect(sale.lock('ana', ['G-A-1'])).toEqual({ ok: false, code: 'sale_not_open' });
    sale.now += 1 + 5 * MINUTE;
    expect(sale.lock('ana', ['G-A-1'])).toEqual({ ok: false, code: 'admission_expired' });
    sale.now = sale.definition.settings.closesAt;
    sale.admit('ana');
    expect(sale.lock('ana', ['G-A-1'])).toEqual({ ok: false, code: 'sale_closed' });
  });

  test('F12: one live hold per admission, and the limit counts held and sold seats over admissions', async () => {
    const sale = new HandSale();
    const order = await sale.paying('ana', ['G-A-1', 'G-A-2', 'G-A-3']);
    expect(sale.lock('ana', ['G-B-1'])).toEqual({ ok: false, code: 'hold_exists' });
    sale.payments.pay(order.orderId);
    await sale.desk.settle({ orderId: order.orderId });
    sale.admit('ana');
    expect(sale.lock('ana', ['G-B-1', 'G-B-2'])).toEqual({
      ok: false,
      code: 'too_many_seats',
      limit: 4,
      owned: 3,
    });
    sale.crash();
    expect(sale.lock('ana', ['G-B-1', 'G-B-2'])).toMatchObject({
      code: 'too_many_seats',
      owned: 3,
    });
    expect(sale.lock('ana', ['G-B-1'])).toMatchObject({ ok: true });
  });

  test('F19: the same requestId returns the recorded outcome, also after a crash; other seats are refused', () => {
    const sale = new HandSale();
    sale.admit('ana');
    sale.admit('bob');
    const first = sale.lock('ana', ['G-A-1', 'G-A-2'], 'r1');
    const lost = sale.lock('bob', ['G-A-1'], 'r1');
    expect(first).toMatchObject({ ok: true });
    expect(lost).toMatchObject({ ok: false, code: 'seats_unavailable' });
    sale.crash();
    expect(sale.lock('ana', ['G-A-2', 'G-A-1'], 'r1')).toEqual(first);
    expect(sale.lock('bob', ['G-A-1'], 'r1')).toEqual(lost);
    expect(sale.lock('ana', ['G-A-1', 'G-A-3'], 'r1')).toEqual({
      ok: false,
      code: 'request_reused',
    });
    expect(sale.desk.seatsLeft()).toBe(198);
    // Without the record the repeat would be a second command: this is what the guard prevents.
    expect(sale.lock('ana', ['G-A-2', 'G-A-1'], 'r2')).toEqual({ ok: false, code: 'hold_exists' });
  });

  test('F20: of thousands who want the same seats each seat has one winner, and losers hold nothing', () => {
    const sale = new HandSale();
    const winners = new Map<string, string>();
    const lostBy = new Set<string>();
    let twice = 0;
    for (let buyer = 0; buyer < 4_000; buyer++) {
      const name = `fan-${buyer}`;
      sale.admit(name);
      const row = 'ABCDEFGHIJ'[buyer % 10] ?? 'A';
      const first = 1 + (Math.floor(buyer / 10) % 9);
      const outcome = sale.lock(name, [`G-${row}-${first}`, `G-${row}-${first + 1}`]);
      const got = outcome.ok ? outcome.hold.seatIds : [];
      if (!outcome.ok) lostBy.add(outcome.code);
      twice += got.filter((seatId) => winners.has(seatId)).length;
      for (const seatId of got) winners.set(seatId, name);
    }
    expect(twice).toBe(0);
    expect([...lostBy]).toEqual(['seats_unavailable']);
    expect(winners.size).toBe(200 - sale.desk.seatsLeft());
    expect(winners.size).toBeGreaterThan(80);
  });
});

describe('a hold', () => {
  test('that ended is free when read, with no timer fired', () => {
    const sale = new HandSale();
    sale.admit('ana');
    sale.admit('bob');
    sale.lock('ana', ['G-A-1']);
    sale.now += 10 * MINUTE - 1;
    expect(sale.lock('bob', ['G-A-1'])).toMatchObject({ code: 'seats_unavailable' });
    sale.now += 1;
    expect(sale.desk.seatsLeft()).toBe(200);
    expect(sale.lock('bob', ['G-A-1'])).toMatchObject({ ok: true });
    expect(sale.count('expired')).toBe(1);
  });

  test('F21: expires by the clock though its timer fires late, twice or never, and not when the clock steps back', async () => {
    const sale = new HandSale();
    const order = sale.order('ana', ['G-A-1']);
    const timer = { kind: 'order', key: order.orderId, due: order.expiresAt };
    sale.desk.onTimer(timer);
    expect(sale.see(order).status).toBe('held');
    sale.now += 10 * MINUTE;
    expect(sale.see(order).status).toBe('expired');
    sale.now -= 5 * MINUTE;
    expect(sale.see(order).status).toBe('expired');
    sale.desk.onTimer(timer);
    sale.desk.onTimer(timer);
    expect(sale.count('expired')).toBe(1);

    const later = sale.order('bob', ['G-A-1']);
    sale.now -= 20 * MINUTE;
    await sale.settleDown();
    expect(sale.see(later).status).toBe('held');
  });

  test('can be given up, twice if need be, but not by others', async () => {
    const sale = new HandSale();
    sale.admit('ana');
    const locked = sale.lock('ana', ['G-A-1']);
    if (!locked.ok) throw new Error(locked.code);
    const { holdId } = locked.hold;
    expect(await sale.desk.releaseHold({ accountId: account('bob'), holdId })).toEqual({
      ok: false,
      code: 'hold_not_found',
    });
    expect(await sale.desk.releaseHold({ accountId: account('ana'), holdId })).toEqual({
      ok: true,
    });
    expect(await sale.desk.releaseHold({ accountId: account('ana'), holdId })).toEqual({
      ok: true,
    });
    expect(sale.desk.seatsLeft()).toBe(200);
    expect(sale.lock('ana', ['G-A-2'])).toMatchObject({ ok: true });
    expect(sale.desk.orders({ accountId: account('ana') })).toEqual([]);
  });

  test('becomes one order however often it is asked for, and none for others or after its end', () => {
    const sale = new HandSale();
    const order = sale.order('ana', ['G-A-1']);
    expect(sale.create('ana', order.holdId)).toEqual(order);
    const { holdId } = order;
    expect(sale.desk.createOrder({ accountId: account('bob'), holdId })).toMatchObject({
      code: 'hold_not_found',
    });
    sale.admit('bob');
    const locked = sale.lock('bob', ['G-A-2']);
    if (!locked.ok) throw new Error(locked.code);
    sale.now += 10 * MINUTE;
    expect(
      sale.desk.createOrder({ accountId: account('bob'), holdId: locked.hold.holdId }),
    ).toEqual({ ok: false, code: 'hold_expired' });
    expect(sale.desk.orders({ accountId: account('ana') })).toMatchObject([{ status: 'expired' }]);
    expect(sale.desk.orders({ accountId: account('bob') })).toEqual([]);
  });
});

describe('watchers', () => {
  test('get one frame for many changes, and its versions join up with the snapshot', async () => {
    const sale = new HandSale();
    sale.order('ana', ['G-A-1']);
    const before = sale.desk.seats();
    sale.order('bob', ['G-A-2', 'G-A-3']);
    await sale.settleDown();
    sale.now += 10 * MINUTE;
    await sale.settleDown();
    expect(sale.frames).toEqual([
      {
        v: 1,
        type: 'seats',
        from: 0,
        version: 2,
        changes: [
          [0, 'held'],
          [1, 'held'],
          [2, 'held'],
        ],
      },
      {
        v: 1,
        type: 'seats',
        from: 2,
        version: 3,
        changes: [
          [0, 'available'],
          [1, 'available'],
          [2, 'available'],
        ],
      },
    ]);
    expect(before.version).toBe(1);
    expect([...unpackSeats(before.packed, 4)]).toEqual([1, 0, 0, 0]);
    expect(before.planVersion).toBe(3);
  });

  test('of a large tree hear of seats with the next tick, in as many calls', async () => {
    const sale = new HandSale({ settings: { leaves: 2_048 } });
    sale.order('ana', ['G-A-1']);
    sale.order('bob', ['G-A-2']);
    await sale.settleDown();
    expect(sale.frames).toEqual([]);
    expect(JSON.parse(sale.desk.changesForTick() ?? '')).toMatchObject({
      from: 0,
      version: 2,
      changes: [
        [0, 'held'],
        [1, 'held'],
      ],
    });
    expect(sale.desk.changesForTick()).toBeUndefined();
  });

  test('who load it again get a snapshot of each version, and the one before stays as it was', async () => {
    const sale = new HandSale();
    const codes = (): number[] => [...unpackSeats(sale.desk.seats().packed, 6)];
    sale.order('ana', ['G-A-1', 'G-A-5']);
    const first = sale.desk.seats();
    expect(codes()).toEqual([1, 0, 0, 0, 1, 0]);
    await sale.paying('bob', ['G-A-2']);
    sale.now += 10 * MINUTE;
    expect(codes()).toEqual([0, 1, 0, 0, 0, 0]);
    sale.crash();
    expect(codes()).toEqual([0, 1, 0, 0, 0, 0]);
    expect([...unpackSeats(first.packed, 6)]).toEqual([1, 0, 0, 0, 1, 0]);
  });

  test('of before a crash have to load the snapshot again', async () => {
    const sale = new HandSale();
    sale.order('ana', ['G-A-1']);
    sale.crash();
    sale.order('bob', ['G-A-2']);
    await sale.settleDown();
    expect(sale.frames).toMatchObject([{ from: 1, version: 2, changes: [[1, 'held']] }]);
  });
});

test('history tells who moved a seat, when, from what, to what, and why', async () => {
  const sale = new HandSale();
  const order = await sale.paying('ana', ['G-A-1']);
  sale.payments.pay(order.orderId);
  sale.now += 1_000;
  await sale.desk.settle({ orderId: order.orderId, stripeEventId: 'evt_1' });
  const [had] = sale.store.ordersOfSeat(0);
  expect(had?.steps.map(({ at, actor, stage, why }) => [at, actor, stage, why])).toEqual([
    [START, 'buyer', 'hold', 'seats locked'],
    [START, 'buyer', 'held', 'order created'],
    [START, 'buyer', 'paying', 'began to pay'],
    [START, 'buyer', 'paying', `intent pi_${order.orderId}`],
    [START + 1_000, 'stripe', 'paid', 'paid'],
    [START + 1_000, 'stripe', 'confirmed', 'paid'],
  ]);
  expect(had?.steps[0]?.seats).toEqual([0]);
});
