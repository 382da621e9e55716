import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unreachable } from '../../../durable-objects/core/result.ts';
import type { Order } from '../../../durable-objects/protocol/seats-rpc.ts';
import { HandSale, MINUTE } from '../../unit/seats/sale-kit.ts';
import { audit } from './auditor.ts';

// Many calls for one order are under way at once; Stripe's answers come back in any order, and between
// two answers the bank pays, declines, or the deadline passes.

const calls = ['start', 'settle', 'webhook', 'same webhook', 'release', 'timer', 'cron'] as const;
const turns = fc.oneof(
  { weight: 4, arbitrary: fc.record({ call: fc.constantFrom(...calls) }) },
  { weight: 6, arbitrary: fc.record({ answer: fc.nat(20) }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('pay' as const, 'decline' as const, 'deadline' as const),
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

async function play(sale: HandSale, order: Order, script: readonly Turn[]): Promise<void> {
  const { orderId } = order;
  const pending: Promise<unknown>[] = [];
  sale.payments.hold();
  for (const [index, turn] of script.entries()) {
    if (turn === 'pay') sale.payments.payIfOpen(orderId);
    else if (turn === 'decline') sale.payments.declineIfOpen(orderId);
    else if (turn === 'deadline') sale.now += 16 * MINUTE;
    else if ('call' in turn) pending.push(call(sale, order, turn.call, index));
    else if (sale.payments.waiting > 0) sale.payments.release(turn.answer % sale.payments.waiting);
    await quiet();
    audit(sale, `turn ${index}`);
  }
  sale.payments.release();
  await Promise.all(pending);
  await sale.settleDown();
  audit(sale, 'all answers');
  await sale.pass(40 * MINUTE);
}

test('calls for one order may interleave in any way: one effect, and an end', async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(turns, { minLength: 4, maxLength: 40 }), async (script) => {
      const sale = new HandSale();
      const order = sale.order('ana', ['G-A-1', 'G-A-2']);
      await play(sale, order, script);
      for (const status of audit(sale, 'the end', true))
        seen.set(status, (seen.get(status) ?? 0) + 1);
      const steps = sale.store.order(order.orderId)?.steps ?? [];
      const confirmed = steps.filter(
        ({ stage }, index) => stage === 'confirmed' && steps[index - 1]?.stage !== stage,
      );
      expect(confirmed.length).toBeLessThan(2);
      expect(sale.payments.intents.size).toBeLessThan(2);
    }),
    { numRuns: Number(process.env['SEATS_RUNS'] ?? 500) },
  );
  console.log(`ends: ${JSON.stringify(Object.fromEntries(seen))}`);
  for (const status of ['confirmed', 'cancelled', 'expired'])
    expect(seen.get(status)).toBeGreaterThan(0);
}, 120_000);
