import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RequestId } from '../../../durable-objects/core/ids.ts';
import { expandPlan } from '../../../durable-objects/core/plan-geometry.ts';
import type { SectionSpec } from '../../../durable-objects/core/plan.ts';
import { wasOffered } from '../../support/letters-due.ts';
import { account, DeadObject, HandSale, smallPlan } from '../../unit/seats/sale-kit.ts';
import { audit, everyOrder } from './auditor.ts';

const seats = expandPlan(smallPlan).slice(0, 8);
const [gold, silver] = smallPlan.sections as [SectionSpec, SectionSpec];
/** What may be sold instead: other numbers, more seats, fewer, none of those that buyers want, and as it was. */
const plans: SectionSpec[][] = [
  [silver, gold],
  [{ ...gold, rows: [14] } as SectionSpec, silver],
  [silver, { ...gold, rows: [3, 10] } as SectionSpec],
  [silver],
  [gold, silver],
];
const names = ['ana', 'bob', 'cem', 'dia'];

const fault = fc.constantFrom(undefined, undefined, 'before', 'after', 'throws' as const);
const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('lock' as const),
      who: fc.nat(3),
      start: fc.boolean(),
      seats: fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('best' as const),
      who: fc.nat(3),
      size: fc.integer({ min: 1, max: 4 }),
      others: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('start', 'settle', 'webhook', 'release', 'pay', 'decline', 'process'),
      who: fc.nat(3),
      wait: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      seconds: fc.integer({ min: 1, max: 700 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('plan' as const), which: fc.nat(4) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('late' as const), who: fc.nat(3), taken: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('answer' as const), accept: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('refund' as const),
      seats: fc.option(fc.nat(2)),
      requestId: fc.nat(4),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('faults' as const),
      create: fault,
      retrieve: fault,
      cancel: fault,
      refund: fault,
      refunds: fc.constantFrom('pending', 'succeeded', 'succeeded', 'failed' as const),
      filing: fc.constantFrom('up', 'down', 'commits_but_fails' as const),
      mail: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('clock' as const),
      backSeconds: fc.integer({ min: 1, max: 300 }),
    }),
  },
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

const lock = (start: boolean, ...of: number[]): Command => ({
  do: 'lock',
  who: 0,
  start,
  seats: of,
});
const paid: Command[] = [
  lock(true, 0, 1),
  { do: 'pay', who: 0, wait: true },
  { do: 'settle', who: 0, wait: true },
];
/** A way to each end, so that none is left to chance. */
const directed: Command[][] = [
  [lock(false, 0)],
  [lock(true, 0), { do: 'release', who: 0, wait: true }],
  paid,
  [...paid, { do: 'refund', seats: 1, requestId: 0 }],
  [...paid, { do: 'refund', seats: null, requestId: 0 }],
  [
    lock(true, 0),
    { do: 'pass', seconds: 700 },
    { do: 'pass', seconds: 700 },
    { do: 'late', who: 0, taken: true },
    { do: 'answer', accept: true },
  ],
  [{ do: 'plan', which: 0 }],
];

/** Runs commands, some without waiting for their answers, so that calls of one order interleave. */
class Run {
  readonly sale = new HandSale();
  #pending: Promise<unknown>[] = [];
  #events = 0;
  /** Changes of the plan that were not refused. */
  plans = 0;

  async step(command: Command): Promise<void> {
    const { sale } = this;
    switch (command.do) {
      case 'lock': {
        const name = names[command.who] ?? 'ana';
        sale.admit(name);
        const ids = command.seats.map((index) => seats[index]?.id ?? '');
        const locked = sale.lock(name, ids);
        if (!locked.ok) return;
        const { accountId, orderId } = sale.create(name, locked.hold.holdId);
        if (command.start) await sale.desk.startPayment({ accountId, orderId });
        return;
      }
      case 'best':
        return this.#best(command);
      case 'pass':
        return sale.pass(command.seconds * 1_000);
      case 'crash':
        // Whoever waits for an answer of the dead object never gets one.
        this.#pending = [];
        return sale.crash();
      case 'plan': {
        const sections = plans[command.which] ?? [];
        const { categories } = sale.definition;
        if (sale.changePlan({ sections, categories }).ok) this.plans += 1;
        return;
      }
      case 'clock':
        sale.now -= command.backSeconds * 1_000;
        return;
      case 'faults': {
        const { create, retrieve, cancel, refund } = command;
        sale.payments.fault = { create, retrieve, cancel, refund };
        sale.payments.refundStatus = command.refunds;
        sale.filing = command.filing;
        sale.mailUp = command.mail;
        return;
      }
      case 'late':
        return this.#payLate(command.who, command.taken);
      case 'answer': {
        const offers = everyOrder(sale).filter(({ status }) => status === 'offered');
        for (const { accountId, orderId } of offers)
          sale.desk.answerOffer({ accountId, orderId, accept: command.accept });
        return;
      }
      case 'refund':
        return this.#refund(command);
      default:
        return this.#act(command);
    }
  }

  /** Faults end, time passes, and the webhooks of late money come as Stripe repeats them for three days. */
  async end(): Promise<void> {
    const { sale } = this;
    sale.payments.fault = {};
    sale.payments.refundStatus = 'succeeded';
    sale.filing = 'up';
    sale.mailUp = true;
    await Promise.all(this.#pending);
    // Every bank answers in the end: every other one with the money.
    let banks = 0;
    for (const { orderId, state } of sale.payments.intents.values()) {
      if (state.state !== 'processing') continue;
      if (banks++ % 2 === 0) sale.payments.pay(orderId);
      else sale.payments.decline(orderId);
    }
    for (const intent of sale.payments.intents.values())
      await sale.desk.settle({ orderId: intent.orderId, stripeEventId: `final-${intent.id}` });
    await sale.pass(50 * 60_000);
    await sale.desk.reconcile();
    await sale.settleDown();
  }

  /** The best seats, or others instead of those that the buyer holds. */
  #best({ who, size, others }: Extract<Command, { do: 'best' }>): void {
    const { sale } = this;
    const name = names[who] ?? 'ana';
    sale.admit(name);
    const held = sale.desk.orders({ accountId: account(name) }).find((o) => o.status === 'held');
    const found = sale.best(name, { size, ...(held && { replaces: held.holdId, others }) });
    if (found.ok) sale.create(name, found.hold.holdId);
  }

  /** Money for an order that has ended; with `taken`, another buyer was quick to take its seats. */
  async #payLate(who: number, taken: boolean): Promise<void> {
    const { sale } = this;
    const orders = sale.desk.orders({ accountId: account(names[who] ?? 'ana') });
    const gone = orders.find(
      ({ status, paymentIntentId }) =>
        (status === 'expired' || status === 'cancelled') && paymentIntentId !== null,
    );
    if (gone === undefined) return;
    const other = names[(who + 1) % names.length] ?? 'bob';
    sale.admit(other);
    const ids = gone.items.map((item) => item.seatId);
    const locked = taken ? sale.lock(other, ids) : null;
    if (locked?.ok === true) sale.create(other, locked.hold.holdId);
    sale.payments.payAnyhow(gone.orderId);
    await sale.desk.settle({ orderId: gone.orderId });
  }

  /** The organiser gives back a booking: one of its seats, or all that is left. */
  #refund({ seats: at, requestId }: Extract<Command, { do: 'refund' }>): void {
    const { desk } = this.sale;
    const orders = everyOrder(this.sale);
    const order = orders.find(({ status }) => status === 'confirmed') ?? orders[0];
    if (order === undefined) return;
    const { orderId } = order;
    const seat = at === null ? undefined : order.items[at]?.seatId;
    const seatIds = seat === undefined ? undefined : [seat];
    desk.refundOrder({
      orderId,
      seatIds,
      requestId: `r${requestId}` as RequestId,
      reason: 'moved',
    });
  }

  async #act(command: Extract<Command, { wait: boolean }>): Promise<void> {
    const { sale } = this;
    const order = this.#orderOf(command.who);
    if (order === undefined) return;
    const { orderId, accountId, holdId } = order;
    const work = ((): Promise<unknown> | null => {
      switch (command.do) {
        case 'start':
          return sale.desk.startPayment({ accountId, orderId });
        case 'settle':
          return sale.desk.settle({ accountId, orderId });
        case 'webhook':
          return sale.desk.settle({
            orderId,
            stripeEventId: `evt-${this.#events++ % 3}-${orderId}`,
          });
        case 'release':
          return sale.desk.releaseHold({ accountId, holdId });
        case 'pay':
          sale.payments.payIfOpen(orderId);
          return null;
        case 'decline':
          sale.payments.declineIfOpen(orderId);
          return null;
        default:
          sale.payments.processIfOpen(orderId);
          return null;
      }
    })();
    if (work === null) return;
    this.#pending.push(
      work.catch((error: unknown) => {
        if (!(error instanceof DeadObject)) throw error;
      }),
    );
    if (command.wait) await work;
  }

  #orderOf(who: number) {
    return this.sale.desk.orders({ accountId: account(names[who] ?? 'ana') })[0];
  }
}

/** What the statuses at the end do not tell. */
function moneyMoves(sale: HandSale): [string, number][] {
  const confirmed = everyOrder(sale).filter(({ status }) => status === 'confirmed');
  const taken = confirmed.filter(wasOffered);
  const parts = confirmed.filter(({ refunds }) => refunds.length > 0);
  const moves: [string, number][] = [
    ['offer taken', taken.length],
    ['refunded in part', parts.length],
  ];
  return moves.filter(([, count]) => count > 0);
}

test('whatever buyers, banks, clocks, faults and crashes do, seats and money add up', async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { minLength: 10, maxLength: 60, size: 'max' }),
      async (commands) => {
        const run = new Run();
        for (const [index, command] of commands.entries()) {
          await run.step(command);
          audit(run.sale, `step ${index}: ${JSON.stringify(command)}`);
        }
        await run.end();
        const { drift } = await run.sale.desk.reconcile();
        // Postgres counts what it was told over again: to the seat and the minor unit as the object says.
        expect(drift).toMatchObject({ unfiled: 0, explained: true });
        expect(drift?.postgres).toEqual(drift?.object);
        const ends = audit(run.sale, 'the end', true);
        for (const status of ends) seen.set(status, (seen.get(status) ?? 0) + 1);
        if (run.plans > 0) seen.set('plan changed', (seen.get('plan changed') ?? 0) + run.plans);
        for (const [what, count] of moneyMoves(run.sale))
          seen.set(what, (seen.get(what) ?? 0) + count);
      },
    ),
    {
      numRuns: Number(process.env['SEATS_RUNS'] ?? 1_000),
      examples: directed.map((commands): [Command[]] => [commands]),
    },
  );
  console.log(`ends: ${JSON.stringify(Object.fromEntries(seen))}`);
  // The runs did some work: every way an order can end was met.
  const ends = ['cancelled', 'confirmed', 'expired', 'refunded'];
  expect([...seen.keys()].sort()).toEqual(
    [...ends, 'offer taken', 'plan changed', 'refunded in part'].sort(),
  );
}, 120_000);
