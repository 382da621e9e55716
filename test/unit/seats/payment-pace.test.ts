import { describe, expect, test } from 'vitest';
import {
  measuredOrdersPerSecond,
  paceShare,
  slowedDown,
} from '../../../durable-objects/core/payment-pace.ts';
import { account, HandSale, MINUTE } from './sale-kit.ts';

const at = (seconds: number) => 1_000_000 + seconds * 1_000;

describe('F15: the pace of payments', () => {
  test('is full until Stripe refuses for frequency, and halved by one burst however large', () => {
    expect(paceShare(null, at(0))).toBe(1);
    let pace = slowedDown(null, at(0));
    for (let i = 0; i < 100; i++) pace = slowedDown(pace, at(i * 0.04));
    expect(paceShare(pace, at(4))).toBe(0.5);
    pace = slowedDown(pace, at(6));
    expect(paceShare(pace, at(6))).toBe(0.25);
  });

  test('never ends, and comes back slowly once refusals have ended, not before', () => {
    let pace = slowedDown(null, at(0));
    for (let i = 1; i < 50; i++) pace = slowedDown(pace, at(i * 6));
    const last = 49 * 6;
    expect(paceShare(pace, at(last))).toBe(0.05);
    expect(paceShare(pace, at(last + 10))).toBe(0.05);
    expect(paceShare(pace, at(last + 70))).toBeCloseTo(0.15);
    expect(paceShare(pace, at(last + 10 + 60 * 9))).toBeCloseTo(0.95);
    expect(paceShare(pace, at(last + 10 + 60 * 10))).toBe(1);
    expect(paceShare(pace, at(-1_000))).toBe(0.05);
  });

  test('is a share of what came at payments, not of what they are said to take', () => {
    const beat = { batchSize: 30, everyMs: 30_000 };
    expect(measuredOrdersPerSecond(12.5, beat, 1)).toBe(12.5);
    expect(measuredOrdersPerSecond(12.5, beat, 0.5)).toBe(0.5);
    expect(measuredOrdersPerSecond(0.5, beat, 0.5)).toBe(0.25);
  });

  test('is heard by the sale from every call to Stripe, and told once a burst', async () => {
    const sale = new HandSale();
    const orders = [sale.order('ana', ['G-A-1']), sale.order('bob', ['G-A-2'])];
    sale.payments.fault.create = 'limited';
    const heard = sale.seatChanges;
    for (const { accountId, orderId } of orders)
      expect(await sale.desk.startPayment({ accountId, orderId })).toMatchObject({
        code: 'payments_unavailable',
      });
    expect(sale.desk.paymentShare()).toBe(0.5);
    expect(sale.seatChanges).toBeGreaterThan(heard);
    expect(sale.count('problem')).toBe(1);
    sale.payments.fault = {};
    const [first] = orders;
    if (first === undefined) throw new Error('no order');
    const { orderId } = first;
    expect(await sale.desk.startPayment({ accountId: account('ana'), orderId })).toMatchObject({
      ok: true,
    });
    await sale.pass(6 * MINUTE);
    expect(sale.desk.paymentShare()).toBe(1);
  });

  test('stays slow over a restart, and comes back from where it was', async () => {
    const sale = new HandSale();
    const { accountId, orderId } = sale.order('ana', ['G-A-1']);
    sale.payments.fault.create = 'limited';
    await sale.desk.startPayment({ accountId, orderId });
    sale.crash();
    expect(sale.desk.paymentShare()).toBe(0.5);
    sale.payments.fault = {};
    await sale.pass(MINUTE);
    sale.crash();
    expect(sale.desk.paymentShare()).toBeCloseTo(0.5 + 0.1 * (50 / 60));
    await sale.pass(5 * MINUTE);
    expect(sale.desk.paymentShare()).toBe(1);
  });
});
