import { expect, test } from 'vitest';
import type { AccountId, RequestId } from '../../../durable-objects/core/ids.ts';
import { unreachable } from '../../../durable-objects/core/result.ts';
import type { Order } from '../../../durable-objects/protocol/seats-rpc.ts';
import { smallPlan } from '../../unit/seats/hall.ts';
import { account, HandSale, MINUTE } from '../../unit/seats/sale-kit.ts';
import { audit, everyOrder } from './auditor.ts';

// Every sequence of up to six commands of two buyers over two seats. Sequences that led to the same state go
// on alike, so that each state is gone on from once: what differs beside it are ids, and the past. Each new
// state is audited, and left alone for half an hour, after which everything must have ended by itself.

const LENGTH = Number(process.env['SEATS_LENGTH'] ?? 6);
const [section] = smallPlan.sections;
const plan = { ...smallPlan, sections: [{ ...section, rows: [2] }] as typeof smallPlan.sections };

const buying = ['lock', 'swap', 'extend', 'start', 'pay', 'settle', 'release'] as const;
const late = ['late', 'accept', 'reject', 'refund'] as const;
const more = ['lock both', 'decline', 'refund one'] as const;
type Verb = (typeof buying)[number] | (typeof late)[number] | (typeof more)[number];
type Name = 'ana' | 'bob';
type Step = { name: Name; verb: Verb } | 'wait' | 'crash';

const steps: Step[] = [
  'wait',
  'crash',
  ...(['ana', 'bob'] as const).flatMap((name) =>
    [...buying, ...late].map((verb): Step => ({ name, verb })),
  ),
  ...more.map((verb): Step => ({ name: 'ana', verb })),
];

/** The order that a command is about: the one that may still change, else the newest. */
function orderOf(sale: HandSale, accountId: AccountId): Order | undefined {
  const orders = sale.desk.orders({ accountId });
  const ended = new Set(['expired', 'cancelled', 'refunded']);
  const late = orders.find(({ status, paymentIntentId }) => ended.has(status) && paymentIntentId);
  return orders.find(({ status }) => !ended.has(status)) ?? late;
}

async function run(sale: HandSale, step: Step): Promise<void> {
  if (step === 'crash') return sale.crash();
  if (step === 'wait') {
    sale.now += 11 * MINUTE;
    return sale.settleDown();
  }
  const accountId = account(step.name);
  if (step.verb === 'lock') return lock(sale, step.name, ['G-A-1']);
  if (step.verb === 'lock both') return lock(sale, step.name, ['G-A-1', 'G-A-2']);
  const order = orderOf(sale, accountId);
  if (order !== undefined) await command(sale, order, step.name, step.verb);
}

function lock(sale: HandSale, name: Name, ids: string[]): void {
  sale.admit(name);
  const locked = sale.lock(name, ids);
  if (locked.ok) sale.create(name, locked.hold.holdId);
}

type OrderVerb = Exclude<Verb, 'lock' | 'lock both'>;

async function command(
  { desk, payments, ...sale }: HandSale,
  order: Order,
  name: Name,
  verb: OrderVerb,
): Promise<void> {
  const { orderId, accountId, holdId } = order;
  const requestId = `${verb} ${orderId}` as RequestId;
  switch (verb) {
    case 'swap':
      desk.lockAll({
        requests: [
          {
            accountId,
            admissionId: `adm-${name}`,
            seatIds: ['G-A-2'] as never,
            requestId: `${requestId} ${sale.now}` as RequestId,
            replaces: holdId,
          },
        ],
      });
      return;
    case 'extend':
      desk.extendHold({ accountId, holdId, requestId });
      return;
    case 'start':
      await desk.startPayment({ accountId, orderId });
      return;
    case 'pay':
      return payments.payIfOpen(orderId);
    case 'decline':
      return payments.declineIfOpen(orderId);
    case 'late':
      payments.payAnyhow(orderId);
      await desk.settle({ orderId });
      return;
    case 'settle':
      await desk.settle({ orderId, accountId });
      return;
    case 'release':
      await desk.releaseHold({ accountId, holdId });
      return;
    case 'accept':
    case 'reject':
      desk.answerOffer({ accountId, orderId, accept: verb === 'accept' });
      return;
    case 'refund':
      desk.refundOrder({ orderId, requestId, reason: 'moved' });
      return;
    case 'refund one': {
      const seatIds = order.items.slice(0, 1).map(({ seatId }) => seatId);
      desk.refundOrder({ orderId, seatIds, requestId, reason: 'moved' });
      return;
    }
    default:
      unreachable(verb);
  }
}

/** All that the future depends on: two sales that are alike in this go on alike. */
function stateOf(sale: HandSale): string {
  const left = (at: number) => Math.max(-1, at - sale.now);
  const orders = everyOrder(sale).map((order) => {
    const { accountId, status, items, offer, refunds, paid, confirmedAt, expiresAt } = order;
    const open = status === 'held' || status === 'paying' || status === 'offered';
    const intent = [...sale.payments.intents.values()].find((one) => one.orderId === order.orderId);
    if (!open && intent === undefined) return null;
    return [
      accountId,
      status,
      items.map(({ seatId, returned }) => [seatId, returned]),
      offer?.items.map(({ seatId }) => seatId),
      refunds.map((refund) => [refund.seatIds, refund.status, refund.failures]),
      [paid?.amount, confirmedAt === null, open ? left(expiresAt) : null, order.filed],
      [intent?.state, order.paymentProblem],
    ];
  });
  const inside = [...sale.admissions].map(([key, until]) => [key, left(until)]);
  const waiting = (['file', 'mail'] as const).map((kind) => sale.store.outboxCount(kind));
  return JSON.stringify([orders.filter((order) => order !== null), inside, waiting]);
}

async function replay(sequence: readonly Step[]): Promise<HandSale> {
  const sale = new HandSale({ plan });
  for (const step of sequence) await run(sale, step);
  return sale;
}

test('all sequences of up to six commands keep seats and money, and end by themselves', async () => {
  const known = new Set<string>();
  const seen = new Set<string>();
  const ends = new Set<string>();
  let open: (readonly Step[])[] = [[]];
  let tried = 0;
  for (let length = 1; length <= LENGTH; length++) {
    const next: (readonly Step[])[] = [];
    for (const before of open)
      for (const step of steps) {
        const sequence = [...before, step];
        const sale = await replay(sequence);
        tried += 1;
        const where = JSON.stringify(sequence);
        audit(sale, where);
        const state = stateOf(sale);
        if (known.has(state)) continue;
        known.add(state);
        next.push(sequence);
        for (const { status } of everyOrder(sale)) seen.add(status);
        await sale.pass(30 * MINUTE);
        for (const status of audit(sale, `${where}, the end`, true)) ends.add(status);
      }
    console.log(`length ${length}: ${next.length} new states, ${tried} sequences run`);
    open = next;
  }
  expect([...ends].sort()).toEqual(['cancelled', 'confirmed', 'expired', 'refunded']);
  expect(seen).toContain('offered');
}, 120_000);
