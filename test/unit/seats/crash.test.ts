import { expect, test } from 'vitest';
import type { OrderId } from '../../../durable-objects/core/ids.ts';
import { account, HandSale, MINUTE } from './sale-kit.ts';

// Invariant: whatever step the object dies after, every answer it gave still holds, and every purchase
// ends by itself: captured money as tickets or refund, everything else with its seats free.

const ana = account('ana');

interface Story {
  name: string;
  /** How it must end when nothing but time passes afterwards. */
  ends: 'confirmed' | 'expired' | 'cancelled';
  steps: ((sale: HandSale, orderId: OrderId) => unknown)[];
}

const pay = (sale: HandSale, orderId: OrderId) => sale.payments.pay(orderId);
const start = (sale: HandSale, orderId: OrderId) =>
  sale.desk.startPayment({ accountId: ana, orderId });
const settle = (sale: HandSale, orderId: OrderId) => sale.desk.settle({ orderId, accountId: ana });
const webhook = (sale: HandSale, orderId: OrderId) =>
  sale.desk.settle({ orderId, stripeEventId: 'evt' });
const minutes = (count: number) => (sale: HandSale) => sale.pass(count * MINUTE);
const giveUp = (sale: HandSale, orderId: OrderId) =>
  sale.desk.releaseHold({ accountId: ana, holdId: orderId.replace('book', 'hold') as never });

const stories: Story[] = [
  { name: 'bought', ends: 'confirmed', steps: [start, pay, settle, webhook, webhook] },
  { name: 'bought, nobody tells us', ends: 'confirmed', steps: [start, pay] },
  {
    name: 'bought in the last minute',
    ends: 'confirmed',
    steps: [minutes(9), start, minutes(14), pay],
  },
  { name: 'never paid', ends: 'expired', steps: [start, settle] },
  { name: 'never began to pay', ends: 'expired', steps: [minutes(3)] },
  { name: 'given up', ends: 'cancelled', steps: [giveUp] },
  { name: 'given up while paying', ends: 'cancelled', steps: [start, giveUp, giveUp] },
  { name: 'given up too late', ends: 'confirmed', steps: [start, pay, giveUp, settle] },
];

test.each(stories)(
  'F18: $name: ends $ends, whatever step it dies after',
  async ({ ends, steps }) => {
    for (let deadAfter = -1; deadAfter <= steps.length; deadAfter++) {
      const sale = new HandSale();
      const order = sale.order('ana', ['G-A-1', 'G-A-2']);
      if (deadAfter === -1) sale.crash();
      for (const [index, step] of steps.entries()) {
        await step(sale, order.orderId);
        const before = sale.see(order);
        if (deadAfter !== index) continue;
        sale.crash();
        expect(sale.see(order)).toEqual(before);
      }
      await sale.pass(20 * MINUTE);
      expect(sale.see(order).status).toBe(ends);
      expect(sale.desk.seatsLeft()).toBe(ends === 'confirmed' ? 198 : 200);
      // Sent again when the answer was lost; the key is the same, so that one mail arrives.
      expect(new Set(sale.mailed).size).toBe(ends === 'confirmed' ? 1 : 0);
      expect(sale.see(order).filed).toBe(ends === 'confirmed');
      expect(sale.timers.next()).toBe(null);
    }
  },
);

test.each(['create', 'retrieve', 'cancel'] as const)(
  'F18: an object that dies while it waits for Stripe (%s) resolves the order when it wakes',
  async (call) => {
    for (const paid of [false, true]) {
      const sale = new HandSale();
      const order =
        call === 'create' ? sale.order('ana', ['G-A-1']) : await sale.paying('ana', ['G-A-1']);
      sale.payments.hold();
      if (call === 'create') void start(sale, order.orderId);
      if (call === 'retrieve') void settle(sale, order.orderId);
      if (call === 'cancel') void giveUp(sale, order.orderId);
      await Promise.resolve();
      const dead = sale.desk;
      sale.crash();
      expect(sale.desk).not.toBe(dead);
      // Stripe did what it was asked; the answer finds nobody. The dead object cannot write either.
      sale.payments.abandon();
      if (paid && call !== 'create') sale.payments.pay(order.orderId);
      await sale.pass(20 * MINUTE);
      expect(sale.see(order).status).toBe(paid && call !== 'create' ? 'confirmed' : 'expired');
      expect(sale.payments.intents.size).toBe(1);
    }
  },
);

test('a store that fails in the middle leaves memory as the store is', () => {
  const sale = new HandSale();
  sale.admit('ana');
  const { commit } = sale.store;
  sale.store.commit = () => {
    throw new Error('disk full');
  };
  expect(() => sale.lock('ana', ['G-A-1'])).toThrow('disk full');
  expect(sale.desk.seatsLeft()).toBe(200);
  sale.store.commit = commit;
  expect(sale.lock('ana', ['G-A-1'])).toMatchObject({ ok: true });
});

test('F18: an object that lost its timers as well arms them again when it wakes', async () => {
  const sale = new HandSale();
  const held = sale.order('ana', ['G-A-1']);
  const paid = await sale.paying('bob', ['G-A-2']);
  sale.filing = 'down';
  const bought = await sale.paying('cem', ['G-A-3']);
  sale.payments.pay(bought.orderId);
  await sale.desk.settle({ orderId: bought.orderId });
  await sale.settleDown();
  for (const { orderId } of [held, paid]) sale.timers.clear('order', orderId);
  sale.timers.clear('holds', '');
  sale.timers.clear('outbox-file', '');
  expect(sale.timers.next()).toBe(null);

  sale.crash();
  sale.filing = 'up';
  sale.payments.pay(paid.orderId);
  await sale.pass(11 * MINUTE);
  expect(sale.store.order(held.orderId)?.stage).toBe('expired');
  expect(sale.see(paid)).toMatchObject({ status: 'confirmed', filed: true });
  expect(sale.see(bought).filed).toBe(true);
});
