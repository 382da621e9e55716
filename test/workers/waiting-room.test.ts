import {
  abortAllDurableObjects,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { EventId, RequestId } from '../../durable-objects/core/ids.ts';
import { leafName } from '../../durable-objects/core/shard-plan.ts';
import { CLOSE, PING, PONG } from '../../durable-objects/protocol/live.ts';
import { verifyToken } from '../../durable-objects/protocol/tokens.ts';
import { queueSteps, SqlQueueStore } from '../../durable-objects/storage/queue-store.ts';
import { relaySteps, SqlRelayStore } from '../../durable-objects/storage/relay-store.ts';
import { roomSteps, SqlRoomStore } from '../../durable-objects/storage/room-store.ts';
import { migrate } from '../../durable-objects/storage/schema.ts';
import { saleOf } from '../../durable-objects/stubs.ts';
import { queueStoreCases, relayStoreCases, roomStoreCases } from '../unit/queue/store-cases.ts';
import { bindings, fan, leaf, putOnSale, room, sale, TestSocket } from './waiting-room-support.ts';

let names = 0;
function fresh(kind: string): string {
  names += 1;
  return `${kind}-${names}`;
}

describe('the queue in SQLite', () => {
  queueStoreCases(async (use) => {
    await runInDurableObject(sale(fresh('store')), (_, { storage }) => {
      migrate(storage.sql, queueSteps);
      use(new SqlQueueStore(storage.sql));
    });
  });
});

describe('a leaf in SQLite', () => {
  roomStoreCases(async (use) => {
    await runInDurableObject(sale(fresh('store')), (_, { storage }) => {
      migrate(storage.sql, roomSteps);
      use(new SqlRoomStore(storage.sql));
    });
  });
});

describe('a relay in SQLite', () => {
  relayStoreCases(async (use) => {
    await runInDurableObject(sale(fresh('store')), (_, { storage }) => {
      migrate(storage.sql, [...roomSteps, ...relaySteps]);
      use(new SqlRelayStore(storage.sql));
    });
  });
});

describe('the organiser’s switch', () => {
  it('keeps everybody waiting while paused, over a crash too, and calls them when it is off', async () => {
    const eventId = fresh('paused');
    await putOnSale(eventId);
    const sale = () => saleOf(bindings, eventId as EventId);
    const command = (paused: boolean) => ({
      actor: fan(9),
      requestId: fresh('request') as RequestId,
      why: 'the fire alarm',
      paused,
    });
    expect(await sale().setPaused(command(true))).toEqual({ ok: true });
    const outcomes = await room(eventId).joinAll({ accountIds: [fan(1), fan(2)] });
    expect(outcomes).toMatchObject([
      { ok: true, position: { status: 'waiting', claimUntil: null } },
      { ok: true, position: { status: 'waiting', claimUntil: null } },
    ]);
    await abortAllDurableObjects();
    const child = leafName(eventId as EventId, 0);
    const paused = await sale().subscribe({ child });
    expect(paused).toMatchObject({ tick: { phase: 'paused', reason: 'paused', cursor: 0 } });
    expect(await sale().setPaused(command(false))).toEqual({ ok: true });
    const open = await sale().subscribe({ child });
    expect(open).toMatchObject({ tick: { phase: 'open', reason: null, cursor: 2 } });
  });
});

describe('a fan on a socket', () => {
  it('is welcomed with the tick, joins, hears the place, and a second tab is told the same', async () => {
    const eventId = fresh('lobby');
    await putOnSale(eventId, 60_000);
    const first = await TestSocket.open(eventId, fan(1));
    const welcome = await first.next('welcome');
    expect(welcome).toMatchObject({ position: null, tick: { eventId, phase: 'lobby' } });
    first.send({ v: 1, type: 'join' });
    const { position } = await first.next('place');
    expect(position).toMatchObject({ status: 'lobby', place: 0, ahead: 0 });
    const second = await TestSocket.open(eventId, fan(1));
    expect((await second.next('welcome')).position).toEqual(position);
    second.send({ v: 1, type: 'join' });
    expect((await second.next('place')).position).toEqual(position);
    expect(await room(eventId).joinAll({ accountIds: [fan(1)] })).toEqual([{ ok: true, position }]);
    second.send({ v: 1, type: 'leave' });
    await first.next('left');
    await second.next('left');
    second.send({ v: 1, type: 'leave' });
    expect((await second.next('error')).code).toBe('not_in_queue');
  });

  it('hears ticks as others come, and the runtime answers its pings', async () => {
    const eventId = fresh('ticks');
    await putOnSale(eventId, 60_000);
    const socket = await TestSocket.open(eventId, fan(1));
    const { tick } = await socket.next('welcome');
    await room(eventId).joinAll({ accountIds: [fan(2)] });
    const next = await socket.next('tick');
    expect(next.joined).toBe(1);
    expect(next.seq).toBeGreaterThan(tick?.seq ?? 0);
    socket.send(PING);
    expect(await socket.nextText()).toBe(PONG);
  });

  it('is called at once when nobody is ahead, and every claim gives the same token', async () => {
    const eventId = fresh('open');
    await putOnSale(eventId);
    const socket = await TestSocket.open(eventId, fan(1));
    socket.send({ v: 1, type: 'claim' });
    expect((await socket.next('error')).code).toBe('not_in_queue');
    socket.send({ v: 1, type: 'join' });
    const { position } = await socket.next('place');
    expect(position).toMatchObject({ status: 'waiting', ahead: 0 });
    socket.send({ v: 1, type: 'claim' });
    const admission = await socket.next('admission');
    const verified = await verifyToken(
      bindings.AUTH_SECRET,
      'admission',
      admission.token,
      Date.now(),
    );
    expect(verified).toMatchObject({ ok: true, claims: { sub: fan(1), evt: eventId, place: 0 } });
    socket.send({ v: 1, type: 'claim' });
    expect(await socket.next('admission')).toEqual(admission);
    const later = await TestSocket.open(eventId, fan(1));
    expect((await later.next('welcome')).position).toMatchObject({ status: 'admitted' });
    expect(await later.next('admission')).toEqual(admission);
  });

  it('is refused a claim before its turn', async () => {
    const eventId = fresh('early');
    await putOnSale(eventId, 60_000);
    const socket = await TestSocket.open(eventId, fan(1));
    socket.send({ v: 1, type: 'join' });
    await socket.next('place');
    socket.send({ v: 1, type: 'claim' });
    expect((await socket.next('error')).code).toBe('not_admitted');
  });

  it('keeps place and socket when the leaf hibernates, and place and admission when everything crashes', async () => {
    const eventId = fresh('crash');
    await putOnSale(eventId, -1_000, { slots: 1 });
    const socket = await TestSocket.open(eventId, fan(1));
    socket.send({ v: 1, type: 'join' });
    await socket.next('place');
    socket.send({ v: 1, type: 'claim' });
    const admission = await socket.next('admission');
    await room(eventId).joinAll({ accountIds: [fan(2)] });
    await evictDurableObject(leaf(eventId));
    socket.send({ v: 1, type: 'claim' });
    expect(await socket.next('admission')).toEqual(admission);
    await abortAllDurableObjects();
    const again = await TestSocket.open(eventId, fan(1));
    expect(await again.next('admission')).toEqual(admission);
    const asked = { accountId: fan(2), claim: true };
    expect(await room(eventId).position(asked)).toMatchObject({
      ok: true,
      position: { status: 'waiting', place: 1, ahead: 0 },
    });
    await room(eventId).leave({ accountId: fan(1) });
    await again.next('left');
    await expect
      .poll(async () => room(eventId).position(asked), { timeout: 10_000 })
      .toMatchObject({ position: { status: 'admitted', place: 1 } });
  });

  it('may have four sockets; a fifth takes over from the oldest', async () => {
    const eventId = fresh('tabs');
    await putOnSale(eventId, 60_000);
    const sockets: TestSocket[] = [];
    for (let n = 0; n < 5; n++) sockets.push(await TestSocket.open(eventId, fan(1)));
    expect(await sockets[0]?.end()).toMatchObject({ code: CLOSE.replaced });
    sockets[4]?.send({ v: 1, type: 'join' });
    for (const socket of sockets.slice(1)) {
      expect((await socket.next('place')).position.place).toBe(0);
    }
  });

  it('closes properly when the fan does', async () => {
    const eventId = fresh('close');
    await putOnSale(eventId, 60_000);
    const socket = await TestSocket.open(eventId, fan(1));
    await socket.next('welcome');
    socket.socket.close(1000, 'bye');
    expect(await socket.end()).toMatchObject({ code: 1000 });
  });
});

describe('a socket that misbehaves', () => {
  async function opened(expiresAt?: number): Promise<TestSocket> {
    const eventId = fresh('bad');
    await putOnSale(eventId, 60_000);
    const socket = await TestSocket.open(eventId, fan(1), expiresAt);
    await socket.next('welcome');
    return socket;
  }

  it.each(['nonsense', '{"v":1}', '{"v":9,"type":"join"}', '{"v":1,"type":"watch"}', '[]', 'null'])(
    'is told that %s is not understood, and closed at the third time',
    async (text) => {
      const socket = await opened();
      for (let n = 0; n < 3; n++) {
        socket.send(text);
        expect((await socket.next('error')).code).toBe('invalid_request');
      }
      expect(await socket.end()).toMatchObject({ code: CLOSE.badMessage });
    },
  );

  it('is closed over an oversized message', async () => {
    const socket = await opened();
    socket.send(JSON.stringify({ v: 1, type: 'join', padding: 'x'.repeat(1_024) }));
    expect((await socket.next('error')).code).toBe('body_too_large');
    expect(await socket.end()).toMatchObject({ code: CLOSE.tooLarge });
  });

  it('is cut off when it floods, and joins nobody by it', async () => {
    const socket = await opened();
    for (let n = 0; n < 31; n++) socket.send({ v: 1, type: 'watch', seats: true });
    expect((await socket.next('error')).code).toBe('rate_limited');
    expect(await socket.end()).toMatchObject({ code: CLOSE.flood });
  });

  it('is told when to come back after too many joins, and keeps its place', async () => {
    const socket = await opened();
    for (let n = 0; n < 5; n++) {
      socket.send({ v: 1, type: 'join' });
      expect((await socket.next('place')).position.place).toBe(0);
    }
    socket.send({ v: 1, type: 'join' });
    const error = await socket.next('error');
    expect(error.code).toBe('rate_limited');
    expect(error.retryAfterMs).toBeGreaterThan(200_000);
  });

  it('must sign in again when its token has ended', async () => {
    const socket = await opened(Date.now() + 1);
    socket.send({ v: 1, type: 'join' });
    expect((await socket.next('error')).code).toBe('token_expired');
    expect(await socket.end()).toMatchObject({ code: CLOSE.unauthorized });
  });

  it('is not opened without an account', async () => {
    const response = await leaf(fresh('bare')).fetch('http://leaf/', {
      headers: { upgrade: 'websocket' },
    });
    expect(response.status).toBe(426);
  });
});

describe('a leaf over RPC', () => {
  it('knows no place of one who has not joined, but shows the line', async () => {
    const eventId = fresh('stranger');
    await putOnSale(eventId, 60_000);
    expect(await room(eventId).position({ accountId: fan(1), claim: true })).toEqual({
      ok: false,
      code: 'not_in_queue',
    });
    expect(await room(eventId).leave({ accountId: fan(1) })).toEqual({
      ok: false,
      code: 'not_in_queue',
    });
    expect((await room(eventId).lastTick())?.phase).toBe('lobby');
  });

  it('writes one row for all who came while it was asking', async () => {
    const eventId = fresh('rows');
    await putOnSale(eventId, 60_000);
    const joins = Array.from({ length: 300 }, (_, n) =>
      room(eventId).joinAll({ accountIds: [fan(n)] }),
    );
    const outcomes = (await Promise.all(joins)).flat();
    const places = outcomes.map((outcome) => (outcome.ok ? outcome.position.place : -1));
    expect(places.sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, n) => n));
    const rows = await runInDurableObject(leaf(eventId), (_, { storage }) =>
      new SqlRoomStore(storage.sql).batches(),
    );
    expect(rows.length).toBeLessThan(100);
    expect(rows.every(({ grant }) => grant !== null)).toBe(true);
  });

  it('rings the alarm of the sale without harm, twice', async () => {
    const eventId = fresh('alarm');
    await putOnSale(eventId);
    await room(eventId).joinAll({ accountIds: [fan(1)] });
    const before = await room(eventId).lastTick();
    await runDurableObjectAlarm(sale(eventId));
    await runDurableObjectAlarm(sale(eventId));
    await runDurableObjectAlarm(leaf(eventId));
    expect((await room(eventId).lastTick())?.cursor).toBe(before?.cursor);
  });
});
