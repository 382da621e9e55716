import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../../durable-objects/core/ids.ts';
import { leafOf } from '../../../durable-objects/core/shard-plan.ts';
import type { RoomDesk } from '../../../durable-objects/waiting-room/room-desk.ts';
import { pass, settle } from '../../unit/queue/node-fixture.ts';
import type { Fate } from '../../unit/queue/node-fixture.ts';
import { RelayFixture } from '../../unit/queue/relay-fixture.ts';
import { RoomFixture } from '../../unit/queue/room-fixture.ts';
import {
  account,
  accountAt,
  OPENS_AT,
  SaleFixture,
  saleSettings,
} from '../../unit/queue/sale-fixture.ts';

const FANS = 24;

/** A tree that grows, and the fans who are there to see it. */
interface Shape {
  /** Leaves at first, and the most there will be. */
  start: number;
  most: number;
  /** Leaves that have fans; the others are never asked. */
  leaves: readonly number[];
  account(fan: number): AccountId;
}

/** The first leaf that is under a relay. */
const BELOW_RELAY = 32;
/** From one, two or three leaves to eight, all right under EventSale. */
const small = (start: number): Shape => ({
  start,
  most: 8,
  leaves: [0, 1, 2, 3, 4, 5, 6, 7],
  account,
});
/** From 32 leaves right under EventSale to 36, of which the new ones are under a relay: it grows with the tree. */
const tall: Shape = {
  start: 32,
  most: 36,
  leaves: [0, 1, 2, 3, 32, 33, 34, 35],
  account: (fan) => accountAt([0, 1, 2, 3, 32, 33, 34, 35][fan % 8] ?? 0, 64, fan),
};

/**
 * The tree grows while the sale is on, and every call goes by some number of leaves that was right once.
 * Invariants: whatever is lost, repeated or crashes between any two
 * steps, nobody ever has two places, a place once told is the fan's until given up, places are dense and
 * unique, and when the faults end everybody who asked has a place at the leaf where they are at home.
 */
const fates = fc.constantFrom<Fate>(
  'ok',
  'ok',
  'ok',
  'ok',
  'lost',
  'reply lost',
  'twice',
  'retryable',
);
const fan = fc.nat({ max: FANS - 1 });
/** How many growths ago the caller's number of leaves was right. */
const age = fc.nat({ max: 3 });

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ join: fan, age }) },
  { weight: 3, arbitrary: fc.record({ joinLive: fan, age }) },
  { weight: 2, arbitrary: fc.record({ look: fan, age }) },
  { weight: 2, arbitrary: fc.record({ leave: fan, age }) },
  { weight: 3, arbitrary: fc.record({ grow: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.constant({ turn: true as const }) },
  { weight: 2, arbitrary: fc.record({ wait: fc.integer({ min: 250, max: 12_000 }) }) },
  { weight: 2, arbitrary: fc.record({ crash: fc.nat({ max: 8 }) }) },
  { weight: 1, arbitrary: fc.constant({ crashSale: true as const }) },
);
type Step = typeof step extends fc.Arbitrary<infer Kind> ? Kind : never;

class World {
  readonly plans: number[];
  readonly sale: SaleFixture;
  readonly shape: Shape;
  readonly relay: RelayFixture;
  readonly rooms: RoomFixture[];
  readonly nodes: (RelayFixture | RoomFixture)[];
  /** Place told to each fan who has not given it up. */
  readonly told = new Map<number, number>();
  readonly asked = new Set<number>();
  /** How often each fan has given up, or tried to. */
  readonly departures = new Map<number, number>();
  /** Fans whose departure is under way: nobody can say what an answer means. */
  readonly leaving = new Set<number>();
  readonly faults: string[] = [];
  handedOver = 0;

  constructor(shape: Shape, next: () => Fate) {
    this.shape = shape;
    const { start } = shape;
    // The catalogue may have changed just before the sale was first asked for.
    this.plans = [1, start];
    const joinLimit = { max: 1_000, windowMs: 1_000 };
    this.sale = new SaleFixture(
      saleSettings({ sale: { leaves: start, joinLimit } }),
      OPENS_AT - 9e6,
    );
    this.relay = new RelayFixture(this.sale, 0);
    this.rooms = shape.leaves.map((leaf) =>
      leaf < BELOW_RELAY
        ? new RoomFixture(this.sale, leaf)
        : new RoomFixture(this.sale, leaf, () => this.relay.desk),
    );
    this.relay.children.push(...this.rooms.filter(({ index }) => index >= BELOW_RELAY));
    this.nodes = [...this.rooms, this.relay];
    for (const node of this.nodes) node.fate = next;
    for (const room of this.rooms) room.leafAt = (index) => this.room(index);
    this.sale.onPublish = (frames) => {
      for (const child of this.sale.desk.children()) {
        const node = this.nodes.find(({ name }) => name === child);
        void node?.desk.publish(structuredClone(frames));
      }
    };
  }

  room(index: number): RoomFixture {
    const room = this.rooms.find((one) => one.index === index);
    if (room === undefined) throw new Error(`no leaf ${index}`);
    return room;
  }

  /** What a Worker knew so many growths ago. */
  plan(age: number): number {
    return this.plans.at(-1 - Math.min(age, this.plans.length - 1)) ?? 1;
  }

  /** As the Worker does: the leaf by what it knows, then whichever leaf it is sent on to. */
  async atHome<Outcome extends { ok: boolean }>(
    n: number,
    age: number,
    call: (desk: RoomDesk) => Promise<Outcome>,
  ): Promise<Outcome> {
    let leaf = leafOf(this.shape.account(n), this.plan(age));
    for (let hop = 0; ; hop++) {
      assert.ok(hop < this.shape.most, 'sent round in a circle');
      const outcome = await call(this.room(leaf).desk);
      if (!('code' in outcome) || outcome.code !== 'moved' || !('leaf' in outcome)) return outcome;
      leaf = Number(outcome.leaf);
    }
  }

  async run(move: Step): Promise<void> {
    if ('join' in move) void this.join(move.join, move.age);
    else if ('joinLive' in move) this.joinLive(move.joinLive, move.age);
    else if ('look' in move) void this.look(move.look, move.age);
    else if ('leave' in move) void this.leave(move.leave, move.age);
    else if ('grow' in move) this.grow(move.grow);
    else if ('turn' in move) await settle();
    else if ('wait' in move) await pass(this.sale, this.nodes, move.wait);
    else if ('crash' in move) this.nodes[move.crash]?.restart();
    else this.sale.restart();
    this.watch();
  }

  grow(by: number): void {
    this.plans.push(Math.min(this.shape.most, this.plan(0) + by));
  }

  async join(n: number, age: number): Promise<void> {
    const departures = this.departures.get(n);
    const accountId = this.shape.account(n);
    const outcome = await this.atHome(n, age, (desk) => desk.join({ accountId }));
    if (this.leaving.has(n) || this.departures.get(n) !== departures) return;
    if (outcome.ok) this.tell(n, outcome.position.place);
    else if (outcome.code === 'overloaded') this.asked.add(n);
  }

  joinLive(n: number, age: number): void {
    let room = this.room(leafOf(this.shape.account(n), this.plan(age)));
    for (let home = room.desk.homeOf(this.shape.account(n)); typeof home === 'number';) {
      room = this.room(home);
      home = room.desk.homeOf(this.shape.account(n));
    }
    room.listen(this.shape.account(n));
    room.desk.joinLive(this.shape.account(n));
  }

  async look(n: number, age: number): Promise<void> {
    const request = { accountId: this.shape.account(n), claim: false };
    const before = this.told.get(n);
    const departures = this.departures.get(n);
    const outcome = await this.atHome(n, age, (desk) => desk.position(request));
    if (this.leaving.has(n) || this.departures.get(n) !== departures) return;
    if (outcome.ok) this.tell(n, outcome.position.place);
    else if (before !== undefined && outcome.code === 'not_in_queue') {
      this.faults.push(`fan ${n} lost place ${before}`);
    }
  }

  async leave(n: number, age: number): Promise<void> {
    if (this.leaving.has(n)) return;
    this.leaving.add(n);
    const before = this.told.get(n);
    this.told.delete(n);
    this.asked.delete(n);
    this.departures.set(n, (this.departures.get(n) ?? 0) + 1);
    const outcome = await this.atHome(n, age, (desk) =>
      desk.leave({ accountId: this.shape.account(n) }),
    );
    if (!outcome.ok && outcome.code === 'not_in_queue' && before !== undefined) {
      this.faults.push(`fan ${n} could not give up place ${before}`);
    }
    this.leaving.delete(n);
    this.departures.set(n, (this.departures.get(n) ?? 0) + 1);
    // One that was refused changed nothing.
    if (!outcome.ok && before !== undefined) this.told.set(n, before);
  }

  tell(n: number, place: number): void {
    const before = this.told.get(n) ?? place;
    if (before !== place) this.faults.push(`fan ${n} has ${place} after ${before}`);
    this.told.set(n, place);
    this.asked.add(n);
  }

  /** At any moment at most one leaf knows a fan, and no place has two fans. */
  watch(): void {
    const places = new Set<number>();
    for (let n = 0; n < FANS; n++) {
      const known = this.rooms.flatMap(({ desk }) => desk.positionOf(this.shape.account(n)) ?? []);
      assert.ok(known.length <= 1, `fan ${n} at ${known.length} leaves`);
      for (const { place } of known) {
        assert.ok(!places.has(place), `place ${place} twice`);
        places.add(place);
      }
    }
  }

  /** Lets everything settle; returns the places that were given out, ascending. */
  async end(): Promise<number[]> {
    await pass(this.sale, this.nodes, 60_000);
    for (let n = 0; n < FANS; n++) {
      void this.look(n, 0);
      await pass(this.sale, this.nodes, 1_000);
    }
    await pass(this.sale, this.nodes, 20_000);
    this.watch();
    const batches = this.rooms.flatMap(({ store }) => store.batches());
    this.handedOver = batches.filter(({ batch }) => batch < 0).length;
    return batches
      .filter(({ batch }) => batch > 0)
      .flatMap(({ grant, accounts }) => accounts.map((_, index) => (grant?.first ?? -1) + index))
      .sort((a, b) => a - b);
  }
}

/** Lives through `runs` worlds; how many places were told in all, and how many batches handed over. */
async function live(
  shapes: fc.Arbitrary<Shape>,
  runs: number,
): Promise<{ told: number; handedOver: number; dealt: number }> {
  const seen = { told: 0, handedOver: 0, dealt: 0 };
  await fc.assert(
    fc.asyncProperty(
      shapes,
      fc.infiniteStream(fates),
      fc.array(step, { maxLength: 60, size: 'max' }),
      async (shape, stream, moves) => {
        let calm = false;
        const world = new World(shape, () => (calm ? 'ok' : (stream.next().value ?? 'ok')));
        for (const move of moves) await world.run(move);
        calm = true;
        const given = await world.end();
        const { joined } = world.sale.desk.tick();
        expect(given).toEqual(Array.from({ length: joined }, (_, place) => place));
        expect(world.faults).toEqual([]);
        for (const n of world.asked) expect(world.told.has(n), `fan ${n}`).toBe(true);
        seen.handedOver += world.handedOver;
        seen.told += world.told.size;
        seen.dealt += world.relay.store.batches().length;
      },
    ),
    { numRuns: runs },
  );
  return seen;
}

describe('a tree that grows while the sale is on', () => {
  it('keeps every place, and gives nobody a second one', async () => {
    const { handedOver, told } = await live(fc.integer({ min: 1, max: 3 }).map(small), 60);
    expect(handedOver).toBeGreaterThan(50);
    expect(told).toBeGreaterThan(200);
  }, 120_000);

  it('does so too when its new leaves come under a relay, which dies like all others', async () => {
    const { handedOver, told, dealt } = await live(fc.constant(tall), 100);
    expect(handedOver).toBeGreaterThan(20);
    expect(told).toBeGreaterThan(150);
    expect(dealt).toBeGreaterThan(10);
  }, 120_000);
});
