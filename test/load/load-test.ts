import { performance } from 'node:perf_hooks';
import { expandPlan, stadiumPlan } from '../../durable-objects/core/plan-geometry.ts';
import { addAccounts, addSale, loadFans } from '../support/sale-fixture.ts';
import type { LoadFan } from '../support/sale-fixture.ts';
import { connectionsMax } from '../support/workerd.ts';
import { mulberry } from './chance.ts';
import { ask, question } from './asking.ts';
import { Buyers } from './buyers.ts';
import { Crowd } from './crowd.ts';
import { FanPools } from './fan-pools.ts';
import type { FanWorld } from './fan-world.ts';
import { Hostiles } from './hostile.ts';
import { Ledger, Meters } from './ledger.ts';
import type { LiveFan } from './live-fan.ts';
import type { LoadOptions } from './options.ts';
import { Pollers } from './pollers.ts';
import { LoadStage } from './stage.ts';
import type { Victim } from './stage.ts';
import { TickReader } from './tick-reader.ts';
import { usage } from './usage.ts';
import type { Usage } from './usage.ts';
import { Ways } from './ways.ts';

const EVENT = 'load-sale';
const SEATS_PER_BUYER = 2;
const SERIES = { fans: 1, newcomers: 2, hostile: 3 };
const CONNECTIONS = { api: 64, buyers: 24 };
/** Connections to one process that are not live fans'. */
const OTHER_CONNECTIONS = CONNECTIONS.api + CONNECTIONS.buyers + 10;
/** Longest time that anything may take before it counts as lost, ms. */
const PATIENCE_MS = 30_000;
/** Until all that has happened is in a tick, ms. */
const TICK_MS = 2_500;
/** Sockets that were lost when workerd died may still say so a moment after it is back, ms. */
const AFTERSHOCK_MS = 250;
/** Newcomers while the hostile sockets are there: so many of the first fans. */
const NEWCOMERS_SHARE = 0.05;
/** Until workerd has noticed that all sockets are gone, and in which all come back, ms. */
const STAMPEDE = { goneMs: 2_000, backMs: 1_000 };
/** While they stay: one in so many leaves for good, loses the connection, starts over. */
const LEAVE = 10;
const DROP = 10;
const START_OVER = 50;

/** A stretch of the test: its figures, and how long it took, ms. */
export interface Stretch {
  meters: Meters;
  ms: number;
  /** CPU meanwhile. */
  used: Usage;
  /** How busy the load generator's loop was meanwhile; 1 is all the time. */
  busy: number;
}

/** What a load test found out. */
export interface LoadResult {
  ledger: Ledger;
  buyers: Buyers;
  pollers: Pollers;
  hostiles: Hostiles;
  /** Fans there at once, those who poll included. */
  atOnce: number;
  sockets: number;
  /** Every workerd of the product: what it has, fans who are at home there, most resident memory, bytes. */
  workerds: readonly WorkerdFound[];
  come: Stretch;
  stay: Stretch;
  /** All lose their connection and are back within a second; the time is until the last is welcome. */
  stampede: Stretch & { fans: number };
  hostile: Stretch;
  /** With a kill: from SIGKILL until workerd answers, and from then until everybody has their place again, ms. */
  outage: { downMs: number; backMs: number; fans: number; meters: Meters } | null;
  /** Bookings in Postgres. */
  filed: number;
  /** From the first fan to the last answer. */
  used: Usage;
}

/** What was seen of one workerd. */
export interface WorkerdFound {
  role: string;
  sockets: number;
  /** Before the hostile sockets came, and at the end. */
  peakMemory: { before: number; end: number };
}

/** One run: everything that changes while it goes on. */
export class LoadTest implements FanWorld {
  readonly eventId = EVENT;
  readonly ledger = new Ledger();
  readonly ticks = new TickReader();
  readonly random = mulberry(1);
  readonly #options: LoadOptions;
  readonly #tell: (words: string) => void;
  readonly #stage: LoadStage;
  readonly #ways: Ways;
  readonly #crowd: Crowd;
  readonly #buyers: Buyers;
  readonly #pools: FanPools;
  readonly #pollers: Pollers;
  readonly #hostiles: Hostiles;
  #excusedUntil = 0;
  #atOnce = 0;
  #sockets = 0;
  #socketsAt: number[] = [];

  private constructor(options: LoadOptions, stage: LoadStage, tell: (words: string) => void) {
    this.#tell = tell;
    this.#options = options;
    this.#stage = stage;
    this.#ways = new Ways(stage, options.leaves);
    this.#crowd = new Crowd(this);
    this.#pools = new FanPools((fan) => this.portOf(fan), CONNECTIONS.api);
    this.#buyers = new Buyers(this, {
      seatIds: expandPlan(stadiumPlan().plan).map((seat) => seat.id),
      each: SEATS_PER_BUYER,
      stripePort: Number(new URL(stage.standins.stripeUrl).port),
      most: options.buyers,
      connections: CONNECTIONS.buyers,
    });
    this.#pollers = new Pollers(this, this.#pools);
    this.#hostiles = new Hostiles(this);
  }

  /** Runs the whole test on a stage of its own; `tell` hears how far it is. */
  static async run(
    options: LoadOptions,
    tell: (words: string) => void = () => undefined,
  ): Promise<LoadResult> {
    const stage = await LoadStage.set(options);
    try {
      await addSale(stage.standins.databaseUrl, EVENT, {
        stadium: true,
        leaves: options.leaves,
        admission: { batchSize: options.calledPerSecond, everyMs: 1_000 },
      });
      return await new LoadTest(options, stage, tell).#run();
    } finally {
      await stage.close();
    }
  }

  portOf(fan: LoadFan): number {
    return this.#ways.portOf(fan);
  }

  wallClock(): number {
    return performance.timeOrigin + performance.now();
  }

  excused(): boolean {
    return performance.now() < this.#excusedUntil;
  }

  admitted(fan: LiveFan, token: string): void {
    if (this.#buyers.begin(fan.account, token)) fan.watchSeats();
  }

  async #run(): Promise<LoadResult> {
    const { fans, newcomers } = await this.#accounts();
    const used = usage(this.#stage);
    this.#tell(`${fans.length} fans are coming`);
    const { come, outage } = await this.#come(fans);
    this.#tell(`${this.#atOnce} are there, ${this.#sockets} with a socket`);
    const stay = await this.#stretch(() => this.#stay());
    this.#tell('all lose their connection and come back at once');
    const stampede = await this.#stampede();
    const before = this.#stage.processes.map(({ peakMemory }) => peakMemory);
    this.#tell('hostile sockets come');
    const hostile = await this.#stretch(() => this.#beSet(newcomers));
    this.#tell('they are gone; the last purchases end');
    await this.#buyers.done();
    this.#tell('looking again at what was told');
    const filed = await this.#audit();
    await this.#pollers.end();
    this.#crowd.end();
    return {
      ledger: this.ledger,
      buyers: this.#buyers,
      pollers: this.#pollers,
      hostiles: this.#hostiles,
      atOnce: this.#atOnce,
      sockets: this.#sockets,
      workerds: this.#workerds(before),
      come,
      stay,
      stampede,
      hostile,
      outage,
      filed,
      used: used(),
    };
  }

  async #accounts(): Promise<{ fans: LoadFan[]; newcomers: LoadFan[] }> {
    const count = Math.ceil(this.#options.fans * NEWCOMERS_SHARE);
    const fans = await loadFans(this.#options.fans, SERIES.fans);
    const newcomers = await loadFans(count, SERIES.newcomers);
    await addAccounts(this.#stage.standins.databaseUrl, [...fans, ...newcomers]);
    return { fans, newcomers };
  }

  #workerds(memoryBefore: readonly number[]): WorkerdFound[] {
    return this.#stage.processes.map(({ role, peakMemory }, index) => ({
      role,
      sockets: this.#socketsAt[index] ?? 0,
      peakMemory: { before: memoryBefore[index] ?? 0, end: peakMemory },
    }));
  }

  /** Does `act` with meters of its own. */
  async #stretch(act: () => Promise<void>): Promise<Stretch> {
    const meters = new Meters();
    this.ledger.meters = meters;
    const from = performance.now();
    const loop = performance.eventLoopUtilization();
    const used = usage(this.#stage);
    await act();
    const ms = performance.now() - from;
    const busy = performance.eventLoopUtilization(loop).utilization;
    return { meters, ms, used: used(), busy };
  }

  /** Everybody comes and joins; in the middle of it, if asked to, workerd dies. */
  async #come(fans: readonly LoadFan[]): Promise<Pick<LoadResult, 'come' | 'outage'>> {
    const { live, others } = this.#ways.shareOut(fans, connectionsMax() - OTHER_CONNECTIONS);
    const polling = Promise.all(others.map((fan) => this.#pollers.come(fan)));
    let outage: LoadResult['outage'] = null;
    const come = await this.#stretch(async () => {
      const arriving = this.#crowd.arrive(live, this.#options.perSecond);
      const { kill } = this.#options;
      if (kill !== null) outage = await this.#crash(kill, live.length / 2);
      await arriving;
      await this.#allSettled();
    });
    await Promise.race([polling, pause(PATIENCE_MS)]);
    this.#lost(others.length - this.#pollers.size, 'no place over HTTP in time');
    this.#count();
    return { come, outage };
  }

  #lost(count: number, kind: string): void {
    for (let n = 0; n < count; n++) this.ledger.failed(kind);
  }

  #count(): void {
    const online = this.#crowd.fans.filter((fan) => fan.isOnline);
    if (online.length > this.#sockets) {
      this.#sockets = online.length;
      this.#socketsAt = this.#ways.count(online.map(({ account }) => account.accountId));
    }
    this.#atOnce = Math.max(this.#atOnce, this.#sockets + this.#pollers.size);
  }

  async #allSettled(): Promise<void> {
    this.#lost(await this.#crowd.settled(PATIENCE_MS), 'no place, or no way back to it');
  }

  async #crash(victim: Victim, when: number): Promise<NonNullable<LoadResult['outage']>> {
    while (this.#crowd.fans.length < when) await pause(10);
    const coming = this.ledger.meters;
    const meters = new Meters();
    this.ledger.meters = meters;
    const fans = [...this.#crowd.fans];
    this.#excusedUntil = Infinity;
    const from = performance.now();
    await this.#stage.crash(victim);
    const downMs = performance.now() - from;
    this.#excusedUntil = performance.now() + AFTERSHOCK_MS;
    while (fans.some((fan) => !fan.isSettled) && performance.now() - from < PATIENCE_MS) {
      await pause(10);
    }
    const backMs = performance.now() - from - downMs;
    this.ledger.meters = coming;
    return { downMs, backMs, fans: fans.length, meters };
  }

  /** Ticks; some leave, some lose their connection and come back, some start over. */
  async #stay(): Promise<void> {
    const leavers = this.#crowd.pick(LEAVE, 0);
    const droppers = this.#crowd.pick(DROP, 1);
    const doubters = this.#crowd.pick(START_OVER, 2);
    const ms = this.#options.staySeconds * 1000;
    await Promise.all([
      pause(ms),
      spread(leavers, ms / 2, (fan) => void fan.leave()),
      spread(droppers, ms / 2, (fan, index) => fan.drop(index % 2 === 0)),
      spread(doubters, ms / 2, (fan) => void fan.startOver()),
    ]);
    await this.#allSettled();
    this.#count();
  }

  /** A mast fails, and comes back: nobody keeps to a back-off. */
  async #stampede(): Promise<LoadResult['stampede']> {
    const fans = this.#crowd.fans.filter((fan) => fan.isOnline);
    fans.forEach((fan, index) =>
      fan.drop(false, STAMPEDE.goneMs + (index / fans.length) * STAMPEDE.backMs),
    );
    await pause(STAMPEDE.goneMs);
    const back = await this.#stretch(() => this.#allSettled());
    return { ...back, fans: fans.length };
  }

  /** Sockets that mean harm, and newcomers among them. */
  async #beSet(newcomers: readonly LoadFan[]): Promise<void> {
    const { hostile } = this.#options;
    const count = Object.values(hostile).reduce((sum, kind) => sum + kind, 0);
    this.#hostiles.begin(await loadFans(count, SERIES.hostile), hostile);
    await this.#crowd.arrive(newcomers, newcomers.length / this.#options.hostileSeconds);
    await this.#allSettled();
    this.#hostiles.end();
  }

  /** Asks a part of them again over another way, and counts what was filed. */
  async #audit(): Promise<number> {
    await pause(TICK_MS);
    const sample = this.#crowd.pick(Math.max(1, Math.floor(this.#crowd.fans.length / 300)), 0);
    await Promise.all(sample.map((fan) => this.#auditPlace(fan)));
    return this.#filed();
  }

  async #auditPlace(fan: LiveFan): Promise<void> {
    const path = `/api/queue/position/${EVENT}?claim=false`;
    const answer = await ask(
      this,
      this.#pools.of(fan.account),
      question(fan.account, 'GET', path),
      [200],
    );
    const { place } = JSON.parse(answer?.body ?? '{}') as { place?: number };
    if (place !== undefined && fan.place !== null)
      this.ledger.told({ account: fan.account.accountId, place }, fan.place);
  }

  async #filed(): Promise<number> {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const filed = await this.#stage.bookings();
      if (filed >= this.#buyers.bought.length || performance.now() > until) return filed;
      await pause(100);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Does it to all, one after the other, over `ms`. */
async function spread(
  fans: readonly LiveFan[],
  ms: number,
  act: (fan: LiveFan, index: number) => void,
): Promise<void> {
  const from = performance.now();
  for (const [index, fan] of fans.entries()) {
    const due = from + (index / fans.length) * ms;
    if (due > performance.now()) await pause(due - performance.now());
    // Whoever was called meanwhile has other things to do.
    if (fan.isOnline && !fan.isCalled) act(fan, index);
  }
}
