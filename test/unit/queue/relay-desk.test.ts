import { describe, expect, it } from 'vitest';
import { follow } from '../../../durable-objects/core/fairness/merkle-sum.ts';
import type { Tick } from '../../../durable-objects/core/tick.ts';
import type { GrantOutcome } from '../../../durable-objects/protocol/queue-rpc.ts';
import { meanwhile, pass, settle } from './node-fixture.ts';
import { RelayFixture } from './relay-fixture.ts';
import { RoomFixture } from './room-fixture.ts';
import { accountAt, batchOf, OPENS_AT, SaleFixture, saleSettings } from './sale-fixture.ts';

const LEAVES = ['test-event/leaf/64', 'test-event/leaf/65', 'test-event/leaf/66'] as const;

function world(now = OPENS_AT - 60_000) {
  const sale = new SaleFixture(saleSettings({ sale: { leaves: 128 } }), now);
  const relay = new RelayFixture(sale, 1);
  const rooms = [64, 65].map((index) => new RoomFixture(sale, index, () => relay.desk));
  relay.children.push(...rooms);
  sale.onPublish = (frames) => void relay.desk.publish(structuredClone(frames));
  const roomOf = (n: number): RoomFixture => rooms[n % 2] ?? new RoomFixture(sale);
  const fan = (n: number) => accountAt(64 + (n % 2), 128, n);
  return { sale, relay, rooms, roomOf, fan, nodes: [relay, ...rooms] };
}

async function quiet(): Promise<void> {
  for (let i = 0; i < 12; i++) await settle();
}

function rangeOf(outcome: GrantOutcome): number[] {
  return outcome.ok ? [outcome.grant.first, outcome.grant.count] : [];
}

describe('what children ask of a relay', () => {
  it('goes on at most every half second, so that EventSale has few to answer', async () => {
    const { sale, relay } = world();
    const from = sale.now;
    for (let batch = 1; batch <= 20; batch++)
      await meanwhile(sale, [relay], relay.desk.grantPlaces(batchOf(batch, 1, LEAVES[0])));
    const seconds = (sale.now - from) / 1_000;
    expect(seconds).toBeGreaterThanOrEqual(9.5);
    expect(seconds).toBeLessThan(15);
    expect(relay.calls.filter((call) => call.startsWith('grant'))).toHaveLength(20);
  });

  it('is added up while its own request is in flight, and dealt out in order', async () => {
    const { sale, relay } = world();
    const asked = LEAVES.map((child, n) => relay.desk.grantPlaces(batchOf(1, n + 2, child)));
    expect((await Promise.all(asked)).map(rangeOf)).toEqual([
      [0, 2],
      [2, 3],
      [5, 4],
    ]);
    const grants = relay.calls.filter((call) => call.startsWith('grant'));
    expect(grants).toEqual(['grant 1', 'grant 2']);
    expect(sale.desk.children()).toEqual(['test-event/relay/1']);
    expect(sale.desk.tick().joined).toBe(9);
  });

  it('gets the same range when asked again, before the answer, after it and after a crash', async () => {
    const { sale, relay } = world();
    const request = batchOf(1, 3, LEAVES[0]);
    const both = [request, request].map((again) => relay.desk.grantPlaces(again));
    const [first, second] = await Promise.all(both);
    expect(second).toEqual(first);
    relay.restart();
    await quiet();
    expect(await relay.desk.grantPlaces(request)).toMatchObject({ ...first, tick: {} });
    expect(sale.desk.tick().joined).toBe(3);
  });

  it.each(['lost', 'reply lost', 'hangs'] as const)(
    'leaves neither a gap nor a repeat when the relay dies while its request is %s',
    async (fate) => {
      const { sale, relay } = world();
      relay.fate = () => fate;
      const request = batchOf(1, 3, LEAVES[0]);
      void relay.desk.grantPlaces(request);
      void relay.desk.grantPlaces(batchOf(1, 2, LEAVES[1]));
      await quiet();
      relay.fate = () => 'ok';
      relay.restart();
      const again = await relay.desk.grantPlaces(request);
      const other = await relay.desk.grantPlaces(batchOf(1, 5, LEAVES[1]));
      expect([again, other].map(rangeOf)).toEqual([
        [0, 3],
        [3, 5],
      ]);
      expect(sale.desk.tick().joined).toBe(8);
    },
  );

  it('is answered with what proves each child its part of the whole', async () => {
    const { sale, relay } = world();
    const requests = LEAVES.map((child, n) => ({ ...batchOf(n + 5, n + 2, child) }));
    const outcomes = await Promise.all(requests.map((one) => relay.desk.grantPlaces(one)));
    const own = { hash: '', count: 0 };
    const proofs = outcomes.map((outcome, n) => {
      const { root: hash, count } = requests[n] ?? { ...own, root: '' };
      return outcome.ok ? { outcome, reached: follow({ hash, count }, outcome.path) } : null;
    });
    for (const proof of proofs) {
      const { link, grant } = proof?.outcome ?? {};
      const root = { hash: link?.root, count: link?.count };
      const offset = (grant?.first ?? 0) - (link?.first ?? 0);
      expect(proof?.reached).toEqual({ ok: true, root, offset });
    }
    expect(proofs[2]?.outcome.head).toBe(proofs[1]?.outcome.head);
    expect(sale.store.lastLink()?.link).toEqual(proofs[2]?.outcome.link);
  });

  it('is forgotten once each child has asked for more, and refused if it comes again after that', async () => {
    const { sale, relay } = world();
    for (let batch = 1; batch <= 20; batch++) {
      const asked = LEAVES.map((child) => relay.desk.grantPlaces(batchOf(batch, 1, child)));
      await meanwhile(sale, [relay], Promise.all(asked));
    }
    expect(relay.store.batches().length).toBeLessThanOrEqual(LEAVES.length + 1);
    relay.restart();
    await expect(relay.desk.grantPlaces(batchOf(19, 1, LEAVES[0]))).rejects.toThrow(
      'asked for more',
    );
    const changed = relay.desk.grantPlaces(batchOf(20, 2, LEAVES[0]));
    await expect(changed).rejects.toThrow('another batch');
  });

  it('is kept for a child that did not hear the answer, though the others went on and the relay died', async () => {
    const { sale, relay } = world();
    const [quick, slow] = [LEAVES[0], LEAVES[1]];
    const requests = [batchOf(1, 1, LEAVES[2]), batchOf(1, 2, quick), batchOf(1, 3, slow)];
    const asked = requests.map((request) => relay.desk.grantPlaces(request));
    await meanwhile(sale, [relay], Promise.all(asked));
    await meanwhile(sale, [relay], relay.desk.grantPlaces(batchOf(2, 4, quick)));
    relay.restart();
    expect(rangeOf(await relay.desk.grantPlaces(batchOf(1, 3, slow)))).toEqual([3, 3]);
    expect(sale.desk.tick().joined).toBe(10);
  });

  it('is refused as EventSale refuses, and its number is not used again', async () => {
    const { relay } = world(OPENS_AT + 25 * 3_600_000);
    const refused = { ok: false, code: 'sale_closed' };
    expect(await relay.desk.grantPlaces(batchOf(1, 2, LEAVES[0]))).toEqual(refused);
    expect(relay.store.batches()).toEqual([]);
    relay.restart();
    expect(await relay.desk.grantPlaces(batchOf(2, 2, LEAVES[0]))).toEqual(refused);
    expect(relay.calls.filter((call) => call.startsWith('grant'))).toEqual(['grant 1', 'grant 2']);
  });
});

describe('departures through a relay', () => {
  it('go up together, and are told again by the leaf when the relay dies', async () => {
    const { sale, relay, roomOf, fan, nodes } = world();
    const fans = Array.from({ length: 20 }, (_, n) => fan(n));
    const joins = fans.map((accountId, n) => roomOf(n).desk.join({ accountId }));
    await meanwhile(sale, nodes, Promise.all(joins));
    relay.calls = [];
    relay.fate = () => 'lost';
    for (const [n, accountId] of fans.entries()) roomOf(n).desk.leaveNow(accountId);
    await quiet();
    expect(sale.desk.tick().left).toBe(0);
    relay.fate = () => 'ok';
    relay.restart();
    await pass(sale, nodes, 25_000);
    expect(sale.desk.tick()).toMatchObject({ joined: 20, left: 20 });
    expect(relay.calls.filter((call) => call === 'left').length).toBeLessThan(8);
  });
});

describe('departures that EventSale did not hear of for an hour', () => {
  it('are told once, however often the leaves told them, and all who wait are answered', async () => {
    const { sale, relay, nodes } = world();
    for (const [n, child] of LEAVES.entries()) {
      await meanwhile(sale, nodes, relay.desk.grantPlaces(batchOf(n + 1, 1_000, child)));
    }
    relay.fate = () => 'lost';
    const told: Promise<void>[] = [];
    for (let again = 1; again <= 100; again++) {
      for (const [n, child] of LEAVES.entries()) {
        const places = Array.from({ length: again * 10 }, (_, i) => n * 1_000 + i);
        told.push(relay.desk.reportLeft({ child, places }));
      }
      await pass(sale, [relay], 250);
    }
    relay.fate = () => 'ok';
    relay.calls = [];
    await meanwhile(sale, nodes, Promise.all(told));
    expect(sale.desk.tick().left).toBe(3_000);
    expect(relay.calls.filter((call) => call === 'left')).toHaveLength(1);
  });

  it('are not taken for told because an older report came late, after the newer one', async () => {
    const { sale, relay, nodes } = world();
    await meanwhile(sale, nodes, relay.desk.grantPlaces(batchOf(1, 10, LEAVES[0])));
    relay.fate = () => 'lost';
    const newer = relay.desk.reportLeft({ child: LEAVES[0], places: [1, 2] });
    await pass(sale, [relay], 1_000);
    const older = relay.desk.reportLeft({ child: LEAVES[0], places: [1] });
    relay.fate = () => 'ok';
    await meanwhile(sale, nodes, Promise.all([newer, older]));
    expect(sale.desk.tick().left).toBe(2);
  });

  it('are not taken for told because an earlier report was', async () => {
    const { sale, relay, nodes } = world();
    await meanwhile(sale, nodes, relay.desk.grantPlaces(batchOf(1, 10, LEAVES[0])));
    const first = relay.desk.reportLeft({ child: LEAVES[0], places: [1] });
    const second = relay.desk.reportLeft({ child: LEAVES[0], places: [1, 2] });
    await meanwhile(sale, nodes, Promise.all([first, second]));
    expect(sale.desk.tick().left).toBe(2);
  });
});

describe('people ahead in a tree with relays', () => {
  it('are known to every leaf within 3 s of a departure, however many leave meanwhile', async () => {
    const { sale, rooms, roomOf, fan, nodes } = world();
    const fans = Array.from({ length: 60 }, (_, n) => fan(n));
    const joins = fans.map((accountId, n) => roomOf(n).desk.join({ accountId }));
    await meanwhile(sale, nodes, Promise.all(joins));
    await pass(sale, nodes, 5_000);
    const leftAt: number[] = [];
    const known = () =>
      Math.min(
        ...rooms.map(({ ticks }) => (JSON.parse(ticks.at(-1) ?? '{"left":0}') as Tick).left),
      );
    let slowest = 0;
    for (let ms = 0; ms < 20_000 && known() < fans.length; ms += 20) {
      const next = fans[leftAt.length];
      if (ms % 140 === 0 && next !== undefined) {
        roomOf(leftAt.length).desk.leaveNow(next);
        leftAt.push(sale.now);
      }
      const oldest = leftAt[known()];
      if (oldest !== undefined) slowest = Math.max(slowest, sale.now - oldest);
      await pass(sale, nodes, 20);
    }
    expect(known()).toBe(fans.length);
    expect(slowest).toBeLessThanOrEqual(3_000);
  });
});

describe('frames through a relay', () => {
  it('reach every leaf once, in order, also after the relay has died', async () => {
    const { sale, relay, rooms, fan, nodes } = world();
    const joins = rooms.map((room, n) => room.desk.join({ accountId: fan(n) }));
    await meanwhile(sale, nodes, Promise.all(joins));
    await pass(sale, nodes, 20_000);
    relay.restart();
    await pass(sale, nodes, 45_000);
    for (const { ticks } of rooms) {
      const seqs = ticks.map((text) => (JSON.parse(text) as { seq: number }).seq);
      expect(seqs.length).toBeGreaterThan(4);
      expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
    }
    expect(rooms[0]?.ticks.at(-1)).toBe(rooms[1]?.ticks.at(-1));
    expect(rooms.map(({ desk }, n) => desk.positionOf(fan(n))?.ahead)).toEqual([0, 0]);
  });

  it('answer a leaf that subscribes from memory, and say so when EventSale is away', async () => {
    const { relay, rooms, fan } = world();
    relay.fate = () => 'lost';
    expect(await relay.desk.subscribe({ child: LEAVES[0] })).toBe('away');
    relay.fate = () => 'ok';
    await rooms[0]?.desk.join({ accountId: fan(0) });
    const told = await relay.desk.subscribe({ child: LEAVES[1] });
    expect(told).toMatchObject({
      tick: { joined: 1 },
      claims: { claimWindowMs: 120_000, calls: [] },
    });
    const before = relay.calls.length;
    expect(await relay.desk.subscribe({ child: LEAVES[2] })).toEqual(told);
    expect(relay.calls).toHaveLength(before);
    expect(relay.store.children()).toEqual(LEAVES);
  });
});
