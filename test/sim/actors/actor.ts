import { LIMITS } from '../../../durable-objects/protocol/limits.ts';
import type { Clock, Entry } from '../clock.ts';
import type { Faults } from '../faults.ts';
import { Load, Wakefulness } from '../meters.ts';
import type { Meters } from '../meters.ts';
import type { Message, Network, Party } from '../network.ts';
import { structuredCopy } from '../network.ts';
import type { Random } from '../random.ts';

/** What every actor lives in. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly faults: Faults;
  readonly meters: Meters;
}

/** Share of a step's messages that are lost with an object that dies between writing and sending. */
const LOST_AT_THE_GATE = 0.7;
/** An alarm that was not handled is rung again after this, doubling, ms (platform.md, "Alarm"). */
const ALARM_RETRY_MS = 2_000;
const ALARM_RETRIES = 6;

/**
 * A Durable Object: code (`Desk`) over storage that outlives it. It runs one event at a time, sends
 * what it says only after what it wrote, and can die before or after any event; the next event that
 * reaches it builds it again from its storage.
 */
export abstract class Actor<Desk> implements Party {
  readonly name: string;
  readonly wake = new Wakefulness();
  /** Requests that it was asked, a socket's messages among them. */
  readonly requests = new Load();
  protected readonly around: Surroundings;
  #life = 0;
  #desk: Desk | null = null;
  #alarm: Entry | null = null;
  #unreachableUntil = -Infinity;
  #skewMs = 0;
  #outputs: Message[] = [];
  #stepOpen = false;
  #doomed = false;
  readonly #serving = new Set<() => void>();
  readonly #stubs = new Map<object, object>();

  constructor(name: string, around: Surroundings) {
    this.name = name;
    this.around = around;
  }

  /** Builds the object's code over its storage and starts it; called on each wake. */
  protected abstract build(): Desk;
  /** The alarm rings. */
  protected abstract ring(desk: Desk): void;
  /** It is gone from memory; `evicted` objects keep their sockets. */
  protected died(_evicted: boolean): void {}

  get life(): number {
    return this.#life;
  }

  /** Its own clock in whole ms, which may differ from everybody else's. */
  now(): number {
    return Math.floor(this.around.clock.now + this.#skewMs);
  }

  /** The code, woken if need be. */
  get desk(): Desk {
    this.#desk ??= this.build();
    return this.#desk;
  }

  /** The code if it is in memory. */
  get awake(): Desk | null {
    return this.#desk;
  }

  step(event: () => void): boolean {
    const { clock, faults } = this.around;
    this.wake.note(clock.now);
    if (faults.roll('crash before')) {
      this.crash();
      return false;
    }
    if (faults.roll('crash after')) {
      this.#doomed = true;
      this.#openStep();
    }
    void this.desk;
    event();
    return true;
  }

  asked(): void {
    this.requests.note(this.around.clock.now);
  }

  reachable(): boolean {
    const { clock, faults, random } = this.around;
    if (faults.roll('outage')) this.#unreachableUntil = clock.now + random.between(1_000, 25_000);
    return clock.now >= this.#unreachableUntil;
  }

  sending(message: Message): number {
    if (this.around.faults.active) {
      this.#outputs.push(message);
      this.#openStep();
    }
    return this.around.network.commitMs();
  }

  #openStep(): void {
    if (this.#stepOpen) return;
    this.#stepOpen = true;
    this.around.clock.afterStep(() => this.#closeStep());
  }

  #closeStep(): void {
    this.#stepOpen = false;
    const outputs = this.#outputs;
    this.#outputs = [];
    if (!this.#doomed) return;
    this.#doomed = false;
    for (const output of outputs) output.lost = this.around.random.chance(LOST_AT_THE_GATE);
    this.crash();
  }

  working(failed: () => void): () => void {
    const { clock } = this.around;
    this.#serving.add(failed);
    this.wake.begin(clock.now);
    return () => {
      this.#serving.delete(failed);
      this.wake.end(clock.now);
    };
  }

  /** Memory is gone; what was written stays. Whoever waits for an answer hears that there will be none. */
  crash(evicted = false): void {
    const { clock, faults, random } = this.around;
    this.#life += 1;
    this.#desk = null;
    this.wake.reset(clock.now);
    const serving = [...this.#serving];
    this.#serving.clear();
    if (faults.roll('clock stepped')) this.#skewMs = random.between(-1_500, 1_500);
    for (const failed of serving) failed();
    this.died(evicted);
  }

  /** The runtime takes an object that has nothing under way out of memory. */
  evict(): void {
    if (this.#desk !== null && this.wake.idle) this.crash(true);
  }

  /** A timer in memory: dies with the object. */
  later(delayMs: number, task: () => void): () => void {
    const { clock } = this.around;
    const life = this.#life;
    this.wake.begin(clock.now);
    const entry = clock.after(delayMs, () => {
      entry.task = null;
      if (life !== this.#life) return;
      this.wake.end(clock.now);
      this.step(task);
    });
    return () => {
      if (entry.task === null) return;
      entry.task = null;
      if (life === this.#life) this.wake.end(clock.now);
    };
  }

  /** What leaves and relays need of the platform. */
  protected nodeContext<Rpc>(parent: () => Rpc): {
    name: string;
    now: () => number;
    askGapMs: number;
    random: () => number;
    parent: () => Rpc;
    later: (delayMs: number, task: () => void) => () => void;
    wakeAt: (at: number) => void;
  } {
    return {
      name: this.name,
      now: () => this.now(),
      askGapMs: LIMITS.askGapMs,
      random: () => this.around.random.next(),
      parent,
      later: (delayMs, task) => this.later(delayMs, task),
      wakeAt: (at) => this.setAlarm(at),
    };
  }

  /** The one alarm, which is stored: setting it again moves it. */
  setAlarm(at: number): void {
    this.around.meters.add('rows written: alarms');
    if (this.#alarm !== null) this.#alarm.task = null;
    this.#schedule(at - this.#skewMs, 0);
  }

  #schedule(at: number, tries: number): void {
    const { clock, meters } = this.around;
    const entry = clock.at(at, () => {
      this.#alarm = null;
      meters.add('object requests: alarms');
      const { life } = this;
      this.step(() => this.ring(this.desk));
      // Died of it, or in it: the runtime rings again, unless a newer alarm was set meanwhile.
      clock.afterStep(() => {
        const handled = this.#life === life;
        if (handled || this.#alarm !== null || tries >= ALARM_RETRIES) return;
        this.#schedule(clock.now + ALARM_RETRY_MS * 2 ** tries, tries + 1);
      });
    });
    this.#alarm = entry;
  }

  /** A stub of `to`, whose methods `serve` maps to its code. Each call is one billed request of its class. */
  protected stub<Rpc extends object>(to: Served<Rpc>): Rpc {
    const known = (this.#stubs.get(to) as Rpc | undefined) ?? stubOf(this, to, this.around);
    this.#stubs.set(to, known);
    return known;
  }
}

/** An object that answers calls of the protocol `Rpc`, in the words of its shell. */
export interface Served<Rpc extends object> extends Party {
  /** For the meters: `leaf`, `relay` or `sale`. */
  readonly kind: string;
  readonly rpc: Rpc;
  /** Told at once, without a message: what a thin object is told is only counted. */
  readonly direct?: true;
}

/** How `from` sees `to`: every method a call through the network. */
export function stubOf<Rpc extends object>(
  from: Party,
  to: Served<Rpc>,
  around: Pick<Surroundings, 'network' | 'meters'>,
  way: 'hop' | 'fan' = 'hop',
): Rpc {
  if (to.direct === true) return to.rpc;
  const { network } = around;
  const requests = around.meters.tally(`object requests: ${to.kind} `);
  const calls = new Map<string | symbol, (request: unknown) => unknown>();
  const callOf = (rpc: Rpc, method: string | symbol) => (request: unknown) => {
    requests.add(String(method));
    const copy = network.copies ? structuredCopy(request) : request;
    const serve: unknown = Reflect.get(rpc, method);
    if (typeof serve !== 'function') throw new Error(`${to.kind} has no ${String(method)}`);
    const work = (): unknown => Reflect.apply(serve, rpc, [copy]);
    return network.call(from, to, work, way);
  };
  return new Proxy(to.rpc, {
    get: (rpc, method) => {
      const call = calls.get(method) ?? callOf(rpc, method);
      calls.set(method, call);
      return call;
    },
  });
}
