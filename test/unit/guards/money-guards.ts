import { vi } from 'vitest';
import type * as PaymentRules from '../../../durable-objects/core/payment-rules.ts';
import type * as RefundRules from '../../../durable-objects/core/refund-rules.ts';
import type * as OrderRecords from '../../../durable-objects/core/order-record.ts';
import type * as Pace from '../../../durable-objects/core/payment-pace.ts';
import { must, patch } from './harness.ts';
import type { Guard, Kit } from './harness.ts';

const outside = () => import('../../../durable-objects/event-sale/order-outside.ts');
const store = () => import('../../../durable-objects/storage/memory-seat-store.ts');
const payments = () => import('../../../durable-objects/event-sale/order-payments.ts');

/** Late money: paid after the hold has ended, Stripe having said canceled. `taken`: another has the seat. */
async function paidLate({ HandSale, MINUTE }: Kit, taken: boolean) {
  const sale = new HandSale();
  const order = await sale.paying('ana', ['G-A-1']);
  await sale.pass(16 * MINUTE);
  if (taken) sale.order('bob', ['G-A-1']);
  sale.payments.payAnyhow(order.orderId);
  await sale.desk.settle({ orderId: order.orderId, stripeEventId: 'evt' });
  return { sale, order };
}

/** Guards of payments and refunds. */
export const moneyGuards: readonly Guard[] = [
  {
    name: 'F1 the same webhook twice',
    guard: 'the look whether the event, or the money, had its effect before',
    async off() {
      patch<typeof PaymentRules>('durable-objects/core/payment-rules.ts', ({ judgeIntent }) => ({
        judgeIntent: (order, intent, seats) =>
          intent.state === 'succeeded'
            ? { do: 'confirm', late: false }
            : judgeIntent(order, intent, seats),
      }));
      const { MemorySeatStore } = await store();
      vi.spyOn(MemorySeatStore.prototype, 'hasStripeEvent').mockReturnValue(false);
    },
    async play({ HandSale }) {
      const sale = new HandSale();
      const { orderId } = await sale.paying('ana', ['G-A-1']);
      sale.payments.pay(orderId);
      const event = { orderId, stripeEventId: 'evt' };
      await Promise.all([sale.desk.settle(event), sale.desk.settle(event)]);
      await sale.settleDown();
      must(sale.count('confirmed') === 1, 'confirmed once');
      must(sale.mailed.length === 1, 'mailed once');
    },
  },
  {
    name: 'F2 a webhook before the money',
    guard: 'reading the intent again instead of believing the message',
    async off() {
      const { OrderOutside } = await outside();
      vi.spyOn(OrderOutside.prototype, 'read').mockImplementation(async (order) => ({
        ok: true,
        intent: {
          state: 'succeeded',
          amountReceived: { amount: 750_000, currency: order.currency },
        },
        clientSecret: '',
      }));
    },
    async play({ HandSale }) {
      const sale = new HandSale();
      const order = sale.order('ana', ['G-A-1']);
      const { orderId, accountId } = order;
      await sale.desk.startPayment({ accountId, orderId });
      await sale.desk.settle({ orderId, stripeEventId: 'early' });
      must(sale.see(order).status === 'paying', 'not confirmed before Stripe says so itself');
    },
  },
  {
    name: 'F3 late money, seats free',
    guard: 'the verdict on money of an order that has ended',
    off: () => ignoreLate(),
    async play(kit) {
      const { sale, order } = await paidLate(kit, false);
      must(sale.see(order).status === 'confirmed', 'the same seats, confirmed');
    },
  },
  {
    name: 'F4 late money, seats gone',
    guard: 'the verdict on money of an order that has ended',
    off: () => ignoreLate(),
    async play(kit) {
      const { sale, order } = await paidLate(kit, true);
      must(sale.see(order).status === 'offered', 'other seats are offered');
      await sale.pass(6 * kit.MINUTE);
      must(sale.see(order).status === 'refunded', 'else all goes back');
    },
  },
  {
    name: 'F5 paid on a cancelled order',
    guard: 'asking Stripe before the seats go',
    async off() {
      const { OrderOutside } = await outside();
      vi.spyOn(OrderOutside.prototype, 'cancel').mockResolvedValue({
        ok: true,
        intent: { state: 'canceled' },
      });
    },
    async play({ HandSale }) {
      const sale = new HandSale();
      const order = await sale.paying('ana', ['G-A-1']);
      sale.payments.pay(order.orderId);
      await sale.desk.releaseHold(order);
      must(sale.see(order).status === 'confirmed', 'settled instead of released');
    },
  },
  {
    name: 'F6 the hold ends during 3-D Secure',
    guard: 'that a clock never ends an order that is being paid',
    off: () =>
      patch<typeof OrderRecords>('durable-objects/core/order-record.ts', ({ isOverdue }) => ({
        endsByItself: (stage) => stage === 'hold' || stage === 'held' || stage === 'paying',
        isOverdue: (order, now) =>
          isOverdue(order, now) || (order.stage === 'paying' && order.expiresAt <= now),
      })),
    async play({ HandSale, MINUTE }) {
      const sale = new HandSale({ settings: { payingTtlMs: MINUTE } });
      const order = await sale.paying('ana', ['G-A-1']);
      sale.payments.processing(order.orderId);
      await sale.pass(12 * MINUTE);
      must(sale.see(order).status === 'paying', 'still being paid');
      sale.payments.pay(order.orderId);
      await sale.pass(MINUTE);
      must(sale.see(order).status === 'confirmed', 'confirmed when the bank answers');
    },
  },
  {
    name: 'F7 a refund retried',
    guard: 'one key for all tries of a refund',
    off() {
      let tries = 0;
      patch<typeof RefundRules>('durable-objects/core/refund-rules.ts', () => ({
        refundKey: ({ refundId }) => `${refundId}-${++tries}`,
      }));
    },
    async play(kit) {
      const { sale, order } = await paidLate(kit, true);
      sale.payments.fault.refund = 'after';
      await sale.pass(8 * kit.MINUTE);
      sale.payments.fault = {};
      await sale.pass(2 * kit.MINUTE);
      must(sale.payments.refunds.size === 1, 'one refund');
      must(sale.see(order).status === 'refunded', 'refunded');
    },
  },
  {
    name: 'F8 two tabs pay one order',
    guard: 'one intent an order, written down before it is told',
    async off() {
      const { OrderOutside } = await outside();
      let made = 0;
      vi.spyOn(OrderOutside.prototype, 'intentOf').mockImplementation(async () => ({
        ok: true,
        intentId: `pi_${++made}`,
        made: { intent: { state: 'unpaid', problem: null }, clientSecret: `secret_${made}` },
      }));
    },
    async play({ HandSale }) {
      const sale = new HandSale();
      const { accountId, orderId } = sale.order('ana', ['G-A-1']);
      const start = () => sale.desk.startPayment({ accountId, orderId });
      const [one, two] = await Promise.all([start(), start()]);
      must(one.ok && two.ok && one.paymentIntentId === two.paymentIntentId, 'one intent');
    },
  },
  {
    name: 'F9 the price changes',
    guard: 'that an order keeps the prices of its hold',
    off: () =>
      patch<typeof OrderRecords>('durable-objects/core/order-record.ts', ({ totalOf }) => ({
        totalOf: (order) =>
          order.stage === 'hold' ? totalOf(order) : { ...totalOf(order), amount: 9_900_000 },
      })),
    async play({ HandSale }) {
      const sale = new HandSale();
      const { total, holdId } = sale.hold('ana', ['G-A-1']);
      const { accountId, orderId } = sale.create('ana', holdId);
      await sale.desk.startPayment({ accountId, orderId });
      const asked = sale.payments.intentOf(orderId).total;
      must(asked.amount === total.amount, 'the intent is over what the hold said');
    },
  },
  {
    name: 'F11 a webhook never comes',
    guard: 'looking at payments by timer and cron',
    async off() {
      const { OrderPayments } = await payments();
      vi.spyOn(OrderPayments.prototype, 'wake').mockReturnValue();
    },
    async play({ HandSale, MINUTE }) {
      const sale = new HandSale();
      const order = await sale.paying('ana', ['G-A-1']);
      sale.payments.pay(order.orderId);
      await sale.pass(2 * MINUTE);
      must(sale.see(order).status === 'confirmed', 'found by itself');
    },
  },
  {
    name: 'F13 a card is declined',
    guard: 'that a decline ends nothing',
    off: () =>
      patch<typeof PaymentRules>('durable-objects/core/payment-rules.ts', ({ judgeIntent }) => ({
        judgeIntent: (order, intent, seats) => {
          const verdict = judgeIntent(order, intent, seats);
          return verdict.do === 'note_problem' ? { do: 'release' } : verdict;
        },
      })),
    async play({ HandSale }) {
      const sale = new HandSale();
      const order = await sale.paying('ana', ['G-A-1']);
      sale.payments.decline(order.orderId);
      await sale.desk.settle(order);
      must(sale.see(order).status === 'paying', 'the seats wait for another card');
      sale.payments.pay(order.orderId);
      await sale.desk.settle(order);
      must(sale.see(order).status === 'confirmed', 'the other card pays');
    },
  },
  {
    name: 'F14 Stripe does not answer a cancel',
    guard: 'that no answer means nothing',
    async off() {
      const { OrderOutside } = await outside();
      const { cancel } = OrderOutside.prototype;
      vi.spyOn(OrderOutside.prototype, 'cancel').mockImplementation(async function (
        this: InstanceType<typeof OrderOutside>,
        ...asked
      ) {
        const answer = await cancel.apply(this, asked);
        return answer.ok ? answer : { ok: true, intent: { state: 'canceled' } };
      });
    },
    async play({ HandSale, MINUTE }) {
      const sale = new HandSale();
      const order = await sale.paying('ana', ['G-A-1']);
      sale.payments.fault.cancel = 'before';
      await sale.pass(16 * MINUTE);
      sale.payments.fault = {};
      must(sale.see(order).status === 'paying', 'the seats stay while it is unknown');
      sale.payments.pay(order.orderId);
      await sale.pass(2 * MINUTE);
      must(sale.see(order).status === 'confirmed', 'what was paid is confirmed');
    },
  },
  {
    name: 'F15 Stripe says 429',
    guard: 'that a refusal for frequency slows the pace',
    off: () =>
      patch<typeof Pace>('durable-objects/core/payment-pace.ts', () => ({
        slowedDown: (_, now) => ({ share: 1, cutAt: now, lastRefusalAt: now }),
      })),
    async play({ HandSale }) {
      const sale = new HandSale();
      const { accountId, orderId } = sale.order('ana', ['G-A-1']);
      sale.payments.fault.create = 'limited';
      await sale.desk.startPayment({ accountId, orderId });
      must(sale.desk.paymentShare() < 1, 'fewer are let in');
    },
  },
  {
    name: 'F24 a refund fails',
    guard: 'what a definite failure of a refund leads to',
    off: () =>
      patch<typeof RefundRules>('durable-objects/core/refund-rules.ts', () => ({
        refundFailed: () => null,
      })),
    async play(kit) {
      const { sale, order } = await paidLate(kit, true);
      sale.payments.refundStatus = 'failed';
      await sale.pass(7 * kit.MINUTE);
      const { troubles } = await sale.desk.reconcile();
      must(troubles[0]?.orderId === order.orderId, 'listed for the organiser');
      must(
        sale.mailed.some((id) => id.includes('refund_failed')),
        'told to the buyer',
      );
    },
  },
];

function ignoreLate(): void {
  patch<typeof PaymentRules>('durable-objects/core/payment-rules.ts', ({ judgeIntent }) => ({
    judgeIntent: (order, intent, seats) =>
      order.stage === 'paying' ? judgeIntent(order, intent, seats) : { do: 'nothing' },
  }));
}
