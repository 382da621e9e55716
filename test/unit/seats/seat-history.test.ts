import { expect, test } from 'vitest';
import type { RequestId, SeatId } from '../../../durable-objects/core/ids.ts';
import { account, HandSale, MINUTE, seatIds } from './sale-kit.ts';

/** The seat's steps in short: who, from what, to what. */
function told(sale: HandSale, seatId: string): string[] {
  const events = sale.desk.seatHistory(seatId as SeatId) ?? [];
  return events.map(({ accountId, actor, from, to }) => `${accountId}: ${from} → ${to} (${actor})`);
}

test('a seat tells who had it when, through a swap, an end, late money and a refund', async () => {
  const sale = new HandSale();
  const { holdId } = sale.hold('cem', ['G-A-1']);
  sale.swap('cem', holdId, ['G-B-1']);
  const order = await sale.paying('ana', ['G-A-1']);
  await sale.pass(16 * MINUTE);
  const other = await sale.paying('bob', ['G-A-1']);
  sale.payments.pay(other.orderId);
  await sale.desk.settle(other);
  sale.payments.payAnyhow(order.orderId);
  await sale.desk.settle(order);
  sale.desk.answerOffer({ ...order, accept: true });
  const requestId = 'r' as RequestId;
  const reason = 'a pillar stands in the way';
  sale.desk.refundOrder({ ...other, seatIds: seatIds('G-A-1'), requestId, reason });

  expect(told(sale, 'G-A-1')).toEqual([
    'cem: free → hold (buyer)',
    'cem: hold → free (buyer)',
    'ana: free → hold (buyer)',
    'ana: hold → held (buyer)',
    'ana: held → paying (buyer)',
    'ana: paying → free (timer)',
    'bob: free → hold (buyer)',
    'bob: hold → held (buyer)',
    'bob: held → paying (buyer)',
    'bob: paying → paid (buyer)',
    'bob: paid → confirmed (buyer)',
    'bob: confirmed → free (organiser)',
  ]);
  expect(told(sale, 'G-A-2')).toEqual([
    'ana: free → offered (buyer)',
    'ana: offered → paid (buyer)',
    'ana: paid → confirmed (buyer)',
  ]);
  expect(sale.desk.seatHistory('G-A-1' as SeatId)?.at(-1)).toMatchObject({
    orderId: other.orderId,
    accountId: account('bob'),
    at: sale.now,
    why: reason,
  });
  expect(told(sale, 'S-A-1')).toEqual([]);
  expect(sale.desk.seatHistory('Z-1' as SeatId)).toBe(null);
});
