import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expandPlan } from '../../../durable-objects/core/plan-geometry.ts';
import { account, DeadObject, HandSale, smallPlan } from '../../unit/seats/sale-kit.ts';
import { audit } from './auditor.ts';

const seats = expandPlan(smallPlan).slice(0, 8);
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
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('late' as const), who: fc.nat(3), taken: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('faults' as const),
      create: fault,
      retrieve: fault,
      cancel: fault,
      refund: fault,
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

/** Runs commands, some without waiting for their answers, so that calls of one order interleave. */
class Run {
  readonly sale = new HandSale();
  #pending: Promise<unknown>[] = [];
  #events = 0;

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
      case 'pass':
        return sale.pass(command.seconds * 1_000);
      case 'crash':
        // Whoever waits for an answer of the dead object never gets one.
        this.#pending = [];
        return sale.crash();
      case 'clock':
        sale.now -= command.backSeconds * 1_000;
        return;
      case 'faults': {
        const { create, retrieve, cancel, refund } = command;
        sale.payments.fault = { create, retrieve, cancel, refund };
        sale.filing = command.filing;
        sale.mailUp = command.mail;
        return;
      }
      case 'late':
        return this.#payLate(command.who, command.taken);
      default:
        return this.#act(command);
    }
  }

  /** Faults end, time passes, and the webhooks of late money come as Stripe repeats them for three days. */
  async end(): Promise<void> {
    const { sale } = this;
    sale.payments.fault = {};
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
        const ends = audit(run.sale, 'the end', true);
        for (const status of ends) seen.set(status, (seen.get(status) ?? 0) + 1);
      },
    ),
    { numRuns: Number(process.env['SEATS_RUNS'] ?? 300) },
  );
  console.log(`ends: ${JSON.stringify(Object.fromEntries(seen))}`);
  // The runs did some work: every way an order can end was met.
  expect([...seen.keys()].sort()).toEqual(['cancelled', 'confirmed', 'expired', 'refunded']);
}, 120_000);
