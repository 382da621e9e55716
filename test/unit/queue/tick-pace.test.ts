import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../../durable-objects/core/ids.ts';
import { leafOf } from '../../../durable-objects/core/shard-plan.ts';
import { isFar, isNews } from '../../../durable-objects/core/tick-pace.ts';
import type { Tick } from '../../../durable-objects/core/tick.ts';
import { Sockets } from '../../../durable-objects/waiting-room/sockets.ts';
import { FakeSocket } from './fake-socket.ts';
import { pass } from './node-fixture.ts';
import { RoomFixture } from './room-fixture.ts';
import { account, OPENS_AT, SaleFixture, saleSettings } from './sale-fixture.ts';

function tickOf(): Tick {
  return new SaleFixture(saleSettings({}), OPENS_AT).desk.tick();
}

describe('a tick that everybody hears at once', () => {
  const before = tickOf();

  it('is the first, or tells of another phase, opening time or order of the line', () => {
    expect(isNews(null, before)).toBe(true);
    expect(isNews(before, { ...before, phase: 'paused' })).toBe(true);
    expect(isNews(before, { ...before, opensAt: before.opensAt + 60_000 })).toBe(true);
    expect(isNews(before, { ...before, lobby: 'draw' })).toBe(true);
    expect(isNews(before, { ...before, draw: { n: 9, seed: 'ab' } })).toBe(true);
  });

  it('is none that only counts', () => {
    const { seq, at, cursor, tail, waiting } = before;
    const later = { seq: seq + 1, at: at + 1_000, cursor: cursor + 60, tail: tail + 900 };
    expect(isNews(before, { ...before, ...later, waiting: waiting + 840 })).toBe(false);
  });
});

describe('a fan may hear every second tick', () => {
  const tick = { ...tickOf(), cursor: 5_000, ratePerMinute: 600 };

  it('with a thousand in between or more, or without a place', () => {
    expect([5_000, 5_999, 6_000, 20_000].map((order) => isFar(tick, order))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(isFar(tick, null)).toBe(true);
  });

  it('long after they were called', () => {
    expect([4_999, 4_001, 4_000, 0].map((order) => isFar(tick, order))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it('but not when the next quarter of a minute may call them', () => {
    const fast = { ...tick, ratePerMinute: 15_000 };
    expect(isFar(fast, 8_749)).toBe(false);
    expect(isFar(fast, 8_750)).toBe(true);
  });
});

describe('a leaf', () => {
  it('lets those far from their turn wait, and nobody when it has news', async () => {
    const sale = new SaleFixture(saleSettings({}), OPENS_AT - 60_000);
    const room = new RoomFixture(sale);
    sale.onPublish = (frames) => void room.desk.publish(structuredClone(frames));
    const fans = Array.from({ length: 1_500 }, (_, n) => account(n));
    const joins = room.desk.joinAll({ accountIds: fans });
    await pass(sale, [room], 3_000);
    await joins;
    void room.desk.join({ accountId: account(9_000) });
    await pass(sale, [room], 2_000);
    const mayWait = room.mayWait.at(-1);
    expect([0, 999, 1_000, 1_499, 8_000].map((n) => mayWait?.(account(n)))).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
    sale.desk.setPaused(true);
    await pass(sale, [room], 60_000);
    const ticks = room.ticks.map((text) => JSON.parse(text) as Tick);
    const news = ticks.map((tick, n) => isNews(ticks[n - 1] ?? null, tick));
    expect(news.filter(Boolean).length).toBeGreaterThan(1);
    expect(room.mayWait.map((each) => each === undefined)).toEqual(news);
  });
});

describe('a leaf under a relay', () => {
  it('lets nobody wait: what it hears is older already', async () => {
    const sale = new SaleFixture(
      saleSettings({ sale: { leaves: 64, leavesAtStart: 64 } }),
      OPENS_AT - 60_000,
    );
    const room = new RoomFixture(sale);
    sale.onPublish = (frames) => void room.desk.publish(structuredClone(frames));
    const own = Array.from({ length: 640 }, (_, n) => account(n)).filter(
      (accountId) => leafOf(accountId, 64) === 0,
    );
    for (const accountId of own.slice(0, 3)) {
      void room.desk.join({ accountId });
      await pass(sale, [room], 2_000);
    }
    expect(room.mayWait.length).toBeGreaterThan(2);
    expect(new Set(room.mayWait)).toEqual(new Set([undefined]));
  });
});

describe('the sockets of a leaf', () => {
  function hear(count: number, mayWait?: (accountId: AccountId) => boolean): number[] {
    let now = OPENS_AT;
    const sockets = new Sockets([], () => null, {
      now: () => now,
      later: (task, ms) => void (ms === 0 && task()),
    });
    const ends = Array.from({ length: count }, (_, n) => {
      const end = new FakeSocket();
      const owner = { accountId: account(n), expiresAt: OPENS_AT, mayJoin: true };
      sockets.add(end.socket, owner, 0);
      return end;
    });
    for (let tick = 0; tick < 10; tick++) {
      now += 1_000;
      sockets.tick(() => '{}', mayWait);
    }
    return ends.map(({ sent }) => sent.length);
  }

  it('hear every tick while they are few', () => {
    expect(new Set(hear(499, () => true))).toEqual(new Set([10]));
  });

  it('hear every second one when they are many and may wait, and the others every one', () => {
    const heard = hear(500, (accountId) => accountId !== account(3));
    expect(heard[3]).toBe(10);
    expect(new Set(heard.filter((_, n) => n !== 3))).toEqual(new Set([5]));
  });

  it('hear every tick that is news, however many they are', () => {
    expect(new Set(hear(500))).toEqual(new Set([10]));
  });
});
