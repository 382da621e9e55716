import { DurableObject } from 'cloudflare:workers';
import type { EventId } from './core/ids.ts';
import { withMoreLeaves } from './core/sale.ts';
import type { SaleDefinition } from './core/sale.ts';
import type { SaleContext } from './event-sale/context.ts';
import { Gather } from './event-sale/gather.ts';
import { OrderDesk } from './event-sale/order-desk.ts';
import { OrganiserDesk } from './event-sale/organiser-desk.ts';
import { Publisher } from './event-sale/publisher.ts';
import { QueueDesk } from './event-sale/queue-desk.ts';
import { randomId } from './event-sale/random-id.ts';
import type { SaleRecordRpc } from './protocol/fairness-rpc.ts';
import { LIMITS } from './protocol/limits.ts';
import type { SaleOrganiserRpc } from './protocol/organiser-rpc.ts';
import type { OrganiserPorts, SalePorts } from './protocol/ports.ts';
import type { SaleQueueRpc } from './protocol/queue-rpc.ts';
import type { SaleSeatsRpc } from './protocol/seats-rpc.ts';
import { ActionStore, actionSteps } from './storage/action-store.ts';
import {
  definitionSteps,
  readDefinition,
  replaceDefinition,
  writeDefinition,
} from './storage/definition-store.ts';
import { queueSteps, SqlQueueStore } from './storage/queue-store.ts';
import { migrate } from './storage/schema.ts';
import { seatSteps, SqlSeatStore } from './storage/seat-store.ts';
import { SqlTimers, timerSteps } from './storage/timers.ts';
import type { Timer } from './storage/timers.ts';
import { roomNamed } from './stubs.ts';
import type { ObjectEnv } from './stubs.ts';

/** Timers handled in one alarm before it is re-armed; keeps one alarm short. */
const TIMERS_PER_ALARM = 256;

interface Desks {
  queue: QueueDesk;
  orders: OrderDesk;
  organiser: OrganiserDesk;
}

type Rpc = SaleQueueRpc & SaleSeatsRpc & SaleOrganiserRpc;
type Params<Method extends keyof Rpc> = Parameters<Rpc[Method]>[0];

const NO_EVENT = { ok: false, code: 'event_not_found' } as const;

/**
 * The Durable Object that serialises one event: a shell around two desks. It loads the definition
 * once, composes queue and orders over one storage, keeps the one alarm at the earliest timer, and
 * publishes frames to the waiting rooms below it. `worker/` supplies the ports.
 */
export abstract class EventSaleObject<Env extends ObjectEnv>
  extends DurableObject<Env>
  implements SaleQueueRpc, SaleSeatsRpc, SaleRecordRpc, SaleOrganiserRpc
{
  readonly #timers: SqlTimers;
  readonly #publisher: Publisher;
  readonly #locks = new Gather(LIMITS.lockGatherMs, {
    now: () => Date.now(),
    later: (delayMs, task) => {
      setTimeout(task, delayMs);
    },
  });
  #ports: (SalePorts & OrganiserPorts) | null = null;
  #desks: Desks | null = null;
  #definition: SaleDefinition | null = null;
  #loading: Promise<Desks | null> | null = null;
  #alarmAt: number | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { sql } = ctx.storage;
    migrate(sql, [...timerSteps, ...definitionSteps, ...queueSteps, ...seatSteps, ...actionSteps]);
    this.#timers = new SqlTimers(sql, () => this.#arm());
    this.#publisher = new Publisher(
      (name) => roomNamed(env, name),
      (child, error) => this.#problem(`publish to ${child}: ${String(error)}`),
    );
  }

  /** The outside world: Postgres, Stripe, mail, telemetry. Called once. */
  protected abstract createPorts(env: Env): SalePorts & OrganiserPorts;

  async grantPlaces(request: Params<'grantPlaces'>) {
    const desks = await this.#open();
    return desks === null ? NO_EVENT : desks.queue.grant(request);
  }

  async reportLeft(request: Params<'reportLeft'>) {
    (await this.#open())?.queue.reportLeft(request);
  }

  async claimAdmission(request: Params<'claimAdmission'>) {
    const desks = await this.#open();
    return desks === null
      ? ({ ok: false, code: 'not_admitted' } as const)
      : desks.queue.claim(request);
  }

  async subscribe(request: Params<'subscribe'>) {
    return (await this.#open())?.queue.subscribe(request.child) ?? null;
  }

  async fairness(request: { from: number }) {
    const desks = await this.#open();
    return desks === null
      ? NO_EVENT
      : ({ ok: true, page: desks.queue.record(request.from) } as const);
  }

  async seats() {
    return (await this.#open())?.orders.seats() ?? null;
  }

  async lockAll(request: Params<'lockAll'>) {
    const desks = await this.#open();
    if (desks === null) return request.requests.map(() => NO_EVENT);
    return this.#locks.run(() => desks.orders.lockAll(request));
  }

  async extendHold(request: Params<'extendHold'>) {
    return (await this.#open())?.orders.extendHold(request) ?? NO_EVENT;
  }

  async releaseHold(request: Params<'releaseHold'>) {
    return (await this.#open())?.orders.releaseHold(request) ?? NO_EVENT;
  }

  async createOrder(request: Params<'createOrder'>) {
    return (await this.#open())?.orders.createOrder(request) ?? NO_EVENT;
  }

  async startPayment(request: Params<'startPayment'>) {
    return (await this.#open())?.orders.startPayment(request) ?? NO_EVENT;
  }

  async settle(request: Params<'settle'>) {
    return (await this.#open())?.orders.settle(request) ?? NO_EVENT;
  }

  async refundOrder(request: Params<'refundOrder'>) {
    return (await this.#open())?.organiser.refundOrder(request) ?? NO_EVENT;
  }

  async answerOffer(request: Params<'answerOffer'>) {
    return (await this.#open())?.orders.answerOffer(request) ?? NO_EVENT;
  }

  async order(request: Params<'order'>) {
    return (await this.#open())?.orders.order(request) ?? NO_EVENT;
  }

  async orders(request: Params<'orders'>) {
    return (await this.#open())?.orders.orders(request) ?? [];
  }

  async reconcile() {
    const desks = await this.#open();
    if (desks === null) return { paying: 0, unfiled: 0, drift: null, troubles: [] };
    await this.#meetCatalogue();
    desks.queue.nudge();
    desks.organiser.nudge();
    return desks.orders.reconcile();
  }

  async setPaused(request: Params<'setPaused'>) {
    return (await this.#open())?.organiser.setPaused(request) ?? NO_EVENT;
  }

  async changePlan(request: Params<'changePlan'>) {
    return (await this.#open())?.organiser.changePlan(request) ?? NO_EVENT;
  }

  async summary() {
    const desks = await this.#open();
    return desks === null ? NO_EVENT : ({ ok: true, summary: desks.organiser.summary() } as const);
  }

  async seatHistory(request: Params<'seatHistory'>) {
    const desks = await this.#open();
    if (desks === null) return NO_EVENT;
    const events = desks.organiser.seatHistory(request);
    return events === null
      ? ({ ok: false, code: 'unknown_seat' } as const)
      : ({ ok: true, events } as const);
  }

  async drift() {
    const desks = await this.#open();
    return desks === null ? NO_EVENT : ({ ok: true, drift: desks.organiser.drift() } as const);
  }

  async troubles() {
    const desks = await this.#open();
    return desks === null
      ? NO_EVENT
      : ({ ok: true, troubles: desks.organiser.troubles() } as const);
  }

  async actions(request: Params<'actions'>) {
    const desks = await this.#open();
    return desks === null
      ? NO_EVENT
      : ({ ok: true, page: desks.organiser.actions(request.before) } as const);
  }

  /**
   * Of all that the catalogue says, only a larger number of leaves is taken over while the sale is on; it
   * is told the plan where it has not heard of a change.
   */
  async #meetCatalogue(): Promise<void> {
    const kept = this.#definition;
    if (kept === null) return;
    try {
      const ports = this.#portsOnce();
      const current = await ports.catalogue.load(kept.eventId);
      if (current !== null && current.plan.version < kept.plan.version) await ports.plans.use(kept);
      const grown = current === null ? null : withMoreLeaves(kept, current.settings.leaves);
      if (grown === null) return;
      replaceDefinition(this.ctx.storage.sql, grown);
      this.#definition = grown;
    } catch (error) {
      this.#problem(`catalogue: ${String(error)}`);
    }
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = null;
    try {
      const desks = await this.#open();
      if (desks === null) return;
      for (const timer of this.#timers.due(Date.now(), TIMERS_PER_ALARM)) {
        this.#fire(desks, timer);
      }
    } catch (error) {
      this.#problem(`alarm: ${String(error)}`);
    } finally {
      this.#arm();
    }
  }

  /** One bad timer must not stop the others: it is told, put off by a minute, and stays on the list. */
  #fire(desks: Desks, timer: Timer): void {
    try {
      const desk = desks.queue.timerKinds.includes(timer.kind) ? desks.queue : desks.orders;
      desk.onTimer(timer);
    } catch (error) {
      this.#problem(`timer ${timer.kind} ${timer.key}: ${String(error)}`);
      this.#timers.set(timer.kind, timer.key, Date.now() + 60_000);
    }
  }

  /** Expiry never depends on the alarm, but tidying does: any call re-arms one that is missing or long past. */
  #arm(): void {
    const next = this.#timers.next();
    if (next === null) return;
    const now = Date.now();
    const stale = this.#alarmAt === null || this.#alarmAt < now - 5_000;
    if (!stale && this.#alarmAt !== null && this.#alarmAt <= next) return;
    this.#alarmAt = Math.max(next, now);
    this.ctx.waitUntil(this.ctx.storage.setAlarm(this.#alarmAt));
  }

  async #open(): Promise<Desks | null> {
    if (this.#desks !== null) {
      // An alarm can be lost for good while the object lives on; whoever asks something brings it back.
      this.#arm();
      return this.#desks;
    }
    const kept = readDefinition(this.ctx.storage.sql);
    if (kept !== null) return this.#compose(kept);
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #load(): Promise<Desks | null> {
    const name = this.ctx.id.name;
    if (name === undefined) throw new Error('an EventSale is addressed by its event id');
    const definition = await this.#portsOnce().catalogue.load(name as EventId);
    if (definition === null) return null;
    writeDefinition(this.ctx.storage.sql, definition);
    return this.#compose(definition);
  }

  #compose(definition: SaleDefinition): Desks {
    if (this.#desks !== null) return this.#desks;
    const { sql } = this.ctx.storage;
    this.#definition = definition;
    const context = this.#context(() => this.#definition ?? definition);
    const queue: QueueDesk = new QueueDesk(context, new SqlQueueStore(sql), {
      seatsLeft: () => orders.seatsLeft(),
      holding: () => orders.holding(),
      paymentShare: () => orders.paymentShare(),
      changesForTick: () => orders.changesForTick(),
    });
    const orders: OrderDesk = new OrderDesk(context, new SqlSeatStore(sql), queue, () =>
      queue.seatsChanged(),
    );
    const organiser = new OrganiserDesk(context, {
      ports: this.#portsOnce(),
      store: new ActionStore(sql),
      replace: (changed, also) => {
        this.ctx.storage.transactionSync(() => {
          replaceDefinition(sql, changed);
          also();
        });
        this.#definition = changed;
      },
      queue,
      orders,
    });
    this.#desks = { queue, orders, organiser };
    orders.start();
    queue.start();
    this.#arm();
    return this.#desks;
  }

  #context(definition: () => SaleDefinition): SaleContext {
    return {
      now: () => Date.now(),
      randomId,
      randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
      get definition() {
        return definition();
      },
      ports: this.#portsOnce(),
      timers: this.#timers,
      publish: (frames) => {
        const children = this.#desks?.queue.children() ?? [];
        this.ctx.waitUntil(this.#publisher.publish(children, frames));
      },
      later: (delayMs, task) => {
        setTimeout(() => {
          try {
            task();
          } catch (error) {
            this.#problem(`later: ${String(error)}`);
          }
        }, delayMs);
      },
      background: (task) => {
        this.ctx.waitUntil(task.catch((error: unknown) => this.#problem(String(error))));
      },
    };
  }

  #portsOnce(): SalePorts & OrganiserPorts {
    this.#ports ??= this.createPorts(this.env);
    return this.#ports;
  }

  #problem(detail: string): void {
    const eventId = (this.ctx.id.name ?? 'unknown') as EventId;
    this.#portsOnce().telemetry.record({ name: 'problem', eventId, detail });
  }
}
