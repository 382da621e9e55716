import { expect, test } from 'vitest';
import { account, HandSale, MINUTE } from '../../unit/seats/sale-kit.ts';
import { audit } from './auditor.ts';

// Every sequence of up to four commands of two buyers over two seats, each command at once followed by
// the audit. Both buyers are inside; each has one order at a time.

const steps = ['lock', 'start', 'pay', 'settle', 'decline', 'release', 'wait', 'crash'] as const;
type Step = `${'ana' | 'bob'} ${(typeof steps)[number]}`;
const all: Step[] = (['ana', 'bob'] as const).flatMap((name) =>
  steps
    .filter((step) => name === 'ana' || (step !== 'wait' && step !== 'crash'))
    .map((step): Step => `${name} ${step}`),
);

async function run(sale: HandSale, step: Step): Promise<void> {
  const [name, verb] = step.split(' ') as ['ana' | 'bob', (typeof steps)[number]];
  const accountId = account(name);
  const order = sale.desk.orders({ accountId })[0];
  const orderId = order?.orderId;
  switch (verb) {
    case 'lock': {
      sale.admit(name);
      const locked = sale.lock(name, name === 'ana' ? ['G-A-1', 'G-A-2'] : ['G-A-2']);
      if (locked.ok) sale.create(name, locked.hold.holdId);
      break;
    }
    case 'start':
      if (orderId) await sale.desk.startPayment({ accountId, orderId });
      break;
    case 'pay':
      if (orderId) sale.payments.payIfOpen(orderId);
      break;
    case 'decline':
      if (orderId) sale.payments.declineIfOpen(orderId);
      break;
    case 'settle':
      if (orderId) await sale.desk.settle({ orderId, accountId });
      break;
    case 'release':
      if (order) await sale.desk.releaseHold({ accountId, holdId: order.holdId });
      break;
    case 'wait':
      sale.now += 11 * MINUTE;
      await sale.settleDown();
      break;
    case 'crash':
      sale.crash();
      break;
  }
}

test('all sequences of up to four commands keep seats and money, and end by themselves', async () => {
  let sequences = 0;
  const ends = new Set<string>();
  for (const first of all)
    for (const second of all)
      for (const third of all)
        for (const fourth of all) {
          // Nothing has happened before a lock, so other beginnings are sequences that start later.
          if (!first.endsWith('lock')) continue;
          const sale = new HandSale();
          const sequence = [first, second, third, fourth];
          for (const step of sequence) {
            await run(sale, step);
            audit(sale, sequence.join(', '));
          }
          await sale.pass(30 * MINUTE);
          for (const status of audit(sale, `${sequence.join(', ')}, the end`, true))
            ends.add(status);
          sequences += 1;
        }
  expect(sequences).toBe(2 * all.length ** 3);
  expect([...ends].sort()).toEqual(['cancelled', 'confirmed', 'expired']);
}, 120_000);
