import { describe, expect, test } from 'vitest';
import { account, HandSale, MINUTE } from './sale-kit.ts';

const ana = account('ana');

describe('a swap', () => {
  test('takes the new seats and gives up the old ones at once; the hold keeps its id, its end and its order', () => {
    const sale = new HandSale();
    const order = sale.order('ana', ['G-A-1', 'G-A-2']);
    sale.now += MINUTE;
    expect(sale.swap('ana', order.holdId, ['G-A-2', 'S-A-3'])).toMatchObject({
      ok: true,
      hold: {
        holdId: order.holdId,
        seatIds: ['G-A-2', 'S-A-3'],
        expiresAt: order.expiresAt,
        total: { amount: 1_000_000, currency: 'INR' },
      },
    });
    expect(sale.see(order)).toMatchObject({
      status: 'held',
      items: [{ seatId: 'G-A-2' }, { seatId: 'S-A-3' }],
      total: { amount: 1_000_000 },
    });
    expect(sale.desk.seatsLeft()).toBe(198);
    sale.crash();
    expect(sale.see(order).items.map((item) => item.seatId)).toEqual(['G-A-2', 'S-A-3']);
    expect(sale.hold('bob', ['G-A-1']).seatIds).toEqual(['G-A-1']);
  });

  test('keeps every old seat when one of the new ones is gone, and offers others', () => {
    const sale = new HandSale();
    const hold = sale.hold('ana', ['G-E-5']);
    sale.hold('bob', ['G-E-6']);
    const lost = sale.swap('ana', hold.holdId, ['G-E-6']);
    expect(lost).toMatchObject({ ok: false, code: 'seats_unavailable', seatIds: ['G-E-6'] });
    if (lost.ok || lost.code !== 'seats_unavailable') throw new Error('expected to lose');
    expect(lost.alternatives).toContain('G-E-7');
    expect(sale.desk.seatsLeft()).toBe(198);
    sale.admit('cem');
    expect(sale.lock('cem', ['G-E-5'])).toMatchObject({ code: 'seats_unavailable' });
  });

  test('stays within the limit, counting what it gives up, and needs no room for both', () => {
    const sale = new HandSale();
    const hold = sale.hold('ana', ['G-A-1', 'G-A-2', 'G-A-3', 'G-A-4']);
    const other = ['S-A-1', 'S-A-2', 'S-A-3', 'S-A-4'];
    expect(sale.swap('ana', hold.holdId, other)).toMatchObject({ ok: true });
    expect(sale.swap('ana', hold.holdId, [...other, 'S-A-5'])).toMatchObject({
      code: 'too_many_seats',
    });
    expect(sale.swap('ana', hold.holdId, ['G-A-1'])).toMatchObject({ ok: true });
    expect(sale.desk.seatsLeft()).toBe(199);
    expect(sale.lock('ana', ['G-B-1'])).toMatchObject({ code: 'hold_exists' });
  });

  test('keeps the price of a seat that stays, and takes today’s for one that comes', () => {
    const sale = new HandSale();
    const order = sale.order('ana', ['G-A-1']);
    const [gold] = sale.definition.categories;
    if (gold === undefined) throw new Error('no price');
    gold.price = { amount: 9_900_000, currency: 'INR' };
    sale.crash();
    sale.swap('ana', order.holdId, ['G-A-2', 'G-A-1']);
    expect(sale.see(order).items.map((item) => item.price.amount)).toEqual([9_900_000, 750_000]);
  });

  test('is for one’s own live hold of this admission, before paying began', async () => {
    const sale = new HandSale();
    const hold = sale.hold('ana', ['G-A-1']);
    sale.admit('bob');
    const refused = (name: string, code: string) =>
      expect(sale.swap(name, hold.holdId, ['G-B-1'])).toEqual({ ok: false, code });
    refused('bob', 'hold_not_found');
    const order = sale.create('ana', hold.holdId);
    await sale.desk.startPayment({ accountId: ana, orderId: order.orderId });
    refused('ana', 'order_closed');
    await sale.desk.releaseHold({ accountId: ana, holdId: hold.holdId });
    refused('ana', 'hold_not_found');
    const next = sale.hold('ana', ['G-A-1']);
    sale.now += 10 * MINUTE;
    expect(sale.swap('ana', next.holdId, ['G-B-1'])).toEqual({ ok: false, code: 'hold_expired' });
    expect(sale.desk.seatsLeft()).toBe(200);
  });

  test('asked again with its requestId answers what it answered, also after another swap and a crash', () => {
    const sale = new HandSale();
    const { holdId } = sale.hold('ana', ['G-A-1']);
    const first = sale.swap('ana', holdId, ['G-A-2'], 'r1');
    const second = sale.swap('ana', holdId, ['G-A-3'], 'r2');
    sale.crash();
    expect(sale.swap('ana', holdId, ['G-A-2'], 'r1')).toEqual(first);
    expect(sale.swap('ana', holdId, ['G-A-3'], 'r2')).toEqual(second);
    expect(sale.lock('ana', ['G-A-2'], 'r1')).toEqual({ ok: false, code: 'request_reused' });
    expect(sale.desk.seats().packed[0]).toBe(0b01_00_00);
  });

  test('in the same call as its lock finds the hold', () => {
    const sale = new HandSale();
    const { holdId } = sale.hold('ana', ['G-A-1']);
    const outcomes = sale.lockTogether([
      { name: 'ana', ids: ['G-A-2'], replaces: holdId, requestId: 'r1' },
      { name: 'ana', ids: ['G-A-1', 'G-A-2'], replaces: holdId, requestId: 'r2' },
    ]);
    expect(outcomes).toMatchObject([{ ok: true }, { ok: true }]);
    sale.crash();
    expect(sale.desk.seatsLeft()).toBe(198);
  });

  test('is told in the history, with the seats before and after', () => {
    const sale = new HandSale();
    const { holdId } = sale.hold('ana', ['G-A-1']);
    sale.swap('ana', holdId, ['G-A-2']);
    const told = (index: number) =>
      sale.store
        .ordersOfSeat(index)
        .map((order) => order.steps.map((step) => [step.why, step.seats]));
    const all = [
      [
        ['seats locked', [0]],
        ['seats changed', [1]],
      ],
    ];
    expect([told(0), told(1), told(2)]).toEqual([all, all, []]);
  });
});

describe('extending a hold', () => {
  test('makes it last as long as a new one, up to the end of the admission and no further', () => {
    const sale = new HandSale();
    const order = sale.order('ana', ['G-A-1']);
    const admittedUntil = sale.now + 20 * MINUTE;
    sale.now += 8 * MINUTE;
    expect(sale.extend('ana', order.holdId)).toMatchObject({
      ok: true,
      hold: {
        holdId: order.holdId,
        seatIds: ['G-A-1'],
        expiresAt: sale.now + 10 * MINUTE,
        extendableUntil: admittedUntil,
      },
    });
    sale.now += 8 * MINUTE;
    sale.extend('ana', order.holdId);
    expect(sale.see(order).expiresAt).toBe(admittedUntil);
    sale.crash();
    sale.now = admittedUntil - 1;
    expect(sale.see(order).status).toBe('held');
    expect(sale.extend('ana', order.holdId)).toMatchObject({ hold: { expiresAt: admittedUntil } });
    sale.now += 1;
    expect(sale.see(order).status).toBe('expired');
  });

  test('never makes it shorter, and ends with the admission', () => {
    const sale = new HandSale();
    sale.admit('ana', 2);
    const locked = sale.lock('ana', ['G-A-1']);
    if (!locked.ok) throw new Error(locked.code);
    const { holdId, expiresAt } = locked.hold;
    sale.now += MINUTE;
    expect(sale.extend('ana', holdId)).toMatchObject({ hold: { expiresAt } });
    sale.now += MINUTE;
    expect(sale.extend('ana', holdId)).toEqual({ ok: false, code: 'admission_expired' });
  });

  test('is for one’s own live hold, before paying began', async () => {
    const sale = new HandSale();
    const order = sale.order('ana', ['G-A-1']);
    expect(sale.extend('bob', order.holdId)).toEqual({ ok: false, code: 'hold_not_found' });
    await sale.desk.startPayment({ accountId: ana, orderId: order.orderId });
    expect(sale.extend('ana', order.holdId)).toEqual({ ok: false, code: 'order_closed' });
    const next = sale.hold('bob', ['G-A-2']);
    sale.now += 10 * MINUTE;
    expect(sale.extend('bob', next.holdId)).toEqual({ ok: false, code: 'hold_expired' });
  });

  test('asked again with its requestId gives no more time, and the id opens nothing else', () => {
    const sale = new HandSale();
    const { holdId } = sale.hold('ana', ['G-A-1']);
    sale.now += 2 * MINUTE;
    const first = sale.extend('ana', holdId, 'r1');
    sale.now += 2 * MINUTE;
    sale.crash();
    expect(sale.extend('ana', holdId, 'r1')).toEqual(first);
    expect(sale.lock('ana', ['G-A-2'], 'r1')).toEqual({ ok: false, code: 'request_reused' });
    sale.swap('ana', holdId, ['G-A-3'], 'r2');
    expect(sale.extend('ana', holdId, 'r2')).toEqual({ ok: false, code: 'request_reused' });
  });

  test('lets the timer of the holds ring for nothing, and ends on time all the same', async () => {
    const sale = new HandSale();
    const order = sale.order('ana', ['G-A-1']);
    sale.now += 9 * MINUTE;
    sale.extend('ana', order.holdId);
    await sale.pass(5 * MINUTE);
    expect(sale.see(order).status).toBe('held');
    await sale.pass(5 * MINUTE);
    expect(sale.count('expired')).toBe(1);
    expect(sale.timers.next()).toBe(null);
  });
});
