import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RequestId } from '../../../durable-objects/core/ids.ts';
import { unreachable } from '../../../durable-objects/core/result.ts';
import type { Order } from '../../../durable-objects/protocol/seats-rpc.ts';
import { HandSale, MINUTE } from '../../unit/seats/sale-kit.ts';
import { audit } from './auditor.ts';

// Many calls for one order are under way at once; Stripe's answers come back in any order, and between
// two answers the bank pays, declines, or the deadline passes. So do refunds and offers of late money.

const calls = [
  'start',
  'settle',
  'webhook',
  'same webhook',
  'release',
  'accept',
  'decline',
  'refund',
  'refund a seat',
  'timer',
  'cron',
] as const;
const turns = fc.oneof(
  { weight: 4, arbitrary: fc.record({ call: fc.constantFrom(...calls) }) },
  { weight: 6, arbitrary: fc.record({ answer: fc.nat(20) }) },
  {
    weight: 1,
    // `late`: Stripe said canceled and took the money all the same. `taken`: another buyer has a seat.
    arbitrary: fc.constantFrom('pay', 'decline', 'deadline', 'late', 'taken', 'refunds fail'),
  },
);
type Turn = typeof turns extends fc.Arbitrary<infer T> ? T : never;

function call(
  sale: HandSale,
  order: Order,
  which: (typeof calls)[number],
  turn: number,
): Promise<unknown> {
  const { orderId, accountId, holdId } = order;
  switch (which) {
    case 'start':
      return sale.desk.startPayment({ accountId, orderId });
    case 'settle':
      return sale.desk.settle({ accountId, orderId });
    case 'webhook':
      return sale.desk.settle({ orderId, stripeEventId: `evt-${turn}` });
    case 'same webhook':
      return sale.desk.settle({ orderId, stripeEventId: 'evt' });
    case 'release':
      return sale.desk.releaseHold({ accountId, holdId });
    case 'accept':
    case 'decline':
      sale.desk.answerOffer({ accountId, orderId, accept: which === 'accept' });
      return Promise.resolve();
    case 'refund':
    case 'refund a seat': {
      const seatIds =
        which === 'refund' ? undefined : order.items.slice(1).map((one) => one.seatId);
      const requestId = which as RequestId;
      sale.desk.refundOrder({ orderId, seatIds, requestId, reason: 'moved' });
      return Promise.resolve();
    }
    case 'timer':
      sale.desk.onTimer({ kind: 'order', key: orderId, due: sale.now });
      return Promise.resolve();
    case 'cron':
      return sale.desk.reconcile();
    default:
      return unreachable(which);
  }
}

/** Lets every continuation run that needs no outside answer. */
async function quiet(): Promise<void> {
  for (let round = 0; round < 12; round++) await Promise.resolve();
}

const begins = fc.constantFrom('held', 'bought', 'paid late');

/** Where the order stands when its calls begin to interleave. */
async function begin(sale: HandSale, at: string): Promise<Order> {
  const ids = ['G-A-1', 'G-A-2'];
  if (at === 'held') return sale.order('ana', ids);
  const order = await sale.paying('ana', ids);
  if (at === 'bought') {
    sale.payments.pay(order.orderId);
    await sale.desk.settle(order);
    return order;
  }
  await sale.pass(16 * MINUTE);
  take(sale);
  sale.payments.payAnyhow(order.orderId);
  return order;
}

/** Another buyer is quick to take a seat, if it can be had. */
function take(sale: HandSale): void {
  sale.admit('bob');
  const locked = sale.lock('bob', ['G-A-2']);
  if (locked.ok) sale.create('bob', locked.hold.holdId);
}

async function play(sale: HandSale, order: Order, script: readonly Turn[]): Promise<void> {
  const { orderId } = order;
  const pending: Promise<unknown>[] = [];
  sale.payments.hold();
  for (const [index, turn] of script.entries()) {
    if (turn === 'pay') sale.payments.payIfOpen(orderId);
    else if (turn === 'decline') sale.payments.declineIfOpen(orderId);
    else if (turn === 'deadline') sale.now += 16 * MINUTE;
    else if (turn === 'late') sale.payments.payAnyhow(orderId);
    else if (turn === 'taken') take(sale);
    else if (turn === 'refunds fail') sale.payments.refundStatus = 'failed';
    else if (typeof turn === 'string') throw new Error(turn);
    else if ('call' in turn) pending.push(call(sale, order, turn.call, index));
    else if (sale.payments.waiting > 0) sale.payments.release(turn.answer % sale.payments.waiting);
    await quiet();
    audit(sale, `turn ${index}`);
  }
  sale.payments.refundStatus = 'succeeded';
  sale.payments.release();
  await Promise.all(pending);
  await sale.settleDown();
  audit(sale, 'all answers');
  // As Stripe repeats its webhooks for three days.
  await sale.desk.settle({ orderId, stripeEventId: 'final' });
  await sale.pass(40 * MINUTE);
}

test('calls for one order may interleave in any way: one effect, and an end', async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      begins,
      fc.array(turns, { minLength: 4, maxLength: 40 }),
      async (at, script) => {
        const sale = new HandSale();
        const order = await begin(sale, at);
        await play(sale, order, script);
        for (const status of audit(sale, 'the end', true))
          seen.set(status, (seen.get(status) ?? 0) + 1);
        const steps = sale.store.order(order.orderId)?.steps ?? [];
        if (steps.some(({ stage }) => stage === 'offered'))
          seen.set('offered', (seen.get('offered') ?? 0) + 1);
        const confirmed = steps.filter(
          ({ stage }, index) => stage === 'confirmed' && steps[index - 1]?.stage !== stage,
        );
        expect(confirmed.length).toBeLessThan(2);
        expect(sale.payments.intents.size).toBeLessThan(2);
      },
    ),
    { numRuns: Number(process.env['SEATS_RUNS'] ?? 1_000) },
  );
  console.log(`ends: ${JSON.stringify(Object.fromEntries(seen))}`);
  for (const status of ['confirmed', 'cancelled', 'expired', 'offered', 'refunded'])
    expect(seen.get(status)).toBeGreaterThan(0);
}, 120_000);
