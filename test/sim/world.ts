import { peopleAhead, type Tick } from '../../durable-objects/core/tick.ts';
import {
  leafName,
  leafOf,
  nodeOf,
  parentOf,
  relayName,
  relaysOf,
} from '../../durable-objects/core/shard-plan.ts';
import type { ParentRpc, WaitingRoomRpc } from '../../durable-objects/protocol/queue-rpc.ts';
import type { AdmissionSettings, SaleDefinition } from '../../durable-objects/core/sale.ts';
import type { QueueStore } from '../../durable-objects/storage/queue-store.ts';
import type { RelayStore } from '../../durable-objects/storage/relay-store.ts';
import type { SeatStore } from '../../durable-objects/storage/seat-records.ts';
import type { RoomStore } from '../../durable-objects/storage/room-store.ts';
import { MemorySeatStore } from '../../durable-objects/storage/memory-seat-store.ts';
import { MemoryQueueStore } from '../../durable-objects/storage/queue-store-memory.ts';
import { MemoryRelayStore } from '../../durable-objects/storage/relay-store-memory.ts';
import { MemoryRoomStore } from '../../durable-objects/storage/room-store-memory.ts';
import { MemoryTimers } from '../../durable-objects/storage/timers.ts';
import { LeafActor } from './actors/leaf.ts';
import { Outside } from './actors/outside.ts';
import { ThinLeaf, ThinPlaces } from './actors/thin-leaf.ts';
import { RelayActor } from './actors/relay.ts';
import { SaleActor } from './actors/sale.ts';
import type { Served, Surroundings } from './actors/actor.ts';
import { metered } from './bill/metered.ts';
import {
  QUEUE_ROWS,
  RELAY_ROWS,
  ROOM_ROWS,
  SEAT_ROWS,
  TIMER_ROWS,
  type RowCosts,
} from './bill/rows.ts';
import { JoinWaits } from './join-waits.ts';
import { Auditor } from './auditor/auditor.ts';
import { Clock } from './clock.ts';
import { definitionOf, START } from './definition.ts';
import { Faults } from './faults.ts';
import { accountOf } from './fans/accounts.ts';
import { Buyers } from './fans/buyers.ts';
import { Crowd } from './fans/crowd.ts';
import { Meters } from './meters.ts';
import { Network } from './network.ts';
import { Random } from './random.ts';
import { LeanQueueStore } from './stores/lean-queue-store.ts';
import { LeanRelayStore } from './stores/lean-relay-store.ts';
import { LeanRoomStore } from './stores/lean-room-store.ts';
import { LeanSeatStore } from './stores/lean-seat-store.ts';
import type { Scenario } from './scenario.ts';

/** How long a Worker goes by what it knows of an event, ms (worker/db/catalogue.ts). */
const CATALOGUE_FRESH_MS = 30_000;

/** How often objects may be taken out of memory, ms. */
const SWEEP_MS = 2_000;

/** Bugs planted on purpose, to see that the auditor finds them. */
export interface Tampering {
  queueStore?: (store: QueueStore) => QueueStore;
  roomStore?: (store: RoomStore) => RoomStore;
  timers?: (timers: MemoryTimers) => MemoryTimers;
  admission?: Partial<AdmissionSettings>;
}

/** One sale with all its objects and fans, under one clock. */
export class World {
  readonly scenario: Scenario;
  readonly clock: Clock;
  readonly meters: Meters;
  readonly faults: Faults;
  readonly auditor: Auditor;
  readonly sale: SaleActor;
  /** The real ones. */
  readonly leaves: readonly LeafActor[];
  readonly thinLeaves: readonly ThinLeaf[];
  readonly #leafByIndex: ReadonlyMap<number, LeafActor>;
  readonly #thinByIndex: readonly (ThinLeaf | undefined)[];
  /** By fan, in a run with thin leaves: the leaf's number once it was computed, -1 before. */
  readonly #homes: Int16Array;
  /** Where fans of thin leaves stand; null when there are none. */
  readonly #thinPlaces: ThinPlaces | null;
  readonly relays: readonly RelayActor[];
  readonly crowd: Crowd;
  readonly buyers: Buyers;
  readonly outside: Outside;
  readonly definition: SaleDefinition;
  readonly #around: Surroundings;
  readonly #random: Random;
  readonly #rooms = new Map<string, Served<Pick<WaitingRoomRpc, 'publish'>>>();
  readonly #tampering: Tampering;
  #leavesNow: number;
  /** How long fans waited to hear of their place. */
  readonly waits: JoinWaits;
  /** In a run of millions: what EventSale has written down. */
  readonly lean: { queue: LeanQueueStore; seats: LeanSeatStore };
  /** Hears of each tick as it is published. */
  onTick: (tick: Tick) => void = () => undefined;

  constructor(scenario: Scenario, tampering: Tampering = {}) {
    this.scenario = scenario;
    this.lean = {
      queue: new LeanQueueStore(scenario.lobby === 'draw'),
      seats: new LeanSeatStore(),
    };
    this.#tampering = tampering;
    const { seed, fans } = scenario;
    this.clock = new Clock(START, scenario.exact ? 'event' : 'millisecond');
    this.#random = new Random(seed);
    this.faults = new Faults(scenario.faults, this.#random.fork());
    this.meters = new Meters(() => this.clock.now);
    const { clock, meters, faults } = this;
    const network = new Network(clock, this.#random.fork(), {
      faults,
      latency: scenario.latency,
      copies: scenario.exact,
    });
    this.#around = { clock, network, faults, meters, random: this.#random.fork() };
    this.definition = definitionOf(scenario, tampering.admission);
    this.auditor = new Auditor({
      rules: scenario.admission,
      fans,
      places: scenario.places,
      start: START,
      opensAt: this.definition.settings.opensAt,
      now: () => clock.now,
      skewMs: 3_500,
      tellsAhead: scenario.exact && scenario.lobby !== 'draw',
      onViolation: (violation) => clock.fail(violation),
    });
    this.waits = new JoinWaits(fans);
    this.outside = new Outside(this.#around);
    this.sale = this.#sale();
    this.relays = this.#relays();
    const leavesMax = Math.max(scenario.leaves, scenario.growth?.leaves ?? 0);
    const { realOf = 1 } = scenario;
    const indices = Array.from({ length: leavesMax }, (_, index) => index);
    this.#thinPlaces =
      realOf === 1 ? null : new ThinPlaces(fans, scenario.places, scenario.admission);
    const isReal = (index: number): boolean => index % realOf === 0;
    this.leaves = indices.filter(isReal).map((index) => this.#leaf(index));
    const thin = indices.filter((index) => !isReal(index));
    this.thinLeaves = thin.map((index) => this.#thinLeaf(index));
    this.#leafByIndex = new Map(this.leaves.map((leaf) => [leaf.index, leaf]));
    const thinByIndex = new Map(this.thinLeaves.map((leaf) => [leaf.index, leaf]));
    this.#thinByIndex = indices.map((index) => thinByIndex.get(index));
    this.#homes = new Int16Array(realOf === 1 ? 0 : fans).fill(-1);
    this.#leavesNow = scenario.leaves;
    this.crowd = new Crowd(this.#around, {
      ...scenario,
      leavesMax,
      leaves: {
        thin: (fan) => this.#thinOf(fan),
        of: (fan) => this.leafOf(fan),
        at: (index) => this.leafAt(index),
      },
      listener: {
        asks: (fan) => {
          this.auditor.asks(fan);
          this.waits.asks(fan, clock.now);
        },
        asksToLeave: (fan) => this.auditor.asksToLeave(fan),
        hears: (fan, heard, saidAt) => {
          this.auditor.hears(fan, heard, saidAt);
          if (heard.type === 'place' && heard.position !== null) this.waits.told(fan, clock.now);
        },
        comesIn: (fan) => void this.#visit(fan),
      },
    });
    if (scenario.growth !== undefined) this.#grow(scenario.growth);
    if (faults.active) this.#sweep();
    this.buyers = new Buyers(this.#around, {
      habits: scenario.habits,
      sale: this.sale,
      outside: this.outside,
      eventId: this.definition.eventId,
      plan: scenario.plan.plan,
    });
  }

  /** The runtime looks for objects that have nothing to do. */
  #sweep(): void {
    const { clock, faults } = this;
    for (const actor of [this.sale, ...this.relays, ...this.leaves])
      if (faults.roll('evicted')) actor.evict();
    if (faults.active) clock.after(SWEEP_MS, () => this.#sweep());
  }

  leafAt(index: number): LeafActor {
    const leaf = this.#leafByIndex.get(index);
    if (leaf === undefined) throw new Error(`there is no leaf ${index}`);
    return leaf;
  }

  /** The fan's leaf, by the number of leaves that some Worker knows. */
  leafOf(fan: number): LeafActor {
    return this.leafAt(leafOf(accountOf(fan), this.#leavesNow));
  }

  #thinOf(fan: number): ThinLeaf | null {
    if (this.#thinPlaces === null) return null;
    // Only a tree that does not grow has thin leaves.
    const known = this.#homes[fan] ?? 0;
    const index = known < 0 ? leafOf(accountOf(fan), this.#leavesNow) : known;
    this.#homes[fan] = index;
    return this.#thinByIndex[index] ?? null;
  }

  #thinLeaf(index: number): ThinLeaf {
    const places = this.#thinPlaces;
    if (places === null) throw new Error('there are no thin leaves');
    const name = leafName(this.definition.eventId, index);
    return new ThinLeaf(name, this.#around, {
      index,
      leaves: this.scenario.leaves,
      places,
      parent: () => this.#parentOf(index),
      sale: () => this.sale,
      hear: (fan, heard, saidAt) => this.crowd.hear(fan, heard, saidAt),
      owns: (first, count) => this.auditor.owns(name, first, count),
      sockets: () => this.crowd.table.socketsOf[index] ?? 0,
    });
  }

  /** For a while some Workers know of the new leaves and some do not. */
  #grow({ afterMs, leaves }: NonNullable<Scenario['growth']>): void {
    const { clock } = this;
    const before = this.#leavesNow;
    const known = (): void => {
      this.#leavesNow = this.#random.chance(0.5) ? leaves : before;
    };
    for (let ms = 0; ms < CATALOGUE_FRESH_MS; ms += 1_000) clock.after(afterMs + ms, known);
    clock.after(afterMs + CATALOGUE_FRESH_MS, () => {
      this.#leavesNow = leaves;
    });
  }

  async #visit(fan: number): Promise<void> {
    try {
      await this.buyers.visit(fan, this.auditor.fans.placeOf(fan));
      this.crowd.finish(fan);
    } catch (error) {
      this.clock.fail(error);
    }
  }

  #sale(): SaleActor {
    const { definition, auditor } = this;
    const sale = new SaleActor(definition.eventId, this.#around, {
      definition,
      queue: auditor.overhear(this.#queueStore()),
      seats: this.scenario.exact
        ? new MemorySeatStore()
        : this.#metered<SeatStore>(this.lean.seats, 'EventSale', SEAT_ROWS),
      timers: this.#timers(),
      ports: (actor) => this.outside.ports(actor, definition),
      room: (name) => this.#room(name),
      onFrame: (tick) => this.#published(tick),
      onLeft: (places) => auditor.leftReported(places),
    });
    return sale;
  }

  /** A store whose rows are counted, in runs that are not copied and kept whole. */
  #metered<Store extends object>(store: Store, kind: string, costs: RowCosts<Store>): Store {
    return metered(store, kind, costs, this.meters);
  }

  #queueStore(): QueueStore {
    const store = this.scenario.exact
      ? new MemoryQueueStore()
      : this.#metered<QueueStore>(this.lean.queue, 'EventSale', QUEUE_ROWS);
    return this.#tampering.queueStore?.(store) ?? store;
  }

  #roomStore(leaf: string): RoomStore {
    const store = this.scenario.exact
      ? new MemoryRoomStore()
      : this.#metered<RoomStore>(
          new LeanRoomStore((first, count) => this.auditor.owns(leaf, first, count)),
          'leaf',
          ROOM_ROWS,
        );
    return this.#tampering.roomStore?.(store) ?? store;
  }

  #timers(): MemoryTimers {
    const timers = this.scenario.exact
      ? new MemoryTimers()
      : this.#metered<MemoryTimers>(new MemoryTimers(), 'EventSale timers', TIMER_ROWS);
    return this.#tampering.timers?.(timers) ?? timers;
  }

  #relays(): RelayActor[] {
    const { eventId } = this.definition;
    return Array.from(
      { length: this.scenario.tree?.relays ?? relaysOf(this.scenario.leaves) },
      (_, index) => {
        const name = relayName(eventId, index);
        return new RelayActor(name, this.#around, {
          store: this.scenario.exact
            ? new MemoryRelayStore()
            : this.#metered<RelayStore>(new LeanRelayStore(), 'relay', RELAY_ROWS),
          parent: () => this.sale,
          child: (child) => this.#room(child),
        });
      },
    );
  }

  /** A waiting room by its object name. */
  #room(name: string): Served<Pick<WaitingRoomRpc, 'publish'>> {
    const known = this.#rooms.get(name) ?? this.#roomNamed(name);
    this.#rooms.set(name, known);
    return known;
  }

  #roomNamed(name: string): Served<Pick<WaitingRoomRpc, 'publish'>> {
    const node = nodeOf(name);
    const index = node?.index ?? -1;
    const room =
      node?.kind === 'leaf'
        ? (this.#leafByIndex.get(index) ?? this.#thinByIndex[index])
        : this.relays[index];
    if (room === undefined) throw new Error(`no such room: ${name}`);
    return room;
  }

  #parentOf(leaf: number): Served<ParentRpc> {
    const { tree } = this.scenario;
    if (tree !== undefined) {
      return (leaf < tree.direct ? undefined : this.relays[leaf % tree.relays]) ?? this.sale;
    }
    const parent = parentOf({ eventId: this.definition.eventId, kind: 'leaf', index: leaf });
    return parent === null ? this.sale : (this.relays[nodeOf(parent)?.index ?? -1] ?? this.sale);
  }

  #leaf(index: number): LeafActor {
    const { eventId } = this.definition;
    const name = leafName(eventId, index);
    return new LeafActor(name, this.#around, {
      index,
      eventId,
      store: this.#roomStore(name),
      sockets: () => this.crowd.sockets,
      parent: () => this.#parentOf(index),
      sale: () => this.sale,
      leaf: (other) => this.leafAt(other),
    });
  }

  #published(tick: Tick): void {
    this.crowd.tick = tick;
    this.onTick(tick);
    const drawn = tick.draw !== undefined && this.#thinPlaces?.tick?.draw === undefined;
    const called = this.#thinPlaces?.called(tick) ?? [];
    // As real leaves do: everybody hears when they come.
    if (drawn) for (const leaf of this.thinLeaves) leaf.tellsDrawn();
    // Who has put the page away, or has no socket, does not hear of it.
    for (const fan of called) if (this.crowd.table.hasSocket(fan)) this.#thinOf(fan)?.calls(fan);
    this.auditor.frame(tick, this.#samples(tick));
  }

  /** A few people in line, with those ahead of them that a client computes from the frame. */
  #samples(tick: Tick): { order: number; ahead: number }[] {
    const { line } = this.auditor;
    const span = tick.tail - tick.cursor;
    const samples: { order: number; ahead: number }[] = [];
    if (span <= 0) return samples;
    for (let i = 0; i < this.scenario.samples; i++) {
      const order = tick.cursor + this.#random.int(span);
      // One who has left asks nothing any more.
      if (line.isPresent(order)) samples.push({ order, ahead: peopleAhead(tick, order) });
    }
    return samples;
  }

  /** Whether nothing is left to be done: all have come, all are answered, nobody waits, and of whoever left the line knows. */
  settled(): boolean {
    const { crowd, auditor } = this;
    if (crowd.arrived < this.scenario.fans || auditor.line.waiting() > 0) return false;
    if (auditor.fans.goneUnknown() >= 0) return false;
    let owned = 0;
    for (const [, , count] of this.placesOwned()) owned += count;
    return owned === auditor.line.tail && crowd.unanswered().length === 0;
  }

  /** Every range that a leaf has written down as given: first place and count. */
  *placesOwned(): Generator<readonly [string, number, number]> {
    for (const leaf of this.leaves)
      for (const { batch, grant, accounts } of leaf.store.batches())
        if (grant !== null && batch > 0) yield [leaf.name, grant.first, accounts.length];
  }
}
