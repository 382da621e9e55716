import { expect, test } from 'vitest';
import { account, HandSale, MINUTE } from './sale-kit.ts';

test('a fan locks two seats, orders, pays, and holds two tickets that Postgres and mail know of', async () => {
  const sale = new HandSale();
  const order = await sale.paying('ana', ['G-A-1', 'G-A-2']);
  expect(order).toMatchObject({ status: 'paying', total: { amount: 1_500_000, currency: 'INR' } });
  sale.payments.pay(order.orderId);

  const settled = await sale.desk.settle({ orderId: order.orderId, accountId: account('ana') });
  expect(settled).toMatchObject({ ok: true, result: 'confirmed' });
  await sale.settleDown();

  expect(sale.see(order)).toMatchObject({
    status: 'confirmed',
    filed: true,
    tickets: [{ seatId: 'G-A-1' }, { seatId: 'G-A-2' }],
  });
  expect(sale.filed.map((row) => row.commandId)).toEqual([`${order.orderId}:confirmed`]);
  expect(sale.mailed).toEqual([`${order.orderId}:tickets`]);
  expect(sale.told.map((event) => event.name)).toEqual([
    'held',
    'paying',
    'paid',
    'confirmed',
    'filed',
    'mailed',
  ]);
  expect(sale.desk.seatsLeft()).toBe(198);
  // The timer of the holds comes once more at the end of the one that was bought.
  await sale.pass(10 * MINUTE);
  expect(sale.timers.next()).toBe(null);
});
