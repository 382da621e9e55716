import { toBase64Url } from '../../../durable-objects/core/fairness/bytes.ts';
import { REHEARSAL_ROUND } from '../../../durable-objects/core/fairness/recorded-rounds.ts';
import type { AccountId, EventId } from '../../../durable-objects/core/ids.ts';
import { leafOf } from '../../../durable-objects/core/shard-plan.ts';
import type { SaleDefinition, SaleSettings } from '../../../durable-objects/core/sale.ts';
import type { SaleContext } from '../../../durable-objects/event-sale/context.ts';
import { QueueDesk } from '../../../durable-objects/event-sale/queue-desk.ts';
import type { Randomness } from '../../../durable-objects/protocol/ports.ts';
import type {
  GrantRequest,
  ParentRpc,
  PublishedFrames,
} from '../../../durable-objects/protocol/queue-rpc.ts';
import { MemoryQueueStore } from '../../../durable-objects/storage/queue-store-memory.ts';
import { MemoryTimers } from '../../../durable-objects/storage/timers.ts';

/** When the test sales open. */
export const OPENS_AT = Date.UTC(2026, 0, 10, 12);

/** An account's id from a number. */
export function account(n: number): AccountId {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}` as AccountId;
}

const strangers = new Map<string, AccountId[]>();

/** The `n`-th account that belongs to this leaf when there are so many. */
export function accountAt(leaf: number, leaves: number, n: number): AccountId {
  const key = `${leaf}/${leaves}`;
  const known = strangers.get(key) ?? [];
  strangers.set(key, known);
  for (let next = known.length * leaves; known.length <= n; next++) {
    const accountId = account(next);
    if (leafOf(accountId, leaves) === leaf && !known.includes(accountId)) known.push(accountId);
  }
  return known[n] ?? account(n);
}

/** A root hash from a number. */
export function rootOf(n: number): string {
  return toBase64Url(new Uint8Array(new BigUint64Array([BigInt(n), 0n, 0n, 0n]).buffer));
}

/** A leaf's request for `count` places; its root is made from the batch's number. */
export function batchOf(batch: number, count: number, child = 'test-event/leaf/0'): GrantRequest {
  return { child, batch, count, root: rootOf(batch) };
}

/** Settings of a small sale; change what the test is about. */
export function saleSettings(change: {
  sale?: Partial<SaleSettings>;
  admission?: Partial<SaleSettings['admission']>;
}): SaleSettings {
  return {
    opensAt: OPENS_AT,
    closesAt: OPENS_AT + 24 * 3_600_000,
    lobby: 'fifo',
    admission: {
      batchSize: 50,
      everyMs: 30_000,
      slots: 100,
      claimWindowMs: 120_000,
      graceMs: 300_000,
      sessionMs: 600_000,
      ordersPerSecond: 1_000_000,
      ...change.admission,
    },
    holdTtlMs: 600_000,
    payingTtlMs: 900_000,
    seatsPerAccount: 6,
    joinLimit: { max: 5, windowMs: 300_000 },
    leaves: 1,
    ...change.sale,
  };
}

/** A sale's queue with a clock moved by hand, and what it told the world. */
export class SaleFixture {
  now: number;
  seats = 1_000;
  holding = 0;
  paymentShare = 1;
  /** Changes of seats that the next ticks take along. */
  readonly changes: string[] = [];
  readonly store = new MemoryQueueStore();
  readonly timers = new MemoryTimers();
  readonly published: PublishedFrames[] = [];
  readonly records: { name: string; count?: number }[] = [];
  readonly settings: SaleSettings;
  /** Secrets made so far: no two are the same. */
  secrets = 0;
  /** Times at which the round of the draw was asked for. */
  readonly asked: number[] = [];
  /** The network of public randomness. */
  drand: (round: number) => Awaited<ReturnType<Randomness['round']>> = () => ({
    ok: true,
    beacon: REHEARSAL_ROUND,
  });
  /** Called with each published frame. */
  onPublish: (frames: PublishedFrames) => void = () => undefined;
  #later: { due: number; task: () => void }[] = [];
  desk: QueueDesk;

  constructor(settings: SaleSettings, now = OPENS_AT) {
    this.settings = settings;
    this.now = now;
    this.desk = this.#wake();
  }

  #wake(): QueueDesk {
    const definition: SaleDefinition = {
      eventId: 'test-event' as EventId,
      name: 'Test',
      timeZone: 'Asia/Kolkata',
      startsAt: this.settings.closesAt,
      venueName: 'Hall',
      settings: this.settings,
      categories: [],
      plan: { venueId: 'hall', version: 1, sections: [] },
    };
    const context = {
      now: () => this.now,
      randomId: () => 'abcdefgh12345678',
      definition,
      randomBytes: (count: number) => new Uint8Array(count).fill(7 + this.secrets++),
      ports: {
        telemetry: { record: (event: { name: string }) => this.records.push(event) },
        randomness: { round: (request: { round: number }) => this.#round(request.round) },
      },
      timers: this.timers,
      publish: (frames: PublishedFrames) => {
        this.published.push(frames);
        this.onPublish(frames);
      },
      later: (delayMs: number, task: () => void) => {
        this.#later.push({ due: this.now + delayMs, task });
      },
      background: () => undefined,
    } as unknown as SaleContext;
    return new QueueDesk(context, this.store, {
      seatsLeft: () => this.seats,
      holding: () => this.holding,
      paymentShare: () => this.paymentShare,
      changesForTick: () => this.changes.shift(),
    });
  }

  /** What the network answers to one who has died meanwhile reaches nobody. */
  async #round(round: number): ReturnType<Randomness['round']> {
    const life = this.desk;
    this.asked.push(this.now);
    const answer = this.drand(round);
    await Promise.resolve();
    return life === this.desk ? answer : new Promise(() => undefined);
  }

  /** The object dies and wakes: memory is gone, storage stays. */
  restart(): void {
    this.#later = [];
    this.desk = this.#wake();
    this.desk.start();
  }

  /** The sale as its children call it. */
  get parent(): ParentRpc {
    return {
      grantPlaces: (request) => Promise.resolve(this.desk.grant(request)),
      reportLeft: (request) => Promise.resolve(this.desk.reportLeft(request)),
      subscribe: ({ child }) => Promise.resolve(this.desk.subscribe(child)),
    };
  }

  /** Time of the next thing that will happen by itself, or null. */
  nextAt(): number | null {
    const dues = this.#later.map((entry) => entry.due);
    const timer = this.timers.next();
    if (timer !== null) dues.push(timer);
    return dues.length === 0 ? null : Math.min(...dues);
  }

  /** Moves the clock, running coalesced work and, unless `alarms` is false, timers when they are due. */
  advance(ms: number, alarms = true): void {
    const until = this.now + ms;
    for (;;) {
      const laters = this.#later.map((entry) => entry.due);
      const timer = alarms ? this.timers.next() : null;
      const next = Math.min(...laters, timer ?? Infinity);
      if (next > until) break;
      this.now = Math.max(this.now, next);
      this.#runDue(alarms);
    }
    this.now = until;
  }

  #runDue(alarms: boolean): void {
    const due = this.#later.filter((entry) => entry.due <= this.now);
    this.#later = this.#later.filter((entry) => entry.due > this.now);
    for (const { task } of due) task();
    if (!alarms) return;
    for (const timer of this.timers.due(this.now, 100)) this.desk.onTimer(timer);
  }

  /** Gives `count` places to one batch of a leaf; returns them. */
  join(batch: number, count: number, child = 'test-event/leaf/0'): number[] {
    const outcome = this.desk.grant(batchOf(batch, count, child));
    if (!outcome.ok) throw new Error(outcome.code);
    return Array.from({ length: outcome.grant.count }, (_, i) => outcome.grant.first + i);
  }

  /** The fan with this place comes in; accounts are numbered as places. */
  claim(place: number): ReturnType<QueueDesk['claim']> {
    return this.desk.claim({ accountId: account(place), place });
  }
}
