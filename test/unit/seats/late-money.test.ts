import { describe, expect, test } from 'vitest';
import type { Order } from '../../../durable-objects/protocol/seats-rpc.ts';
import { account, HandSale, MINUTE, smallPlan } from './sale-kit.ts';

/** An order that ended, whose bank pays all the same: Stripe said canceled and took the money after. */
async function endedThenPaid(sale: HandSale, ids = ['G-A-1', 'G-A-2']): Promise<Order> {
  const order = await sale.paying('ana', ids);
  await sale.pass(16 * MINUTE);
  expect(sale.see(order).status).toBe('expired');
  sale.payments.payAnyhow(order.orderId);
  return order;
}

/** Two gold seats and ten of silver, which is worth less. */
function smallHall(): HandSale {
  const [gold, silver] = smallPlan.sections.map((section) => ({ ...section, rows: [] }));
  if (gold === undefined || silver === undefined) throw new Error('two sections');
  const sections = [
    { ...gold, rows: [2] },
    { ...silver, rows: [10] },
  ] as typeof smallPlan.sections;
  return new HandSale({ plan: { ...smallPlan, sections } });
}

/** Late money whose seats are gone, and others set aside for it. */
async function offered(sale = new HandSale()): Promise<Order> {
  const order = await endedThenPaid(sale);
  sale.order('bob', ['G-A-2']);
  await sale.desk.settle({ orderId: order.orderId, stripeEventId: 'evt_late' });
  await sale.settleDown();
  return sale.see(order);
}

function answer(sale: HandSale, { orderId }: Order, accept: boolean, name = 'ana') {
  return sale.desk.answerOffer({ accountId: account(name), orderId, accept });
}

describe('late money', () => {
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

  test('F4, F7: no seat as good is left: one refund, whatever is retried, and it is told', async () => {
    const sale = smallHall();
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
    expect(sale.desk.seatsLeft()).toBe(11);
  });

  test('F24: a refund that fails is told, and tried again under a key of its own', async () => {
    const sale = smallHall();
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

describe('F4: late money whose seats are gone is offered others', () => {
  test('as many, as good, side by side and near, set aside from others, told on the page and by mail', async () => {
    const sale = new HandSale();
    const order = await offered(sale);
    expect(order).toMatchObject({
      status: 'offered',
      items: [{ seatId: 'G-A-1' }, { seatId: 'G-A-2' }],
      offer: { until: sale.now + 5 * MINUTE - 50 },
      tickets: [],
      refunds: [],
      filed: true,
    });
    const seats = order.offer?.items.map(({ seatId }) => seatId) ?? [];
    expect(seats).toEqual(['G-A-3', 'G-A-4']);
    expect(sale.desk.seatsLeft()).toBe(197);
    sale.admit('cem');
    expect(sale.lock('cem', ['G-A-3'])).toMatchObject({ code: 'seats_unavailable' });
    expect(sale.mailed).toEqual([`${order.orderId}:offer`]);
    expect(order.history.at(-1)).toMatchObject({ from: 'expired', to: 'offered', seatIds: seats });
    // Whatever repeats, one offer.
    await sale.desk.settle({ orderId: order.orderId });
    await sale.desk.settle({ orderId: order.orderId, stripeEventId: 'evt_again' });
    sale.crash();
    expect(sale.see(order)).toEqual(order);
  });

  test('taken with one call: confirmed for what was paid, at no charge, and once', async () => {
    const sale = new HandSale();
    const order = await offered(sale);
    expect(answer(sale, order, true)).toMatchObject({
      ok: true,
      order: {
        status: 'confirmed',
        offer: null,
        total: order.total,
        paid: order.total,
        tickets: [{ seatId: 'G-A-3' }, { seatId: 'G-A-4' }],
      },
    });
    await sale.settleDown();
    const after = sale.see(order);
    expect(answer(sale, order, true)).toEqual({ ok: true, order: after });
    expect(answer(sale, order, false)).toEqual({ ok: false, code: 'offer_over' });
    await sale.pass(30 * MINUTE);
    expect(sale.see(order)).toEqual(after);
    expect(sale.payments.refunds.size).toBe(0);
    const { orderId } = order;
    expect(sale.mailed).toEqual([`${orderId}:offer`, `${orderId}:tickets`]);
    expect([...sale.filedOnce.keys()]).toEqual([`${orderId}:offered`, `${orderId}:confirmed`]);
    expect(sale.payments.calls.filter(({ call }) => call === 'create')).toHaveLength(1);
  });

  test('declined: all goes back at once, and the seats with it', async () => {
    const sale = new HandSale();
    const order = await offered(sale);
    expect(answer(sale, order, false)).toMatchObject({ ok: true, order: { status: 'refunding' } });
    expect(sale.desk.seatsLeft()).toBe(199);
    await sale.settleDown();
    expect(sale.see(order)).toMatchObject({
      status: 'refunded',
      refunds: [{ amount: order.total }],
    });
    expect(answer(sale, order, false)).toMatchObject({ ok: true });
    expect(answer(sale, order, true)).toEqual({ ok: false, code: 'offer_over' });
    expect(sale.payments.refunds.size).toBe(1);
    const step = sale.see(order).history.find(({ to }) => to === 'refunding');
    expect(step).toMatchObject({
      actor: 'buyer',
      from: 'offered',
      why: 'declined the seats offered',
    });
  });

  test('never answered, and no alarm rings: whoever asks sees that it is over', async () => {
    const sale = new HandSale();
    const order = await offered(sale);
    sale.now += 5 * MINUTE;
    expect(sale.see(order).status).toBe('refunding');
    expect(answer(sale, order, true)).toMatchObject({ code: 'offer_over' });
    expect(sale.desk.seatsLeft()).toBe(199);
  });

  test.each(['an alarm', 'a crash', 'the cron alone'])(
    'never answered, with %s: at the end of the offer all goes back, with a mail at each step',
    async (how) => {
      const sale = new HandSale();
      const order = await offered(sale);
      sale.now += 5 * MINUTE;
      if (how === 'a crash') sale.crash();
      if (how === 'the cron alone') {
        sale.timers.clear('holds', '');
        await sale.desk.reconcile();
      }
      await sale.settleDown();
      expect(sale.see(order)).toMatchObject({ status: 'refunded', filed: true });
      expect(sale.desk.seatsLeft()).toBe(199);
      const { orderId } = order;
      const id = `refund_${orderId}`;
      const letters = ['offer', `refund_started:${id}`, `refund_done:${id}`];
      expect([...new Set(sale.mailed)]).toEqual(letters.map((letter) => `${orderId}:${letter}`));
      expect(
        sale
          .see(order)
          .history.map(({ to }) => to)
          .slice(-3),
      ).toEqual(['offered', 'refunding', 'refunded']);
    },
  );

  test('the organiser sets how long it stands', async () => {
    const sale = new HandSale({ settings: { offerTtlMs: 60_000 } });
    const order = await offered(sale);
    await sale.pass(45_000);
    expect(sale.see(order).status).toBe('offered');
    await sale.pass(30_000);
    expect(sale.see(order).status).toBe('refunded');
  });

  test('nobody else may answer, and nobody where nothing was offered', async () => {
    const sale = new HandSale();
    const order = await offered(sale);
    expect(answer(sale, order, true, 'bob')).toMatchObject({ code: 'booking_not_found' });
    const other = await sale.paying('cem', ['S-A-1']);
    expect(answer(sale, other, true, 'cem')).toMatchObject({ code: 'order_closed' });
    sale.payments.pay(other.orderId);
    await sale.desk.settle({ orderId: other.orderId });
    expect(answer(sale, other, true, 'cem')).toMatchObject({ code: 'order_closed' });
    expect(sale.see(order).status).toBe('offered');
  });

  test('a better band stands in where the same is gone, never a worse one', async () => {
    const sale = new HandSale();
    const order = await endedThenPaid(sale, ['S-A-1', 'S-A-2']);
    // Of silver only single seats are left.
    const silver = sale.seats.filter(({ id }) => id.startsWith('S-'));
    const taken = silver.filter((_, index) => index % 2 === 1).map(({ id }) => id);
    for (let at = 0; at < taken.length; at += 4) sale.order(`fan-${at}`, taken.slice(at, at + 4));
    await sale.desk.settle({ orderId: order.orderId });
    const offer = sale.see(order).offer?.items ?? [];
    expect(offer.map(({ categoryId }) => categoryId)).toEqual(['gold', 'gold']);
    expect(offer.map(({ price }) => price.amount)).toEqual([250_000, 250_000]);
    const [first, second] = offer.map(({ seatId }) =>
      sale.seats.findIndex(({ id }) => id === seatId),
    );
    expect(Math.abs((first ?? 0) - (second ?? 0))).toBe(1);
  });

  test('single seats are offered where no two are side by side, and seats of two bands each in its own', async () => {
    const sale = new HandSale();
    const order = await endedThenPaid(sale, ['G-A-2', 'S-A-2', 'G-A-4']);
    const odd = sale.seats.filter((_, index) => index % 2 === 1).map(({ id }) => id);
    for (let at = 0; at < odd.length; at += 4) sale.order(`fan-${at}`, odd.slice(at, at + 4));
    await sale.desk.settle({ orderId: order.orderId });
    const offer = sale.see(order).offer?.items ?? [];
    expect(offer.map(({ categoryId }) => categoryId)).toEqual(['gold', 'silver', 'gold']);
    expect(new Set(offer.map(({ seatId }) => seatId)).size).toBe(3);
  });
});
