import { expect, it } from 'vitest';
import type { RequestId } from '../../../durable-objects/core/ids.ts';
import { HandSale, MINUTE } from './sale-kit.ts';

it('tells where seats, orders and money stand, and tells the same after a crash', async () => {
  const sale = new HandSale();
  sale.hold('ana', ['G-A-1']);
  sale.order('ben', ['G-A-2']);
  await sale.paying('cyd', ['S-A-1']);
  const paid = await sale.paying('dev', ['S-A-2', 'S-A-3']);
  sale.payments.pay(paid.orderId);
  await sale.desk.settle(paid);
  const standing = {
    // A hold for which no booking was asked is none.
    orders: { held: 1, paying: 1, offered: 0, confirmed: 1, refunding: 0, refunded: 0 },
    seats: { available: 195, held: 3, sold: 2, blocked: 0 },
    captured: 500_000,
    refunded: 0,
    refunding: 0,
  };
  expect(sale.desk.standing()).toMatchObject(standing);
  sale.crash();
  expect(sale.desk.standing()).toMatchObject(standing);

  sale.payments.fault.refund = 'after';
  const { orderId } = paid;
  sale.desk.refundOrder({ orderId, requestId: 'back-0001' as RequestId, reason: 'rain' });
  expect(sale.desk.standing()).toMatchObject({
    orders: { confirmed: 0, refunding: 1 },
    seats: { available: 197, sold: 0 },
    captured: 500_000,
    refunded: 0,
    refunding: 500_000,
  });
  sale.payments.fault = {};
  await sale.pass(3 * MINUTE);
  const { refunded, refunding } = sale.desk.standing();
  expect([refunded, refunding]).toEqual([500_000, 0]);
});
