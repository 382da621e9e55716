import { expect, test } from 'vitest';
import type { Order } from '../../../durable-objects/protocol/seats-rpc.ts';
import { HandSale, MINUTE } from './sale-kit.ts';

async function buy(sale: HandSale, name: string, seat: string): Promise<Order> {
  const order = await sale.paying(name, [seat]);
  sale.payments.pay(order.orderId);
  await sale.desk.settle({ orderId: order.orderId });
  return order;
}

test('F17: with Postgres down for an hour sales go on, and all is filed afterwards, in order', async () => {
  const sale = new HandSale();
  sale.filing = 'down';
  const bought: Order[] = [];
  for (let index = 0; index < 20; index++) {
    bought.push(
      await buy(sale, `fan-${index}`, `G-${'AB'[index % 2]}-${1 + Math.floor(index / 2)}`),
    );
    await sale.pass(3 * MINUTE);
  }
  expect(bought.map((order) => sale.see(order))).toEqual(
    bought.map(() => expect.objectContaining({ status: 'confirmed', filed: false })),
  );
  expect(await sale.desk.reconcile()).toMatchObject({ paying: 0, unfiled: 20 });
  expect(sale.mailed).toHaveLength(20);
  sale.crash();

  sale.filing = 'up';
  await sale.pass(MINUTE);
  expect(sale.filed.map((row) => row.order.orderId)).toEqual(bought.map((order) => order.orderId));
  expect(bought.every((order) => sale.see(order).filed)).toBe(true);
  expect(await sale.desk.reconcile()).toMatchObject({ paying: 0, unfiled: 0 });
});

test('F16: when Postgres commits and the answer is lost, the batch is sent again with the same ids', async () => {
  const sale = new HandSale();
  sale.filing = 'commits_but_fails';
  const order = await buy(sale, 'ana', 'G-A-1');
  await sale.pass(20_000);
  sale.crash();
  await sale.pass(40_000);
  expect(sale.filed.length).toBeGreaterThan(2);
  expect([...sale.filedOnce.keys()]).toEqual([`${order.orderId}:confirmed`]);
  expect(sale.see(order).filed).toBe(false);
  sale.filing = 'up';
  await sale.pass(MINUTE);
  expect(sale.see(order).filed).toBe(true);
  expect(sale.filedOnce.size).toBe(1);
});

test('filing backs off: an outage of an hour costs some hundred tries, not thousands', async () => {
  const sale = new HandSale();
  sale.filing = 'down';
  await buy(sale, 'ana', 'G-A-1');
  await sale.pass(60 * MINUTE);
  const tries = sale.told.filter((event) => event.detail?.startsWith('filing')).length;
  expect(tries).toBeGreaterThan(60);
  expect(tries).toBeLessThan(260);
});

test('mail does not wait for Postgres, nor Postgres for mail, and a mail that is refused is sent later', async () => {
  const sale = new HandSale();
  sale.mailUp = false;
  const order = await buy(sale, 'ana', 'G-A-1');
  await sale.settleDown();
  expect(sale.see(order).filed).toBe(true);
  expect(sale.mailed).toEqual([]);
  sale.crash();
  sale.mailUp = true;
  await sale.pass(MINUTE);
  expect(sale.mailed).toEqual([`${order.orderId}:tickets`]);
});

test('bookings confirmed while a batch is under way go together with the next', async () => {
  const sale = new HandSale();
  const sizes: number[] = [];
  const orders: Order[] = [];
  for (let index = 0; index < 30; index++) {
    const name = `fan-${index}`;
    const order = await sale.paying(name, [`S-${'ABC'[index % 3]}-${1 + Math.floor(index / 3)}`]);
    sale.payments.pay(order.orderId);
    orders.push(order);
  }
  const seen = () => sale.filed.length;
  sale.filing = 'down';
  for (const order of orders) await sale.desk.settle({ orderId: order.orderId });
  sale.filing = 'up';
  for (let step = 0; step < 10; step++) {
    const before = seen();
    await sale.pass(15_000);
    if (seen() > before) sizes.push(seen() - before);
  }
  expect(sizes).toEqual([30]);
  expect(sale.count('filed')).toBe(1);
});

test('while Postgres has not answered no alarm is due: one that is would ring without end', async () => {
  const sale = new HandSale();
  const order = await sale.paying('ana', ['G-A-1']);
  sale.payments.pay(order.orderId);
  sale.filing = 'silent';
  await sale.desk.settle({ orderId: order.orderId });
  for (let i = 0; i < 3; i++) {
    for (const timer of sale.timers.due(sale.now, 100)) sale.desk.onTimer(timer);
    expect(sale.timers.due(sale.now, 100)).toEqual([]);
    sale.now += 10_000;
  }
  sale.filing = 'up';
  sale.crash();
  await sale.settleDown();
  expect(sale.see(order).filed).toBe(true);
});

test('a booking that Postgres refuses stands aside with what follows of its order; the others are filed', async () => {
  const sale = new HandSale();
  const bad = await sale.paying('ana', ['G-A-1']);
  sale.refusing.add(bad.orderId);
  sale.payments.pay(bad.orderId);
  await sale.desk.settle({ orderId: bad.orderId });
  const good = await buy(sale, 'bob', 'G-A-2');
  await sale.settleDown();
  expect(sale.see(bad)).toMatchObject({ status: 'confirmed', filed: false });
  expect(sale.see(good).filed).toBe(true);
  const told = { name: 'problem', orderId: bad.orderId, detail: 'filing refused: 23505' };
  expect(sale.told).toContainEqual(expect.objectContaining(told));
  expect(await sale.desk.reconcile()).toMatchObject({
    unfiled: 1,
    troubles: [{ orderId: bad.orderId, kind: 'filing_refused', detail: '23505' }],
  });

  sale.crash();
  await sale.pass(10 * MINUTE);
  const later = await buy(sale, 'cyd', 'G-A-3');
  await sale.settleDown();
  expect(sale.see(later).filed).toBe(true);
  expect(sale.see(bad).filed).toBe(false);

  sale.refusing.clear();
  await sale.pass(20 * MINUTE);
  expect(sale.see(bad).filed).toBe(true);
  expect((await sale.desk.reconcile()).unfiled).toBe(0);
});
