import { describe, expect, it, vi } from 'vitest';
import type { AccountId, EventId } from '../../../durable-objects/core/ids.ts';
import { LONG_AGO_MS } from '../../../durable-objects/core/long-ago.ts';
import { LIMITS } from '../../../durable-objects/protocol/limits.ts';
import { CLOSE } from '../../../durable-objects/protocol/live.ts';
import { Live } from '../../../durable-objects/waiting-room/live.ts';
import { Sockets, turnAway } from '../../../durable-objects/waiting-room/sockets.ts';
import { FakeSocket } from './fake-socket.ts';
import { meanwhile, pass } from './node-fixture.ts';
import { RoomFixture } from './room-fixture.ts';
import { account, OPENS_AT, SaleFixture, saleSettings } from './sale-fixture.ts';

function owner(accountId: AccountId) {
  return { accountId, expiresAt: OPENS_AT + 86_400_000, mayJoin: true };
}

const atOnce = {
  now: () => OPENS_AT,
  later: (task: () => void, ms: number): void => void (ms === 0 && task()),
};

/** Sockets of a leaf, each of a fan of its own; `pinged` says when the runtime last heard of one. */
function crowd(count: number, now: number) {
  const pinged = new Map<WebSocket, number>();
  const sockets = new Sockets([], (socket) => pinged.get(socket) ?? null, atOnce);
  const ends = Array.from({ length: count }, (_, n) => {
    const end = new FakeSocket();
    sockets.add(end.socket, owner(account(n)), now);
    return end;
  });
  return { sockets, ends, pinged };
}

describe('the sockets of a leaf that is full', () => {
  it('leave no room for one more, who hears when to try again and where to ask meanwhile', () => {
    const { sockets } = crowd(LIMITS.socketsPerLeaf, 0);
    expect(sockets.hasRoom(60_000)).toBe(false);
    const late = new FakeSocket();
    turnAway(late.socket);
    expect(late.closed?.code).toBe(CLOSE.shed);
    expect(JSON.parse(late.closed?.reason ?? '')).toEqual({
      minBackoffMs: 2_000,
      maxBackoffMs: 20_000,
      where: '/api/queue',
    });
    expect(late.closed?.reason.length).toBeLessThanOrEqual(123);
  });

  it('make room when some have been silent for long, and keep those who ping or speak', () => {
    const { sockets, ends, pinged } = crowd(LIMITS.socketsPerLeaf, 0);
    const now = LIMITS.socketSilentMs + 1;
    const [pings, speaks, ...rest] = ends;
    if (pings === undefined || speaks === undefined) throw new Error('a crowd');
    pinged.set(pings.socket, now - 300_000);
    const speaker = sockets.of(speaks.socket);
    expect(speaker && sockets.admitMessage(speaker, now - 1_000)).toBe(true);
    expect(sockets.hasRoom(now)).toBe(true);
    expect(sockets.size).toBe(2);
    expect([pings.closed, speaks.closed]).toEqual([null, null]);
    expect(new Set(rest.map(({ closed }) => closed?.code))).toEqual(new Set([CLOSE.shed]));
  });

  it('are looked through at most twice a minute, however many knock', () => {
    const { sockets } = crowd(LIMITS.socketsPerLeaf, 0);
    const now = LIMITS.socketSilentMs / 2;
    expect(sockets.hasRoom(now)).toBe(false);
    const asked = vi.spyOn(Map.prototype, 'values');
    for (let knock = 0; knock < 1_000; knock++) expect(sockets.hasRoom(now + knock)).toBe(false);
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
  });
});

describe('the sockets of one account', () => {
  it('give way to the one that came last, also when the clock was set back, and after a wake', () => {
    const sockets = new Sockets([], () => null, atOnce);
    const ends = Array.from({ length: LIMITS.socketsPerAccount + 2 }, () => new FakeSocket());
    ends.slice(0, -1).forEach((end, n) => {
      sockets.add(end.socket, owner(account(1)), OPENS_AT - n * 3_600_000);
    });
    expect(ends.map(({ closed }) => closed !== null)).toEqual(ends.map((_, n) => n === 0));
    const open = ends.slice(1, -1).map(({ socket }) => socket);
    const awake = new Sockets(open.reverse(), () => null, atOnce);
    const [newest = new FakeSocket()] = ends.slice(-1);
    awake.add(newest.socket, owner(account(1)), OPENS_AT - 24 * 3_600_000);
    expect(ends.map(({ closed }) => closed !== null)).toEqual(ends.map((_, n) => n < 2));
  });
});

describe('a clock that was set back by an hour', () => {
  const before = 10 * 3_600_000;
  const after = before - 3_600_000;

  it('cuts nobody off for messages that are far apart', () => {
    const { sockets } = crowd(0, before);
    const client = sockets.add(new FakeSocket().socket, owner(account(1)), before);
    const sent = Array.from({ length: 2 * LIMITS.socketFloodMessages }, (_, n) =>
      sockets.admitMessage(client, after + n * LIMITS.socketFloodWindowMs),
    );
    expect(sent).not.toContain(false);
  });

  it('still lets silent sockets make room', () => {
    const { sockets, ends } = crowd(LIMITS.socketsPerLeaf, before);
    expect(sockets.hasRoom(before)).toBe(false);
    for (const [n, end] of ends.entries()) {
      sockets.remove(end.socket);
      sockets.add(new FakeSocket().socket, owner(account(n)), after);
    }
    expect(sockets.hasRoom(after + LIMITS.socketSilentMs + 1)).toBe(true);
  });
});

describe('sockets of fans who belong to another leaf now', () => {
  it('are closed a few with each tick, and the others stay', () => {
    const { sockets, ends } = crowd(1_000, 0);
    sockets.release((accountId) => accountId !== account(7));
    const closed = () => ends.filter((end) => end.closed !== null).length;
    sockets.tick(() => '{}');
    expect(closed()).toBe(100);
    for (let tick = 0; tick < 20; tick++) sockets.tick(() => '{}');
    expect(closed()).toBe(999);
    expect(ends[7]?.sent).toHaveLength(21);
  });
});

describe('ten thousand sockets that come back in one second', () => {
  it('are all welcomed with their place, at the cost of one call to the parent and not a row', async () => {
    const FANS = 10_000;
    const sale = new SaleFixture(saleSettings({}), OPENS_AT - 60_000);
    const room = new RoomFixture(sale);
    const fans = Array.from({ length: FANS }, (_, n) => account(n));
    const joins = room.desk.joinAll({ accountIds: fans });
    await pass(sale, [room], 1_000);
    const places = (await joins).map((outcome) => (outcome.ok ? outcome.position.place : -1));
    expect(new Set(places).size).toBe(FANS);
    room.restart();
    await pass(sale, [room], 250);
    room.calls = [];
    const written = JSON.stringify([room.store.batches().length, room.store.departures()]);

    const sockets = new Sockets([], () => null, atOnce);
    const context = { now: () => sale.now, eventId: 'test-event' as EventId, authSecret: 'x' };
    const live = new Live(context, room.desk, sockets);
    const ends = fans.map(() => new FakeSocket());
    const startedAt = performance.now();
    await Promise.all(
      ends.map((end, n) =>
        live.welcome(sockets.add(end.socket, owner(fans[n] ?? account(0)), sale.now)),
      ),
    );
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    const told = ends.map(({ sent }) => {
      const [welcome] = sent;
      const { position } = JSON.parse(welcome ?? '') as { position: { place: number } };
      return position.place;
    });
    expect(told).toEqual(places);
    expect(room.calls.length).toBeLessThanOrEqual(1);
    expect(JSON.stringify([room.store.batches().length, room.store.departures()])).toBe(written);
  });
});

/** All fans that the leaf may have, joined. */
async function fill(sale: SaleFixture, room: RoomFixture): Promise<void> {
  const fans = Array.from({ length: LIMITS.fansPerLeaf }, (_, n) => account(n));
  for (let from = 0; from < fans.length; from += 4_000) {
    const joins = room.desk.joinAll({ accountIds: fans.slice(from, from + 4_000) });
    await pass(sale, [room], 1_000);
    await joins;
  }
}

describe('a leaf with as many fans as it may have', () => {
  it('has room again when those who came and went are long gone, and knows nothing of them any more', async () => {
    const admission = { batchSize: 40_000, slots: 40_000 };
    const weeks = { closesAt: OPENS_AT + 30 * 24 * 3_600_000 };
    const sale = new SaleFixture(saleSettings({ admission, sale: weeks }), OPENS_AT - 60_000);
    sale.seats = 50_000;
    const room = new RoomFixture(sale);
    await fill(sale, room);
    const newcomer = { accountId: account(1_000_000) };
    await pass(sale, [room], 60_000);
    const came = { accountId: account(7), claim: true };
    expect(await meanwhile(sale, [room], room.desk.position(came))).toMatchObject({
      position: { status: 'admitted' },
    });
    // Hours later one of them might still be inside, by an answer that was lost.
    sale.advance(LONG_AGO_MS - 3_600_000);
    expect(await meanwhile(sale, [room], room.desk.join(newcomer))).toMatchObject({
      code: 'room_full',
    });
    sale.advance(LONG_AGO_MS);
    expect(room.store.batches().length).toBeGreaterThan(10);
    expect(await meanwhile(sale, [room], room.desk.join(newcomer))).toMatchObject({
      ok: true,
      position: { place: LIMITS.fansPerLeaf },
    });
    // The last one of those before, whose number must not come again, and the newcomer's.
    expect(room.store.batches().length).toBeLessThanOrEqual(2);
    expect(room.store.admissions()).toEqual([]);
    room.restart();
    const late = await meanwhile(sale, [room], room.desk.position(came));
    expect(late).toMatchObject({ ok: false, code: 'not_in_queue' });
    expect(await meanwhile(sale, [room], room.desk.join(newcomer))).toMatchObject({
      position: { place: LIMITS.fansPerLeaf },
    });
    expect(await meanwhile(sale, [room], room.desk.join(came))).toMatchObject({
      position: { place: LIMITS.fansPerLeaf + 1 },
    });
  });

  it('forgets the batches of those who gave up once they are reported, and reports the others', async () => {
    const sale = new SaleFixture(saleSettings({}), OPENS_AT - 60_000);
    const room = new RoomFixture(sale);
    const one = (n: number) => meanwhile(sale, [room], room.desk.join({ accountId: account(n) }));
    for (let n = 0; n < 40; n++) await one(n);
    const most = LIMITS.fansPerLeaf;
    Reflect.set(LIMITS, 'fansPerLeaf', 30);
    for (let n = 0; n < 30; n++) room.desk.leaveNow(account(n));
    await pass(sale, [room], 60_000);
    // How far they are reported is written down now and then only.
    room.desk.leaveNow(account(30));
    await pass(sale, [room], 1_000);
    room.fate = () => 'lost';
    for (let n = 31; n < 35; n++) room.desk.leaveNow(account(n));
    await pass(sale, [room], 1_000);
    void room.desk.join({ accountId: account(100) });
    await pass(sale, [room], 1_000);
    Reflect.set(LIMITS, 'fansPerLeaf', most);
    expect(room.store.batches().length).toBeLessThan(20);
    room.fate = () => 'ok';
    room.restart();
    await pass(sale, [room], 60_000);
    expect(sale.desk.tick()).toMatchObject({ joined: 41, left: 35 });
    const places = [35, 39].map((n) => room.desk.positionOf(account(n))?.place);
    expect(places).toEqual([35, 39]);
  });

  it('keeps those who wait, however long they have', async () => {
    const sale = new SaleFixture(saleSettings({ admission: { slots: 1 } }), OPENS_AT - 60_000);
    const room = new RoomFixture(sale);
    await fill(sale, room);
    sale.desk.setPaused(true);
    sale.advance(20 * 3_600_000);
    const newcomer = { accountId: account(1_000_000) };
    expect(await meanwhile(sale, [room], room.desk.join(newcomer))).toMatchObject({
      code: 'room_full',
    });
    const known = { accountId: account(31_000), claim: false };
    expect(await meanwhile(sale, [room], room.desk.position(known))).toMatchObject({
      position: { place: 31_000, status: 'waiting' },
    });
  });

  it('refuses one more with when to come back, counts it not, and still knows its own', async () => {
    const sale = new SaleFixture(saleSettings({}), OPENS_AT - 60_000);
    const room = new RoomFixture(sale);
    await fill(sale, room);
    const full = { ok: false, code: 'room_full', retryAfterMs: 30_000 };
    for (let attempt = 0; attempt < 8; attempt++) {
      expect(await room.desk.join({ accountId: account(1_000_000) })).toEqual(full);
    }
    expect(await room.desk.join({ accountId: account(5) })).toMatchObject({
      ok: true,
      position: { place: 5 },
    });
    expect(await room.desk.leave({ accountId: account(5) })).toEqual({ ok: true });
    expect((await room.desk.join({ accountId: account(1_000_000) })).ok).toBe(true);
  });
});
