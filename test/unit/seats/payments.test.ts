import { describe, expect, test, vi } from 'vitest';
import type { AccountId, OrderId } from '../../../durable-objects/core/ids.ts';
import { account, HandSale, MINUTE } from './sale-kit.ts';

const ana = account('ana');

describe('starting to pay', () => {
  test('F8: two tabs get the one intent, and the second confirm only shows the result', async () => {
    const sale = new HandSale();
    const { orderId } = sale.order('ana', ['G-A-1']);
    const request = { accountId: ana, orderId };
    const [one, two] = await Promise.all([
      sale.desk.startPayment(request),
      sale.desk.startPayment(request),
    ]);
    expect(one).toMatchObject({ ok: true, paymentIntentId: `pi_${orderId}` });
    expect(two).toEqual(one);
    expect(await sale.desk.startPayment(request)).toEqual(one);
    expect(sale.payments.intents.size).toBe(1);
    sale.payments.pay(orderId);
    const tickets = [{ seatId: 'G-A-1', ticketId: `ticket_${orderId}_G-A-1` }];
    const shown = { ok: true, result: 'confirmed', order: { tickets } };
    expect(await sale.desk.settle(request)).toMatchObject(shown);
    expect(await sale.desk.settle(request)).toMatchObject(shown);
    expect(await sale.desk.startPayment(request)).toEqual({ ok: false, code: 'order_closed' });
    expect(sale.count('confirmed')).toBe(1);
  });

  test('F9: the price of the hold stands when the price changes', async () => {
    const sale = new HandSale();
    const order = sale.order('ana', ['G-A-1']);
    const [gold] = sale.definition.categories;
    if (gold === undefined) throw new Error('no price');
    gold.price = { amount: 9_900_000, currency: 'INR' };
    sale.crash();
    expect(sale.see(order).total.amount).toBe(750_000);
    await sale.desk.startPayment({ accountId: ana, orderId: order.orderId });
    expect(sale.payments.intentOf(order.orderId).total).toEqual({
      amount: 750_000,
      currency: 'INR',
    });
    expect(sale.order('bob', ['G-A-2']).total.amount).toBe(9_900_000);
  });

  test('F6: gives the order its own longer deadline, once', async () => {
    const sale = new HandSale();
    const order = sale.order('ana', ['G-A-1']);
    sale.now += 9 * MINUTE;
    await sale.desk.startPayment({ accountId: ana, orderId: order.orderId });
    const deadline = sale.now + 15 * MINUTE;
    expect(sale.see(order)).toMatchObject({ status: 'paying', expiresAt: deadline });
    sale.payments.processing(order.orderId);
    await sale.pass(10 * MINUTE);
    expect(sale.see(order).status).toBe('paying');
    await sale.desk.startPayment({ accountId: ana, orderId: order.orderId });
    expect(sale.see(order).expiresAt).toBe(deadline);
    expect(await sale.desk.settle({ orderId: order.orderId, accountId: ana })).toMatchObject({
      result: 'processing',
    });
    sale.payments.pay(order.orderId);
    expect(await sale.desk.settle({ orderId: order.orderId, accountId: ana })).toMatchObject({
      result: 'confirmed',
    });
  });

  test.each(['before', 'after', 'throws'] as const)(
    'F14: when creating the intent is unknown (%s), the seats stay and asking again finds the one intent',
    async (fault) => {
      const sale = new HandSale();
      const order = sale.order('ana', ['G-A-1']);
      const request = { accountId: ana, orderId: order.orderId };
      sale.payments.fault.create = fault;
      expect(await sale.desk.startPayment(request)).toMatchObject({ code: 'payments_unavailable' });
      expect(sale.see(order)).toMatchObject({ status: 'paying', paymentIntentId: null });
      sale.crash();
      sale.payments.fault = {};
      expect(await sale.desk.startPayment(request)).toMatchObject({ ok: true });
      expect(sale.payments.intents.size).toBe(1);
    },
  );

  test('is refused for holds that ended, for orders of others, and for holds without an order', async () => {
    const sale = new HandSale();
    const order = sale.order('ana', ['G-A-1']);
    const { orderId } = order;
    expect(await sale.desk.startPayment({ accountId: account('bob'), orderId })).toEqual({
      ok: false,
      code: 'booking_not_found',
    });
    sale.admit('bob');
    const locked = sale.lock('bob', ['G-A-2']);
    if (!locked.ok) throw new Error(locked.code);
    const hidden = locked.hold.holdId.replace('hold_', 'book_') as OrderId;
    expect(await sale.desk.startPayment({ accountId: account('bob'), orderId: hidden })).toEqual({
      ok: false,
      code: 'booking_not_found',
    });
    sale.now += 10 * MINUTE;
    expect(await sale.desk.startPayment({ accountId: ana, orderId })).toEqual({
      ok: false,
      code: 'hold_expired',
    });
    expect(sale.payments.calls).toEqual([]);
  });
});

describe('settling', () => {
  test('F1: the same success webhook twice, at once, has one effect', async () => {
    const sale = new HandSale();
    const { orderId } = await sale.paying('ana', ['G-A-1']);
    sale.payments.pay(orderId);
    sale.payments.hold();
    const both = [1, 2].map(() => sale.desk.settle({ orderId, stripeEventId: 'evt_1' }));
    await vi.waitFor(() => expect(sale.payments.waiting).toBe(2));
    sale.payments.release();
    const [one, two] = await Promise.all(both);
    expect(one).toMatchObject({ ok: true, result: 'confirmed' });
    expect(two).toEqual(one);
    await sale.settleDown();
    expect(sale.count('confirmed')).toBe(1);
    expect(sale.mailed).toHaveLength(1);
    expect(sale.filed).toHaveLength(1);
    // The second guard: the store itself refuses the event's effect a second time.
    expect(() =>
      sale.store.commit({
        seats: [],
        orders: [],
        outbox: [],
        requests: [],
        stripeEvent: { id: 'evt_1', at: sale.now },
        tally: null,
      }),
    ).toThrow('Stripe event twice');
  });

  test.each([
    ['webhook first', ['webhook', 'browser']],
    ['browser first', ['browser', 'webhook']],
    ['webhook only', ['webhook']],
    ['browser only', ['browser']],
    ['twice and out of order', ['webhook', 'browser', 'webhook', 'webhook']],
  ])('F2: %s, the order is confirmed once', async (_, order) => {
    const sale = new HandSale();
    const { orderId } = await sale.paying('ana', ['G-A-1']);
    // An early event of the same intent arrives before anything was paid.
    await sale.desk.settle({ orderId, stripeEventId: 'evt_0' });
    sale.payments.pay(orderId);
    for (const [index, who] of order.entries()) {
      const by = who === 'browser' ? { accountId: ana } : { stripeEventId: `evt_${index + 1}` };
      expect(await sale.desk.settle({ orderId, ...by })).toMatchObject({ result: 'confirmed' });
    }
    await sale.settleDown();
    expect(sale.count('confirmed')).toBe(1);
    expect(sale.mailed).toHaveLength(1);
  });

  test('F13: a declined card keeps the seats for another card until the deadline, then they go', async () => {
    const sale = new HandSale();
    const order = await sale.paying('ana', ['G-A-1']);
    const { orderId } = order;
    sale.payments.decline(orderId);
    expect(await sale.desk.settle({ orderId, accountId: ana })).toMatchObject({
      result: 'failed',
      order: { status: 'paying', paymentProblem: { code: 'card_declined' } },
    });
    await sale.pass(5 * MINUTE);
    expect(sale.see(order).status).toBe('paying');
    const again = await sale.desk.startPayment({ accountId: ana, orderId });
    expect(again).toMatchObject({ ok: true, paymentIntentId: `pi_${orderId}` });
    await sale.pass(11 * MINUTE);
    expect(sale.see(order).status).toBe('expired');
    expect(sale.payments.intentOf(orderId).state).toEqual({ state: 'canceled' });
    expect(sale.desk.seatsLeft()).toBe(200);
  });

  test('F13: the other card works, and the problem is forgotten', async () => {
    const sale = new HandSale();
    const order = await sale.paying('ana', ['G-A-1']);
    sale.payments.decline(order.orderId);
    await sale.desk.settle({ orderId: order.orderId, accountId: ana });
    sale.payments.pay(order.orderId);
    await sale.desk.settle({ orderId: order.orderId, accountId: ana });
    expect(sale.see(order)).toMatchObject({ status: 'confirmed', paymentProblem: null });
  });

  test('an amount that is not the order’s is given back and told, never confirmed', async () => {
    const sale = new HandSale();
    const order = await sale.paying('ana', ['G-A-1']);
    const wrong = { amount: 1, currency: 'INR' };
    sale.payments.pay(order.orderId, wrong);
    expect(await sale.desk.settle({ orderId: order.orderId })).toMatchObject({
      result: 'refunding',
    });
    await sale.settleDown();
    expect(sale.see(order).status).toBe('refunded');
    expect([...sale.payments.refunds.values()]).toEqual([
      { intentId: `pi_${order.orderId}`, amount: wrong },
    ]);
    expect(sale.count('problem')).toBe(1);
    expect(sale.desk.seatsLeft()).toBe(200);
  });

  test('an order of another account is not found, and one that never began to pay has failed', async () => {
    const sale = new HandSale();
    const { orderId } = sale.order('ana', ['G-A-1']);
    const of = (accountId: AccountId) => sale.desk.settle({ orderId, accountId });
    expect(await of(account('bob'))).toEqual({ ok: false, code: 'booking_not_found' });
    expect(await of(ana)).toMatchObject({ result: 'failed', order: { status: 'held' } });
    expect(await sale.desk.settle({ orderId: 'book_show_nothing00' as OrderId })).toEqual({
      ok: false,
      code: 'booking_not_found',
    });
  });

  test('ends the admission of one who paid in time', async () => {
    const sale = new HandSale();
    const { orderId } = await sale.paying('ana', ['G-A-1']);
    sale.payments.pay(orderId);
    await sale.desk.settle({ orderId });
    expect(sale.lock('ana', ['G-A-2'])).toEqual({ ok: false, code: 'admission_expired' });
  });
});

describe('a lost webhook', () => {
  test('F11: costs about a minute: the object asks by itself', async () => {
    const sale = new HandSale();
    const order = await sale.paying('ana', ['G-A-1']);
    await sale.pass(3 * MINUTE);
    sale.payments.pay(order.orderId);
    await sale.pass(MINUTE);
    expect(sale.see(order).status).toBe('confirmed');
  });

  test('F11: is found by the cron when the timers are lost, too', async () => {
    const sale = new HandSale();
    const order = await sale.paying('ana', ['G-A-1']);
    sale.payments.pay(order.orderId);
    sale.timers.clear('order', order.orderId);
    expect(await sale.desk.reconcile()).toMatchObject({ paying: 1, unfiled: 0 });
    await sale.settleDown();
    expect(sale.see(order).status).toBe('confirmed');
  });

  test('F21: is found by the cron when the alarm never rings again, however often it was looked for before', async () => {
    const sale = new HandSale();
    const order = await sale.paying('ana', ['G-A-1']);
    await sale.pass(2 * MINUTE);
    sale.payments.pay(order.orderId);
    sale.now += 2 * MINUTE;
    await sale.desk.reconcile();
    await vi.waitFor(() => expect(sale.see(order).status).toBe('confirmed'));
  });
});

describe('the end of a payment', () => {
  test('F5: giving up cancels the intent before the seats go', async () => {
    const sale = new HandSale();
    const order = await sale.paying('ana', ['G-A-1']);
    sale.payments.hold();
    const released = sale.desk.releaseHold({ accountId: ana, holdId: order.holdId });
    await vi.waitFor(() => expect(sale.payments.waiting).toBe(1));
    expect(sale.desk.seatsLeft()).toBe(199);
    sale.payments.release();
    expect(await released).toEqual({ ok: true });
    expect(sale.see(order).status).toBe('cancelled');
    expect(sale.payments.intentOf(order.orderId).state).toEqual({ state: 'canceled' });
    expect(sale.desk.seatsLeft()).toBe(200);
  });

  test('F5: when the cancel says succeeded, the order is settled instead', async () => {
    const sale = new HandSale();
    const order = await sale.paying('ana', ['G-A-1']);
    sale.payments.pay(order.orderId);
    const released = await sale.desk.releaseHold({ accountId: ana, holdId: order.holdId });
    expect(released).toEqual({ ok: false, code: 'order_closed' });
    expect(sale.see(order).status).toBe('confirmed');
  });

  test('F5: while the bank is asked, giving up is refused and the seats stay', async () => {
    const sale = new HandSale();
    const order = await sale.paying('ana', ['G-A-1']);
    sale.payments.processing(order.orderId);
    const released = await sale.desk.releaseHold({ accountId: ana, holdId: order.holdId });
    expect(released).toEqual({ ok: false, code: 'order_closed' });
    expect(sale.see(order).status).toBe('paying');
  });

  test.each(['before', 'after'] as const)(
    'F14: an unknown cancel (%s) keeps the seats, and is asked again until it is known',
    async (fault) => {
      const sale = new HandSale();
      const order = await sale.paying('ana', ['G-A-1']);
      sale.payments.fault.cancel = fault;
      await sale.pass(20 * MINUTE);
      expect(sale.see(order).status).toBe('paying');
      expect(sale.desk.seatsLeft()).toBe(199);
      expect(await sale.desk.startPayment({ accountId: ana, orderId: order.orderId })).toEqual({
        ok: false,
        code: 'hold_expired',
      });
      const asked = sale.payments.calls.filter((call) => call.call === 'cancel').length;
      expect(asked).toBeGreaterThan(3);
      expect(asked).toBeLessThan(20);
      sale.payments.fault = {};
      await sale.pass(2 * MINUTE);
      expect(sale.see(order).status).toBe('expired');
      expect(sale.desk.seatsLeft()).toBe(200);
    },
  );

  test('F14: an intent that may or may not exist is asked for before the seats go', async () => {
    const sale = new HandSale();
    const order = sale.order('ana', ['G-A-1']);
    sale.payments.fault.create = 'after';
    await sale.desk.startPayment({ accountId: ana, orderId: order.orderId });
    await sale.pass(16 * MINUTE);
    expect(sale.see(order).status).toBe('paying');
    sale.payments.fault = {};
    await sale.pass(2 * MINUTE);
    expect(sale.see(order).status).toBe('expired');
    expect(sale.payments.intentOf(order.orderId).state).toEqual({ state: 'canceled' });
  });

  test('paid in the last second: the deadline finds the money and confirms', async () => {
    const sale = new HandSale();
    const order = await sale.paying('ana', ['G-A-1']);
    sale.now += 15 * MINUTE;
    sale.payments.pay(order.orderId);
    await sale.settleDown();
    expect(sale.see(order).status).toBe('confirmed');
  });
});
