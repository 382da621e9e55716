import { expandPlan } from '../../../durable-objects/core/plan-geometry.ts';
import type { Seat } from '../../../durable-objects/core/plan.ts';
import type { EventId } from '../../../durable-objects/core/ids.ts';
import type { SaleDefinition } from '../../../durable-objects/core/sale.ts';
import type { Filing, Payments, SalePorts } from '../../../durable-objects/protocol/ports.ts';
import { MemorySeatStore } from '../../../durable-objects/storage/memory-seat-store.ts';
import { MemoryQueueStore } from '../../../durable-objects/storage/queue-store-memory.ts';
import type { Order } from '../../../durable-objects/protocol/seats-rpc.ts';
import type { SeatStore } from '../../../durable-objects/storage/seat-records.ts';
import { MemoryTimers } from '../../../durable-objects/storage/timers.ts';
import type { Served, Surroundings } from '../actors/actor.ts';
import { Bystander } from '../actors/outside.ts';
import { SaleActor } from '../actors/sale.ts';
import { Clock } from '../clock.ts';
import { Faults } from '../faults.ts';
import { Meters } from '../meters.ts';
import { Network } from '../network.ts';
import { Random } from '../random.ts';
import { LATENCY } from '../scenario.ts';
import { audit, everyOrder, type Audited } from '../../property/seats/auditor.ts';
import { mustHold } from '../auditor/violation.ts';
import { MoneyAuditor } from './money-auditor.ts';
import { Caller, type SaleCalls } from './calls.ts';
import type { MoneyFault } from './money-faults.ts';
import { moneyScenario, type MoneyScenario } from './money-scenario.ts';
import { Organiser } from './organiser.ts';
import { Post, Registry } from './papers.ts';
import { PromiseBook } from './promise-book.ts';
import { Shopper } from './shoppers.ts';
import { StripeModel } from './stripe.ts';
import { Webhooks } from './webhooks.ts';

const START = Date.UTC(2026, 0, 10, 12);
const MINUTE = 60_000;
/** The cron's pace, ms. */
const CRON_MS = MINUTE;
/** How often the books are compared while things go wrong and, since each look ends what is over, more seldom while nothing does, ms. */
const AUDIT_MS = 45_000;
const CALM_AUDIT_MS = 180_000;

/** Bugs planted on purpose, to see that the auditors find them. */
export interface MoneyTampering {
  payments?: (payments: Payments, stripe: StripeModel) => Payments;
  filing?: (filing: Filing) => Filing;
  store?: (store: SeatStore) => SeatStore;
}

/** One sale of a few seats to a few buyers, with the whole world outside, under one clock. */
export class MoneyWorld {
  readonly scenario: MoneyScenario;
  readonly clock = new Clock(START);
  readonly sale: SaleActor;
  readonly stripe: StripeModel;
  readonly registry: Registry;
  readonly post: Post;
  readonly faults: Faults;
  readonly moneyFaults: Faults<MoneyFault>;
  readonly promises: PromiseBook;
  readonly auditor: MoneyAuditor;
  readonly #caller: Caller;
  readonly #webhooks: Webhooks;
  #peopleOut = 0;
  #looks = 0;
  readonly #around: Surroundings;
  readonly #definition: SaleDefinition;
  readonly #seats: readonly Seat[];
  readonly #admissions = new Map<string, string>();
  readonly #tampering: MoneyTampering;

  constructor(seed: number, tampering: MoneyTampering = {}) {
    this.scenario = moneyScenario(seed);
    this.#tampering = tampering;
    const { clock, scenario } = this;
    const random = new Random(seed);
    this.faults = new Faults(scenario.faults, random.fork());
    this.moneyFaults = new Faults(scenario.moneyFaults, random.fork());
    const { faults, moneyFaults } = this;
    const network = new Network(clock, random.fork(), { faults, latency: LATENCY, copies: true });
    const around = { clock, network, faults, meters: new Meters(), random: random.fork() };
    this.#around = around;
    this.#definition = definitionOf(scenario);
    this.#seats = expandPlan(this.#definition.plan);
    this.stripe = new StripeModel('Stripe', around, moneyFaults);
    this.registry = new Registry('Postgres', around, moneyFaults);
    this.post = new Post('mail', around, moneyFaults);
    this.promises = new PromiseBook(() => clock.now);
    const store = new MemorySeatStore();
    this.sale = this.#sale(tampering.store?.(store) ?? store);
    this.auditor = new MoneyAuditor(this.stripe, this.registry);
    this.#caller = new Caller('worker', around, this.#calls());
    this.#webhooks = new Webhooks(around, moneyFaults, this.#calls());
    this.stripe.onEvent = (orderId) => this.#webhooks.send(orderId);
  }

  #calls(): Served<SaleCalls> {
    return this.sale as unknown as Served<SaleCalls>;
  }

  #sale(seats: SeatStore): SaleActor {
    const child: Served<{ publish(): Promise<void> }> = Object.assign(new Bystander('buyer'), {
      kind: 'buyer',
      rpc: { publish: async () => undefined },
    });
    return new SaleActor(this.#definition.eventId, this.#around, {
      definition: this.#definition,
      queue: new MemoryQueueStore(),
      seats,
      timers: new MemoryTimers(),
      ports: (actor) => this.#ports(actor),
      room: () => child,
      onFrame: () => undefined,
      onLeft: () => undefined,
    });
  }

  #ports(actor: SaleActor): SalePorts {
    const payments = this.stripe.payments(actor);
    const filing = this.registry.filing(actor);
    return {
      catalogue: { load: async () => this.#definition },
      payments: this.#tampering.payments?.(payments, this.stripe) ?? payments,
      filing: this.#tampering.filing?.(filing) ?? filing,
      mail: this.post.mail(actor),
      randomness: { round: async () => ({ ok: false, code: 'unavailable' }) },
      telemetry: { record: () => undefined },
    };
  }

  /** The storm, calm until all buyers have gone home and as long again, then the closing of the books. Rejects with the first thing that does not add up. */
  async run(): Promise<void> {
    const { clock, scenario } = this;
    const failed = (error: unknown): void => clock.fail(error);
    process.on('unhandledRejection', failed);
    try {
      this.#people();
      this.#cron();
      await this.#until(clock.now + scenario.stormMs);
      this.faults.stop();
      this.moneyFaults.stop();
      const wellSince = clock.now;
      await this.#until(clock.now + scenario.calmMs);
      // A buyer may dawdle for as long as they like: who has gone home waits for nothing.
      while (this.#peopleOut > 0) await this.#until(clock.now + CALM_AUDIT_MS);
      await this.#until(clock.now + scenario.calmMs);
      audit(this.#audited(), 'the end', true);
      this.auditor.close(this.#audited());
      this.auditor.resolved(this.#audited(), wellSince);
      const { drift } = this.sale.desk.orders;
      const words = (): string => `the sale says that the books differ: ${JSON.stringify(drift)}`;
      mustHold(drift?.explained === true && drift.unfiled === 0, words);
    } finally {
      process.off('unhandledRejection', failed);
    }
  }

  async #until(end: number): Promise<void> {
    const { clock, faults } = this;
    while (clock.now < end) {
      const next = clock.now + (faults.active ? AUDIT_MS : CALM_AUDIT_MS);
      await clock.run(Math.min(end, next));
      // An object that is asleep has nothing new to show, and is not woken by a look.
      if (this.sale.awake === null) continue;
      this.#looks += 1;
      audit(this.#audited(), new Date(clock.now).toISOString());
      this.auditor.look(this.#audited());
    }
  }

  #people(): void {
    const { clock, scenario, stripe, promises } = this;
    const around = this.#around;
    let batches = 0;
    const mall = {
      around,
      faults: this.moneyFaults,
      caller: this.#caller,
      stripe,
      promises,
      seats: this.#seats.map(({ id }) => id),
      eventId: this.#definition.eventId,
      nextBatch: () => ++batches,
      admitted: (accountId: string, admissionId: string) =>
        void this.#admissions.set(`${accountId}\n${admissionId}`, admissionId),
    };
    const organiser = new Organiser(mall.caller, around.random.fork(), promises);
    const orders = () => this.orders();
    const lives = Array.from({ length: scenario.buyers }, (_, n) =>
      new Shopper(`buyer-${n}`, mall).live(scenario.visits),
    );
    lives.push(organiser.work(clock.now + scenario.stormMs, () => clock.now, orders));
    this.#peopleOut = lives.length;
    const home = (): void => void (this.#peopleOut -= 1);
    for (const life of lives) life.then(home, (error: unknown) => clock.fail(error));
  }

  /** Every order of every buyer, as the sale shows it now. */
  orders(): Order[] {
    return everyOrder(this.#audited());
  }

  /** What was held against what was said before or by others, by kind. */
  checked(): Record<string, number> {
    return {
      'all books at one time': this.#looks,
      'questions answered': this.#caller.answered,
      'promises of a seat': this.promises.made,
      'payments, to the minor unit': this.stripe.intents.size,
      'refunds, to the minor unit': this.stripe.refunds.size,
      'papers filed': this.registry.rows.size,
      'letters sent': this.post.sent.size,
    };
  }

  #cron(): void {
    const { clock } = this;
    const ring = (): void => {
      void this.#caller.ask((sale) => sale.reconcile(), 1);
      this.#webhooks.look();
      clock.after(CRON_MS, ring);
    };
    clock.after(CRON_MS, ring);
  }

  #audited(): Audited {
    return {
      admissions: this.#admissions,
      desk: this.sale.desk.orders,
      seats: this.#seats,
      mayHold: true,
      payments: this.stripe,
      filedOnce: this.registry.rows,
      mailed: [...this.post.sent],
    };
  }
}

function definitionOf({ admission, plan, holdTtlMs }: MoneyScenario): SaleDefinition {
  return {
    eventId: 'sim' as EventId,
    name: 'Simulated',
    timeZone: 'Asia/Kolkata',
    startsAt: START + 30 * 24 * 60 * MINUTE,
    venueName: 'Nowhere',
    settings: {
      opensAt: START,
      closesAt: START + 24 * 60 * MINUTE,
      lobby: 'fifo',
      admission,
      holdTtlMs,
      payingTtlMs: 15 * MINUTE,
      seatsPerAccount: 6,
      joinLimit: { max: 5, windowMs: 5 * MINUTE },
      leaves: 1,
    },
    categories: plan.categories,
    plan: plan.plan,
  };
}
