import { describe, expect, test } from 'vitest';
import { HandSale, MINUTE } from './sale-kit.ts';

describe('late money', () => {
  /** An order that ended, whose bank pays all the same: Stripe said canceled and took the money after. */
  async function endedThenPaid(sale: HandSale) {
    const order = await sale.paying('ana', ['G-A-1', 'G-A-2']);
    await sale.pass(16 * MINUTE);
    expect(sale.see(order).status).toBe('expired');
    sale.payments.intentOf(order.orderId).state = {
      state: 'succeeded',
      amountReceived: order.total,
    };
    return order;
  }

  test('F3: the seats are still free: the same seats, confirmed', async () => {
    const sale = new HandSale();
    const order = await endedThenPaid(sale);
    const admission = sale.admit('ana');
    expect(
      await sale.desk.settle({ orderId: order.orderId, stripeEventId: 'evt_late' }),
    ).toMatchObject({
      result: 'confirmed',
      order: { tickets: [{ seatId: 'G-A-1' }, { seatId: 'G-A-2' }] },
    });
    expect(sale.desk.seatsLeft()).toBe(198);
    expect(admission).toBe('adm-ana');
  });

  test('F4, F7: a seat is gone: one refund, whatever is retried, and it is told', async () => {
    const sale = new HandSale();
    const order = await endedThenPaid(sale);
    sale.order('bob', ['G-A-2']);
    sale.payments.fault.refund = 'after';
    const settled = await sale.desk.settle({ orderId: order.orderId, stripeEventId: 'evt_late' });
    expect(settled).toMatchObject({ result: 'refunding' });
    await sale.pass(3 * MINUTE);
    expect(sale.see(order).status).toBe('refunding');
    sale.crash();
    sale.payments.fault = {};
    await sale.pass(3 * MINUTE);
    expect(sale.see(order)).toMatchObject({
      status: 'refunded',
      refunds: [{ refundId: `refund_${order.orderId}`, amount: order.total, status: 'succeeded' }],
      filed: true,
      tickets: [],
    });
    const asked = sale.payments.calls.filter((call) => call.call === 'refund');
    expect(asked.length).toBeGreaterThan(2);
    expect(new Set(asked.map((call) => call.key)).size).toBe(1);
    expect(sale.payments.refunds.size).toBe(1);
    const { orderId } = order;
    expect([...sale.filedOnce.keys()]).toEqual([`${orderId}:refunding`, `${orderId}:refunded`]);
    const letters = ['refund_started', 'refund_done'];
    expect(sale.mailed).toEqual(letters.map((name) => `${orderId}:${name}:refund_${orderId}`));
    expect(sale.count('refunded')).toBe(1);
    expect(sale.desk.seatsLeft()).toBe(199);
  });

  test('F24: a refund that fails is told, and tried again under an id of its own', async () => {
    const sale = new HandSale();
    const order = await endedThenPaid(sale);
    sale.order('bob', ['G-A-2']);
    sale.payments.refundStatus = 'failed';
    await sale.desk.settle({ orderId: order.orderId });
    await sale.settleDown();
    expect(sale.see(order)).toMatchObject({
      status: 'refunding',
      refunds: [{ refundId: `refund_${order.orderId}`, status: 'pending', failures: 1 }],
    });
    expect(sale.count('problem')).toBe(1);
    const trouble = { orderId: order.orderId, kind: 'refund_failed' };
    expect((await sale.desk.reconcile()).troubles).toMatchObject([trouble]);
    sale.crash();
    sale.payments.refundStatus = 'succeeded';
    await sale.pass(2 * MINUTE);
    expect((await sale.desk.reconcile()).troubles).toEqual([]);
    expect(sale.see(order).status).toBe('refunded');
    expect([...sale.payments.refunds.keys()]).toEqual([`refund_${order.orderId}_2`]);
  });
});
