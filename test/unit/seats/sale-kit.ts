import type { BestWish } from '../../../durable-objects/core/best-available.ts';
import { LIMITS } from '../../../durable-objects/protocol/limits.ts';
import type { AccountId, HoldId, RequestId, SeatId } from '../../../durable-objects/core/ids.ts';
import type { Category, Seat, SeatPlan } from '../../../durable-objects/core/plan.ts';
import { expandPlan } from '../../../durable-objects/core/plan-geometry.ts';
import type { SaleDefinition, SaleSettings } from '../../../durable-objects/core/sale.ts';
import type { AdmissionBook, SaleContext } from '../../../durable-objects/event-sale/context.ts';
import type { PlanDraft } from '../../../durable-objects/core/plan-change.ts';
import { OrderDesk } from '../../../durable-objects/event-sale/order-desk.ts';
import type { Refusal, SalePorts, Telemetry } from '../../../durable-objects/protocol/ports.ts';
import type { SeatsMessage } from '../../../durable-objects/protocol/live.ts';
import type {
  ExtendOutcome,
  Hold,
  LockOutcome,
  Order,
} from '../../../durable-objects/protocol/seats-rpc.ts';
import type { Tally } from '../../../durable-objects/core/sale-tally.ts';
import { MemorySeatStore } from '../../../durable-objects/storage/memory-seat-store.ts';
import type { SeatStore } from '../../../durable-objects/storage/seat-records.ts';
import { MINUTE, saleDefinition, START } from './hall.ts';
import { countFiled } from './filed-books.ts';
import { HandPayments } from './hand-payments.ts';
import { MemoryTimers } from '../../../durable-objects/storage/timers.ts';

export { MINUTE, saleDefinition, smallPlan, START } from './hall.ts';

export function account(name: string): AccountId {
  return name as AccountId;
}

export function seatIds(...ids: string[]): SeatId[] {
  return ids as SeatId[];
}

/** A lock by a buyer's name. */
export type HandLock = {
  replaces?: HoldId;
  name: string;
  ids: string[];
  requestId: string;
};

/** Ends what an object was doing when it died. */
export class DeadObject extends Error {}

/** A sale with a clock, a payment service, Postgres and mail that are moved by hand. */
export class HandSale {
  now = START;
  definition: SaleDefinition;
  seats: readonly Seat[];
  readonly store: SeatStore;
  readonly timers = new MemoryTimers();
  readonly payments = new HandPayments();
  readonly filed: { commandId: string; order: Order }[] = [];
  readonly filedOnce = new Map<string, Order>();
  readonly mailed: string[] = [];
  readonly told: Parameters<Telemetry['record']>[0][] = [];
  readonly frames: SeatsMessage[] = [];
  readonly admissions = new Map<string, number>();
  filing: 'up' | 'down' | 'refuses_to_file' | 'commits_but_fails' | 'silent' = 'up';
  /** Orders that Postgres will not take. */
  readonly refusing = new Set<string>();
  mailUp = true;
  /** What Postgres says of its books, made worse. */
  misread = (total: Tally): Tally => total;
  seatChanges = 0;
  desk: OrderDesk;
  #later: (() => void)[] = [];
  #background: Promise<unknown>[] = [];
  #life = 0;
  #ids = 0;
  #requests = 0;

  constructor(
    options: {
      settings?: Partial<SaleSettings>;
      plan?: SeatPlan;
      categories?: readonly Category[];
      store?: SeatStore;
    } = {},
  ) {
    const { settings, plan, categories } = options;
    this.definition = { ...saleDefinition(settings, plan), ...(categories && { categories }) };
    this.seats = expandPlan(this.definition.plan);
    this.store = options.store ?? new MemorySeatStore();
    this.desk = this.#open();
  }

  /** Another plan, as EventSale takes it over: judged, stored and sold from then on in one block. */
  changePlan(draft: PlanDraft): ReturnType<OrderDesk['judgePlan']> {
    const verdict = this.desk.judgePlan(draft);
    if (!verdict.ok) return verdict;
    const changed = this.desk.planned(draft, this.definition.plan.version + 1);
    this.desk.renumber(changed);
    this.definition = changed;
    this.seats = expandPlan(changed.plan);
    this.desk.planChanged();
    return verdict;
  }

  /** The object dies: memory is lost, what was stored stays. */
  crash(): void {
    this.#life += 1;
    this.#later = [];
    this.#background = [];
    this.desk = this.#open();
    this.desk.start();
  }

  /** Runs what was put off, delivers due timers, and waits for outside work, until nothing is left to do now. */
  async settleDown(): Promise<void> {
    for (let round = 0; round < 50; round++) {
      const tasks = this.#later.splice(0);
      for (const task of tasks) task();
      const next = this.timers.next() ?? Infinity;
      if (next <= this.now + LIMITS.outboxGatherMs) this.now = Math.max(this.now, next);
      const due = this.timers.due(this.now, 100);
      for (const timer of due) this.desk.onTimer(timer);
      const work = this.#background.splice(0);
      await Promise.all(work);
      if (tasks.length + due.length + work.length === 0) return;
    }
  }

  /** Moves the clock on in steps of 15 seconds, timers and all. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    while (this.now < end) {
      this.now = Math.min(end, this.now + 15_000);
      await this.settleDown();
    }
  }

  admit(name: string, minutes = 20): string {
    const admissionId = `adm-${name}`;
    this.admissions.set(`${name}\n${admissionId}`, this.now + minutes * MINUTE);
    return admissionId;
  }

  lock(name: string, ids: string[], requestId = this.newRequest()): LockOutcome {
    return this.ask({ name, ids, requestId });
  }

  /** Other seats instead of those of a hold. */
  swap(name: string, replaces: HoldId, ids: string[], requestId = this.newRequest()): LockOutcome {
    return this.ask({ name, ids, replaces, requestId });
  }

  ask(lock: HandLock): LockOutcome {
    const [outcome] = this.lockTogether([lock]);
    if (outcome === undefined) throw new Error('no answer to a lock');
    return outcome;
  }

  /** Locks of several buyers in one call. */
  lockTogether(locks: readonly HandLock[]): LockOutcome[] {
    const requests = locks.map(({ name, ids, requestId, ...more }) => ({
      accountId: account(name),
      admissionId: `adm-${name}`,
      seatIds: seatIds(...ids),
      requestId: requestId as RequestId,
      ...more,
    }));
    return this.desk.lockAll({ requests });
  }

  /** The best seats for a party. */
  best(
    name: string,
    wish: BestWish & { replaces?: HoldId },
    requestId = this.newRequest(),
  ): LockOutcome {
    const { replaces, ...best } = wish;
    const ids = { accountId: account(name), admissionId: `adm-${name}` };
    const request = { ...ids, requestId: requestId as RequestId, best, replaces };
    const [outcome] = this.desk.lockAll({ requests: [request] });
    if (outcome === undefined) throw new Error('no answer to a wish');
    return outcome;
  }

  extend(name: string, holdId: HoldId, requestId = this.newRequest()): ExtendOutcome {
    const request = { accountId: account(name), holdId, requestId: requestId as RequestId };
    return this.desk.extendHold(request);
  }

  /** Admitted, and holding these seats. */
  hold(name: string, ids: string[]): Hold {
    this.admit(name);
    const locked = this.lock(name, ids);
    if (!locked.ok) throw new Error(`lock: ${locked.code}`);
    return locked.hold;
  }

  newRequest(): string {
    return `request-${++this.#requests}`;
  }

  /** Admitted, locked and ordered. */
  order(name: string, ids: string[]): Order {
    return this.create(name, this.hold(name, ids).holdId);
  }

  create(name: string, holdId: HoldId): Order {
    const created = this.desk.createOrder({ accountId: account(name), holdId });
    if (!created.ok) throw new Error(`create: ${created.code}`);
    return created.order;
  }

  /** Admitted, locked, ordered, and with its intent. */
  async paying(name: string, ids: string[]): Promise<Order> {
    const { orderId } = this.order(name, ids);
    const started = await this.desk.startPayment({ accountId: account(name), orderId });
    if (!started.ok) throw new Error(`start: ${started.code}`);
    return started.order;
  }

  /** The order as its owner sees it now. */
  see(order: Order): Order {
    const seen = this.desk.order(order);
    if (!seen.ok) throw new Error(`order: ${seen.code}`);
    return seen.order;
  }

  count(name: string): number {
    return this.told.filter((event) => event.name === name).length;
  }

  #open(): OrderDesk {
    return new OrderDesk(this.context(), this.#storeOfThisLife(), this.#admissionBook(), () => {
      this.seatChanges += 1;
    });
  }

  /** A dead object writes nothing any more, also when an answer was on its way as it died. */
  #storeOfThisLife(): SeatStore {
    const life = this.#life;
    return new Proxy(this.store, {
      get: (store, name) => {
        if (life !== this.#life) throw new DeadObject();
        const member: unknown = Reflect.get(store, name);
        return typeof member === 'function' ? (member.bind(store) as unknown) : member;
      },
    });
  }

  #admissionBook(): AdmissionBook {
    return {
      admission: (accountId, admissionId) => {
        const until = this.admissions.get(`${accountId}\n${admissionId}`);
        if (until === undefined) return { state: 'none' };
        return until > this.now ? { state: 'live', until } : { state: 'expired' };
      },
      endAdmission: (accountId) => {
        for (const key of this.admissions.keys())
          if (key.startsWith(`${accountId}\n`)) this.admissions.set(key, this.now);
      },
      tookSeats: () => {},
    };
  }

  context(): SaleContext {
    const definition = () => this.definition;
    return {
      now: () => this.now,
      randomId: () => `R${String(++this.#ids).padStart(15, '0')}`,
      randomBytes: (count) => new Uint8Array(count),
      get definition() {
        return definition();
      },
      ports: this.#ports(),
      timers: this.timers,
      publish: (frames) => {
        if (frames.seats !== undefined) this.frames.push(JSON.parse(frames.seats) as SeatsMessage);
      },
      later: (_, task) => this.#later.push(task),
      background: (task) => {
        this.#background.push(
          task.catch((error: unknown) => {
            if (error instanceof DeadObject) return;
            this.told.push({
              name: 'problem',
              eventId: this.definition.eventId,
              detail: `background: ${String(error)}`,
            });
          }),
        );
      },
    };
  }

  #ports(): SalePorts {
    const { payments } = this;
    return {
      catalogue: { load: async () => this.definition },
      payments: {
        createIntent: (request) => this.#whileAlive(payments.createIntent(request)),
        retrieveIntent: (intentId) => this.#whileAlive(payments.retrieveIntent(intentId)),
        cancelIntent: (intentId) => this.#whileAlive(payments.cancelIntent(intentId)),
        refund: (request) => this.#whileAlive(payments.refund(request)),
      },
      filing: {
        file: (batch) => this.#whileAlive(this.#file(batch)),
        totals: () => this.#whileAlive(this.#totals()),
      },
      mail: { send: (request) => this.#whileAlive(this.#mail(request.idempotencyKey)) },
      randomness: { round: async () => ({ ok: false, code: 'unavailable' }) },
      telemetry: { record: (event) => this.told.push(event) },
    };
  }

  /** What the outside answers to an object that has died meanwhile reaches nobody. */
  async #whileAlive<Answer>(call: Promise<Answer>): Promise<Answer> {
    const life = this.#life;
    const [outcome] = await Promise.allSettled([call]);
    if (life !== this.#life) return new Promise<Answer>(() => {});
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }

  async #file(
    batch: readonly { commandId: string; order: Order }[],
  ): Promise<{ refused: Refusal[] }> {
    if (this.filing === 'down' || this.filing === 'refuses_to_file')
      throw new Error('Postgres is down');
    if (this.filing === 'silent') return new Promise(() => {});
    const refuses = (order: Order) => this.refusing.has(order.orderId);
    const taken = batch.filter(({ order }) => !refuses(order));
    this.filed.push(...taken);
    for (const { commandId, order } of taken)
      if (!this.filedOnce.has(commandId)) this.filedOnce.set(commandId, order);
    if (this.filing === 'commits_but_fails') throw new Error('the answer was lost');
    const refused = batch.filter(({ order }) => refuses(order));
    return { refused: refused.map(({ commandId }) => ({ commandId, reason: '23505' })) };
  }

  async #totals(): Promise<Tally> {
    if (this.filing === 'down') throw new Error('Postgres is down');
    return this.misread(countFiled(this.filedOnce.values()));
  }

  async #mail(idempotencyKey: string): Promise<void> {
    if (!this.mailUp) throw new Error('mail is down');
    this.mailed.push(idempotencyKey);
  }
}
