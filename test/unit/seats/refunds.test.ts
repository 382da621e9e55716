import { describe, expect, test, vi } from 'vitest';
import type { OrderId, RequestId, SeatId } from '../../../durable-objects/core/ids.ts';
import { seatCodeAt } from '../../../durable-objects/core/seat-status.ts';
import type { Order, RefundOutcome } from '../../../durable-objects/protocol/seats-rpc.ts';
import { HandSale, MINUTE, seatIds } from './sale-kit.ts';

const GOLD = 750_000;
const SILVER = 250_000;

async function bought(sale: HandSale, name: string, ids: string[]): Promise<Order> {
  const order = await sale.paying(name, ids);
  sale.payments.pay(order.orderId);
  await sale.desk.settle({ orderId: order.orderId });
  await sale.settleDown();
  return sale.see(order);
}

function refund(
  sale: HandSale,
  orderId: OrderId,
  ids: readonly string[] | undefined,
  requestId: string,
): RefundOutcome {
  const reason = 'the concert was moved';
  const named = ids && { seatIds: ids as readonly SeatId[] };
  return sale.desk.refundOrder({ orderId, ...named, requestId: requestId as RequestId, reason });
}

function given(sale: HandSale): number[] {
  return [...sale.payments.refunds.values()].map(({ amount }) => amount.amount);
}

describe('refunds by the organiser', () => {
  test('some seats: their price goes back, they are free at once, their tickets void, the rest stands', async () => {
    const sale = new HandSale();
    const order = await bought(sale, 'ana', ['G-A-1', 'S-A-1', 'S-A-2']);
    const outcome = refund(sale, order.orderId, ['G-A-1', 'S-A-2'], 'r1');
    expect(outcome).toMatchObject({
      ok: true,
      refund: { amount: { amount: GOLD + SILVER, currency: 'INR' }, status: 'pending' },
      order: { status: 'confirmed', filed: false, tickets: [{ seatId: 'S-A-1' }] },
    });
    expect(sale.desk.seatsLeft()).toBe(199);
    expect(sale.lock('bob', ['G-A-1'])).toMatchObject({ code: 'not_admitted' });
    const other = await bought(sale, 'bob', ['G-A-1']);
    expect(other.status).toBe('confirmed');

    await sale.settleDown();
    const after = sale.see(order);
    expect(after).toMatchObject({
      status: 'confirmed',
      filed: true,
      total: order.total,
      refunds: [{ refundId: `refund_${order.orderId}`, status: 'succeeded' }],
    });
    expect(after.items.map(({ returned }) => returned)).toEqual([true, false, true]);
    expect(given(sale)).toEqual([GOLD + SILVER]);
    expect(after.history.filter(({ actor }) => actor === 'organiser')).toEqual([
      {
        at: expect.any(Number) as number,
        actor: 'organiser',
        from: 'confirmed',
        to: 'confirmed',
        why: 'the concert was moved',
        seatIds: ['S-A-1'],
      },
    ]);
    expect(sale.mailed.filter((id) => id.startsWith(order.orderId))).toEqual([
      `${order.orderId}:tickets`,
      `${order.orderId}:refund_started:refund_${order.orderId}`,
      `${order.orderId}:refund_done:refund_${order.orderId}`,
    ]);
    expect(sale.timers.due(Infinity, 9).map(({ kind }) => kind)).toEqual(['holds']);
  });

  test('the whole order, and what is left of one: refunding, then refunded, never more than was paid', async () => {
    const sale = new HandSale();
    const order = await bought(sale, 'ana', ['G-A-1', 'S-A-1', 'S-A-2']);
    refund(sale, order.orderId, ['S-A-1'], 'r1');
    expect(refund(sale, order.orderId, undefined, 'r2')).toMatchObject({
      ok: true,
      refund: { refundId: `refund_${order.orderId}-2`, amount: { amount: GOLD + SILVER } },
      order: { status: 'refunding', tickets: [] },
    });
    expect(sale.desk.seatsLeft()).toBe(200);
    await sale.settleDown();
    expect(sale.see(order)).toMatchObject({ status: 'refunded', filed: true });
    expect(given(sale)).toEqual([SILVER, GOLD + SILVER]);
    expect(refund(sale, order.orderId, undefined, 'r3')).toEqual({
      ok: false,
      code: 'already_refunded',
    });
    expect(refund(sale, order.orderId, ['G-A-1'], 'r4')).toMatchObject({
      code: 'already_refunded',
    });
    expect(given(sale)).toHaveLength(2);
  });

  test('the same requestId has the same outcome, for good; for other seats it is refused', async () => {
    const sale = new HandSale();
    const order = await bought(sale, 'ana', ['G-A-1', 'G-A-2', 'G-A-3']);
    const first = refund(sale, order.orderId, ['G-A-1'], 'r1');
    const again = refund(sale, order.orderId, ['G-A-1'], 'r1');
    expect(again).toEqual(first);
    await sale.pass(25 * 60 * MINUTE);
    await sale.desk.reconcile();
    sale.crash();
    const later = refund(sale, order.orderId, ['G-A-1'], 'r1');
    expect(later).toMatchObject({
      ok: true,
      refund: { status: 'succeeded', amount: { amount: GOLD } },
    });
    for (const ids of [['G-A-2'], ['G-A-1', 'G-A-2'], undefined])
      expect(refund(sale, order.orderId, ids, 'r1')).toEqual({ ok: false, code: 'request_reused' });
    const whole = refund(sale, order.orderId, undefined, 'r2');
    expect(refund(sale, order.orderId, undefined, 'r2')).toEqual(whole);
    expect(refund(sale, order.orderId, ['G-A-3', 'G-A-2'], 'r2')).toEqual(whole);
    await sale.settleDown();
    expect(given(sale)).toEqual([GOLD, 2 * GOLD]);
  });

  test('what cannot be given back is refused and changes nothing', async () => {
    const sale = new HandSale();
    const order = await bought(sale, 'ana', ['G-A-1', 'G-A-2']);
    const other = await bought(sale, 'bob', ['S-A-1']);
    const unpaid = await sale.paying('cem', ['S-A-2']);
    const before = sale.see(order);
    const { orderId } = order;
    expect(refund(sale, orderId, ['S-A-1'], 'r')).toEqual({
      ok: false,
      code: 'unknown_seat',
      seatIds: ['S-A-1'],
    });
    expect(refund(sale, orderId, ['Z-1'], 'r')).toMatchObject({
      code: 'unknown_seat',
      seatIds: ['Z-1'],
    });
    expect(refund(sale, orderId, [], 'r')).toMatchObject({ code: 'unknown_seat' });
    expect(refund(sale, orderId, ['G-A-1', 'G-A-1'], 'r')).toEqual({
      ok: false,
      code: 'duplicate_seat',
      seatIds: ['G-A-1'],
    });
    expect(refund(sale, unpaid.orderId, undefined, 'r')).toEqual({ ok: false, code: 'not_paid' });
    expect(refund(sale, 'book_show_none' as OrderId, undefined, 'r')).toMatchObject({
      code: 'booking_not_found',
    });
    const held = sale.hold('dia', ['S-A-9']);
    expect(refund(sale, held.holdId.replace('hold', 'book') as OrderId, undefined, 'r')).toEqual({
      ok: false,
      code: 'booking_not_found',
    });
    await sale.settleDown();
    expect(sale.see(order)).toEqual(before);
    expect(sale.see(other).status).toBe('confirmed');
    expect(given(sale)).toEqual([]);
  });

  test('F7, F24: a part whose refund fails is tried again under a key of its own, and told once', async () => {
    const sale = new HandSale();
    const order = await bought(sale, 'ana', ['G-A-1', 'G-A-2']);
    sale.payments.refundStatus = 'failed';
    refund(sale, order.orderId, ['G-A-1'], 'r1');
    await sale.pass(2 * MINUTE);
    const [pending] = sale.see(order).refunds;
    expect(pending?.failures).toBeGreaterThan(2);
    expect((await sale.desk.reconcile()).troubles).toMatchObject([
      { orderId: order.orderId, kind: 'refund_failed' },
    ]);
    sale.payments.refundStatus = 'succeeded';
    sale.payments.fault.refund = 'after';
    await sale.pass(2 * MINUTE);
    sale.payments.fault = {};
    sale.crash();
    await sale.pass(2 * MINUTE);
    expect(sale.see(order)).toMatchObject({
      status: 'confirmed',
      filed: true,
      refunds: [{ refundId: `refund_${order.orderId}`, status: 'succeeded' }],
    });
    expect(given(sale)).toEqual([GOLD]);
    const id = `refund_${order.orderId}`;
    const done = `refund_done:${id}_${(pending?.failures ?? 0) + 1}`;
    expect(new Set(sale.mailed)).toEqual(
      new Set(
        ['tickets', `refund_started:${id}`, `refund_failed:${id}`, done].map(
          (name) => `${order.orderId}:${name}`,
        ),
      ),
    );
    expect((await sale.desk.reconcile()).troubles).toEqual([]);
  });

  test.each([undefined, ['G-A-1']])(
    'F24: a refund that the bank sends back after it had gone through (%s) begins again, and is told',
    async (ids) => {
      const sale = new HandSale();
      const order = await bought(sale, 'ana', ['G-A-1', 'G-A-2']);
      const { orderId } = order;
      refund(sale, orderId, ids, 'r1');
      await sale.pass(MINUTE);
      const before = sale.see(order);
      expect(before.refunds).toMatchObject([{ status: 'succeeded' }]);
      const id = `refund_${orderId}`;
      sale.payments.sendBack(id);
      sale.payments.refundStatus = 'pending';
      await sale.desk.settle({ orderId, stripeEventId: 'evt_failed' });
      await sale.settleDown();
      expect(sale.see(order)).toMatchObject({
        status: ids === undefined ? 'refunding' : 'confirmed',
        refunds: [{ refundId: id, status: 'pending', failures: 1 }],
      });
      expect(sale.desk.troubles()).toMatchObject([{ orderId, kind: 'refund_failed' }]);
      sale.crash();
      sale.payments.refundStatus = 'succeeded';
      await sale.pass(2 * MINUTE);
      expect(sale.see(order)).toMatchObject({ status: before.status, filed: true });
      expect([...sale.payments.refunds.keys()]).toEqual([`${id}_2`]);
      const letters = ['started', 'done', 'failed'].map((what) => `refund_${what}:${id}`);
      expect(sale.mailed.filter((mail) => mail.startsWith(`${orderId}:refund`))).toEqual(
        [...letters, `refund_done:${id}_2`].map((letter) => `${orderId}:${letter}`),
      );
      await sale.desk.settle({ orderId, stripeEventId: 'evt_failed' });
      expect(sale.see(order).status).toBe(before.status);
      await sale.desk.reconcile();
      await sale.settleDown();
      expect((await sale.desk.reconcile()).drift).toMatchObject({ explained: true, unfiled: 0 });
    },
  );

  test('F24: news of a refund that was sent back is not taken for heard while Stripe cannot be asked', async () => {
    const sale = new HandSale();
    const order = await bought(sale, 'ana', ['G-A-1']);
    const { orderId } = order;
    refund(sale, orderId, undefined, 'r1');
    await sale.pass(MINUTE);
    sale.payments.sendBack(`refund_${orderId}`);
    sale.payments.fault.refund = 'before';
    const news = { orderId, stripeEventId: 'evt_failed' };
    expect(await sale.desk.settle(news)).toMatchObject({ ok: false, code: 'payments_unavailable' });
    sale.payments.fault = {};
    expect(await sale.desk.settle(news)).toMatchObject({ ok: true, result: 'refunding' });
    await sale.pass(MINUTE);
    expect([...sale.payments.refunds.keys()]).toEqual([`refund_${orderId}_2`]);
  });

  test('F24: news of a refund that was sent back may overtake the answer that it had gone through', async () => {
    const sale = new HandSale();
    const order = await bought(sale, 'ana', ['G-A-1']);
    const { orderId } = order;
    sale.payments.hold('answered');
    refund(sale, orderId, undefined, 'r1');
    await vi.waitFor(() => expect(sale.payments.waiting).toBe(1));
    sale.payments.sendBack(`refund_${orderId}`);
    const heard = sale.desk.settle({ orderId, stripeEventId: 'evt_failed' });
    await vi.waitFor(() => expect(sale.payments.waiting).toBe(2));
    sale.payments.release(1);
    await heard;
    sale.payments.release();
    await sale.pass(MINUTE);
    expect(sale.see(order).refunds).toMatchObject([{ status: 'succeeded', failures: 1 }]);
    expect([...sale.payments.refunds.keys()]).toEqual([`refund_${orderId}_2`]);
  });

  test.each([
    ['JPY', 9_800],
    ['KWD', 12_340],
  ])(
    'in %s the minor units are as the seat was sold, and never a fraction',
    async (currency, amount) => {
      const price = { amount, currency };
      const categories = [
        { id: 'gold', name: 'Gold', price, color: '#b7791f' },
        { id: 'silver', name: 'Silver', price, color: '#64748b' },
      ];
      const sale = new HandSale({ categories });
      const order = await bought(sale, 'ana', ['G-A-1', 'G-A-2', 'G-A-3']);
      refund(sale, order.orderId, ['G-A-2'], 'r1');
      refund(sale, order.orderId, ['G-A-3'], 'r2');
      await sale.settleDown();
      expect([...sale.payments.refunds.values()].map((one) => one.amount)).toEqual([price, price]);
      expect(sale.see(order).paid).toEqual({ amount: 3 * amount, currency });
    },
  );

  test('a seat given back counts no more against the limit, and its owner may buy again', async () => {
    const sale = new HandSale();
    const ids = seatIds('G-A-1', 'G-A-2', 'G-A-3', 'G-A-4');
    const order = await bought(sale, 'ana', ids);
    sale.admit('ana');
    expect(sale.lock('ana', ['S-A-1'])).toMatchObject({ code: 'too_many_seats', owned: 4 });
    refund(sale, order.orderId, ['G-A-1', 'G-A-2'], 'r1');
    expect(sale.lock('ana', ['S-A-1'])).toMatchObject({ ok: true });
    expect(seatCodeAt(sale.desk.seats().packed, 0)).toBe(0);
  });
});
