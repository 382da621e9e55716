import type { SaleDefinition } from '../../../durable-objects/core/sale.ts';
import type { Tick } from '../../../durable-objects/core/tick.ts';
import type { SaleContext } from '../../../durable-objects/event-sale/context.ts';
import { OrderDesk } from '../../../durable-objects/event-sale/order-desk.ts';
import { Publisher } from '../../../durable-objects/event-sale/publisher.ts';
import { QueueDesk } from '../../../durable-objects/event-sale/queue-desk.ts';
import type { SalePorts } from '../../../durable-objects/protocol/ports.ts';
import type {
  PublishedFrames,
  SaleQueueRpc,
  WaitingRoomRpc,
} from '../../../durable-objects/protocol/queue-rpc.ts';
import type { SaleSeatsRpc } from '../../../durable-objects/protocol/seats-rpc.ts';
import type { QueueStore } from '../../../durable-objects/storage/queue-store.ts';
import type { SeatStore } from '../../../durable-objects/storage/seat-records.ts';
import type { MemoryTimers, Timer, Timers } from '../../../durable-objects/storage/timers.ts';
import { Unanswered } from '../network.ts';
import { Actor, type Served, type Surroundings } from './actor.ts';

/** Timers handled in one alarm, as in the shell. */
const TIMERS_PER_ALARM = 256;
/** An alarm so long past was lost, ms; as in the shell. */
const STALE_ALARM_MS = 5_000;

interface Desks {
  queue: QueueDesk;
  orders: OrderDesk;
}

/** What an EventSale is made of here. `ports` is made anew for each life. */
export interface SaleParts {
  definition: SaleDefinition;
  queue: QueueStore;
  seats: SeatStore;
  timers: MemoryTimers;
  ports: (sale: SaleActor) => SalePorts;
  /** The waiting room with this object name. */
  room: (name: string) => Served<Pick<WaitingRoomRpc, 'publish'>>;
  /** A tick as it is published. */
  onFrame: (tick: Tick) => void;
  /** Places reported as left, before anything is done about it. */
  onLeft: (places: readonly number[]) => void;
}

/** The EventSale: the real desks of queue and orders, composed and timed as `EventSaleObject` does. */
export class SaleActor extends Actor<Desks> implements Served<SaleQueueRpc & SaleSeatsRpc> {
  readonly kind = 'sale';
  readonly parts: SaleParts;
  /** When the alarm is set for, as the object remembers it: unknown after a wake. */
  #alarmAt: number | null = null;

  constructor(name: string, around: Surroundings, parts: SaleParts) {
    super(name, around);
    this.parts = parts;
  }

  /** As the shell maps calls to its desks: the queue's by name, everything else to the orders. */
  readonly rpc = this.#rpc();

  #rpc(): SaleQueueRpc & SaleSeatsRpc {
    const queue: SaleQueueRpc = {
      grantPlaces: async (request) => this.desk.queue.grant(request),
      reportLeft: async (request) => {
        this.parts.onLeft(request.places);
        this.desk.queue.reportLeft(request);
      },
      claimAdmission: async (request) => this.desk.queue.claim(request),
      subscribe: async (request) => this.desk.queue.subscribe(request.child),
    };
    const call = async (method: string | symbol, request: unknown): Promise<unknown> => {
      const { orders } = this.desk;
      const member: unknown = Reflect.get(orders, method);
      if (typeof member !== 'function') throw new Error(`no such call: ${String(method)}`);
      return Reflect.apply(member, orders, [request]);
    };
    return new Proxy(queue, {
      get: (mapped, method) =>
        Reflect.get(mapped, method) ?? ((request: unknown) => call(method, request)),
    }) as SaleQueueRpc & SaleSeatsRpc;
  }

  protected build(): Desks {
    this.#alarmAt = null;
    const { queue: queueStore, seats } = this.parts;
    const publisher = new Publisher(
      (name) => this.stub(this.parts.room(name)),
      () => this.around.meters.add('publishes that failed'),
    );
    const context = this.#context(publisher, () => queue.children());
    const queue: QueueDesk = new QueueDesk(context, queueStore, {
      seatsLeft: () => orders.seatsLeft(),
      holding: () => orders.holding(),
      paymentShare: () => orders.paymentShare(),
      changesForTick: () => orders.changesForTick(),
    });
    const orders: OrderDesk = new OrderDesk(context, seats, queue, () => queue.seatsChanged());
    orders.start();
    queue.start();
    this.#arm();
    return { queue, orders };
  }

  protected ring(desks: Desks): void {
    this.#alarmAt = null;
    for (const timer of this.parts.timers.due(this.now(), TIMERS_PER_ALARM)) {
      const isQueue = desks.queue.timerKinds.includes(timer.kind);
      (isQueue ? desks.queue : desks.orders).onTimer(timer);
    }
    this.#arm();
  }

  #arm(): void {
    const next = this.parts.timers.next();
    if (next === null) return;
    const now = this.now();
    const stale = this.#alarmAt === null || this.#alarmAt < now - STALE_ALARM_MS;
    if (!stale && this.#alarmAt !== null && this.#alarmAt <= next) return;
    this.#alarmAt = Math.max(next, now);
    this.setAlarm(this.#alarmAt);
  }

  #context(publisher: Publisher, children: () => string[]): SaleContext {
    const { timers, definition } = this.parts;
    let ids = 0;
    const armed: Timers = {
      set: (kind, key, due) => {
        if (timers.set(kind, key, due)) this.#arm();
      },
      clear: (kind, key) => {
        if (timers.clear(kind, key)) this.#arm();
      },
      due: (now, limit): Timer[] => timers.due(now, limit),
      next: () => timers.next(),
    };
    const context = {
      now: () => this.now(),
      randomId: () => `${this.life}R${++ids}`.padStart(16, '0'),
      randomBytes: (count: number) =>
        Uint8Array.from({ length: count }, () => this.around.random.int(256)),
      definition,
      ports: this.parts.ports(this),
      timers: armed,
      publish: (frames: PublishedFrames) => {
        if (frames.tick !== undefined) this.parts.onFrame(frames.tick);
        void publisher.publish(children(), frames);
      },
      later: (delayMs: number, task: () => void) => void this.later(delayMs, task),
      background: (task: Promise<unknown>) =>
        void task.catch((error: unknown) => {
          // What nobody answered the shell only logs.
          if (!(error instanceof Unanswered)) this.around.clock.fail(error);
        }),
    };
    return context;
  }
}
