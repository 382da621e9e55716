import { describe, expect, test } from 'vitest';
import type { RequestId } from '../../../durable-objects/core/ids.ts';
import { agrees, NO_TALLY } from '../../../durable-objects/core/sale-tally.ts';
import type { Drift, Order } from '../../../durable-objects/protocol/seats-rpc.ts';
import { HandSale, MINUTE } from './sale-kit.ts';

async function buy(sale: HandSale, name: string, ids: string[]): Promise<Order> {
  const order = await sale.paying(name, ids);
  sale.payments.pay(order.orderId);
  await sale.desk.settle({ orderId: order.orderId });
  return order;
}

/** As the cron learns it: one nudge asks, the next tells, and asks again. */
async function drift(sale: HandSale): Promise<Drift | null> {
  await sale.desk.reconcile();
  await sale.settleDown();
  const { drift: told } = await sale.desk.reconcile();
  await sale.settleDown();
  return told;
}

describe('the books of the object and of Postgres', () => {
  test('are the same to the seat and the minor unit, through refunds and a crash', async () => {
    const sale = new HandSale();
    const [whole, part] = [
      await buy(sale, 'ana', ['G-A-1', 'G-A-2']),
      await buy(sale, 'bob', ['G-A-3', 'S-A-1']),
    ];
    await buy(sale, 'cem', ['S-B-1']);
    const reason = 'moved';
    const requestId = 'r' as RequestId;
    sale.desk.refundOrder({ orderId: whole.orderId, requestId, reason });
    const seatIds = part.items.slice(1).map((item) => item.seatId);
    sale.desk.refundOrder({ orderId: part.orderId, seatIds, requestId, reason });
    await sale.pass(MINUTE);
    const told = await drift(sale);
    expect(told).toMatchObject({ unfiled: 0, explained: true });
    expect(told?.postgres).toEqual(told?.object);
    expect(told?.object).toEqual({
      confirmed: 2,
      offered: 0,
      refunding: 0,
      refunded: 1,
      seats: 2,
      captured: 1_500_000 + 1_000_000 + 250_000,
      returned: 1_500_000 + 250_000,
    });
    sale.crash();
    expect((await drift(sale))?.object).toEqual(told?.object);
  });

  test('differ by what is on its way while Postgres is down, and that explains it', async () => {
    const sale = new HandSale();
    await buy(sale, 'ana', ['G-A-1']);
    await sale.settleDown();
    sale.filing = 'down';
    await buy(sale, 'bob', ['G-A-2']);
    await sale.settleDown();
    expect(await drift(sale)).toBe(null);
    sale.filing = 'refuses_to_file';
    expect(await drift(sale)).toMatchObject({
      unfiled: 1,
      explained: true,
      object: { confirmed: 2 },
      postgres: { confirmed: 1 },
    });
  });

  test.each([
    ['a booking', { confirmed: 0 }],
    ['a seat', { seats: 1 }],
    ['a minor unit', { captured: 1_499_999 }],
    ['a refund that nobody made', { returned: 1 }],
  ])('that differ by %s are told until they agree', async (_, wrong) => {
    const sale = new HandSale();
    await buy(sale, 'ana', ['G-A-1', 'G-A-2']);
    await sale.settleDown();
    sale.misread = (total) => ({ ...total, ...wrong });
    expect(await drift(sale)).toMatchObject({ explained: false, postgres: wrong });
    expect(sale.desk.troubles()).toMatchObject([{ orderId: null, kind: 'books_differ' }]);
    expect(sale.told.some(({ detail }) => detail?.startsWith('the books differ'))).toBe(true);
    sale.misread = (total) => total;
    expect(await drift(sale)).toMatchObject({ explained: true });
    expect(sale.desk.troubles()).toEqual([]);
  });

  test('that changed while Postgres was asked are judged by what may have been filed', () => {
    const two = { ...NO_TALLY, confirmed: 2, seats: 4 };
    const three = { ...two, confirmed: 3, seats: 6 };
    const reading = { before: two, after: three, unfiled: 1 };
    const has = (confirmed: number) => agrees(reading, { ...NO_TALLY, confirmed });
    expect([0, 1, 2, 3, 4].map(has)).toEqual([false, true, true, true, false]);
  });
});
