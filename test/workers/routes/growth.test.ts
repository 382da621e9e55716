import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { sql } from 'drizzle-orm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { connect as connectTo } from '../../../drizzle/client.ts';
import { crowdAccount } from '../../../drizzle/demo-data.ts';
import type { AccountId, EventId } from '../../../durable-objects/core/ids.ts';
import { leafOf } from '../../../durable-objects/core/shard-plan.ts';
import { LIMITS } from '../../../durable-objects/protocol/limits.ts';
import { BEARER_PREFIX, CLOSE, LIVE_PROTOCOL } from '../../../durable-objects/protocol/live.ts';
import { readDefinition } from '../../../durable-objects/storage/definition-store.ts';
import { saleOf } from '../../../durable-objects/stubs.ts';
import type { Position } from '../../../worker/schemas/queue.ts';
import { addSale } from '../../support/sale-fixture.ts';
import { bindings, room, sale, TestSocket } from '../waiting-room-support.ts';
import { ask, ORIGIN, tokenOf, worker, workerEnv } from './support.ts';

const EVENT = 'growing-event' as EventId;
const FANS = Array.from({ length: 24 }, (_, n) => n);

function accountOf(fan: number): AccountId {
  return crowdAccount(fan).id as AccountId;
}

/** What the organiser changes in the catalogue. */
async function setLeaves(leaves: number): Promise<void> {
  const settings = sql`jsonb_set(settings, '{leaves}', ${String(leaves)}::jsonb)`;
  const db = connectTo(workerEnv.DATABASE_URL ?? '');
  await db.execute(sql`update events set settings = ${settings} where id = ${EVENT}`);
}

async function join(fan: number): Promise<Position> {
  const token = await tokenOf(fan);
  return (await ask<Position>('POST', '/api/queue/join', { token, body: { eventId: EVENT } })).body;
}

async function look(fan: number): Promise<Position> {
  const token = await tokenOf(fan);
  return (await ask<Position>('GET', `/api/queue/position/${EVENT}`, { token })).body;
}

async function connect(fan: number): Promise<TestSocket> {
  const response = await worker().fetch(`${ORIGIN}/ws/events/${EVENT}`, {
    headers: {
      upgrade: 'websocket',
      'sec-websocket-protocol': `${LIVE_PROTOCOL}, ${BEARER_PREFIX}${await tokenOf(fan)}`,
    },
  });
  if (!response.webSocket) throw new Error(`no socket: ${response.status}`);
  return TestSocket.over(response.webSocket);
}

afterEach(() => {
  vi.useRealTimers();
});

describe('more leaves while the sale is on', () => {
  it('keep every place and receipt, whatever the Worker knows and whatever dies', async () => {
    await addSale(workerEnv.DATABASE_URL ?? '', EVENT, { opensInDays: 1 });
    const before = await Promise.all(FANS.slice(0, 16).map((fan) => join(fan)));
    const moved = FANS.find((fan) => leafOf(accountOf(fan), 4) === 3) ?? 0;
    const socket = await connect(moved);
    await socket.next('welcome');

    await setLeaves(4);
    // What the Worker has remembered of the catalogue is too old now.
    vi.setSystemTime(Date.now() + 61_000);
    const after = await Promise.all(FANS.map((fan) => join(fan)));
    expect(after.slice(0, 16).map(({ place, ticket }) => [place, ticket])).toEqual(
      before.map(({ place, ticket }) => [place, ticket]),
    );
    expect(after.map(({ place }) => place).sort((a, b) => a - b)).toEqual(FANS);
    const known = await Promise.all(
      [0, 1, 2, 3].map((leaf) => room(EVENT, leaf).joinAll({ accountIds: [accountOf(moved)] })),
    );
    expect(known[0]?.[0]).toMatchObject({ ok: false, code: 'moved', leaf: 1 });
    expect(known[1]?.[0]).toMatchObject({ ok: false, code: 'moved', leaf: 3 });
    expect(known[2]?.[0]).toMatchObject({ ok: false, code: 'moved', leaf: 0 });
    expect(known[3]?.[0]).toMatchObject({ ok: true, position: { place: after[moved]?.place } });

    await saleOf(bindings, EVENT).reconcile();
    const kept = await runInDurableObject(sale(EVENT), (_, { storage }) =>
      readDefinition(storage.sql),
    );
    expect(kept?.settings).toMatchObject({ leaves: 4, leavesAtStart: 1 });

    await abortAllDurableObjects();
    const again = await Promise.all(FANS.map((fan) => look(fan)));
    expect(again.map(({ place }) => place)).toEqual(after.map(({ place }) => place));
  });

  it('send the sockets of those who moved on to where they are now', async () => {
    const moved = FANS.find((fan) => leafOf(accountOf(fan), 8) === 7) ?? 0;
    const place = (await look(moved)).place;
    const socket = await connect(moved);
    expect((await socket.next('welcome')).position).toMatchObject({ place });
    await setLeaves(8);
    expect(await room(EVENT, 7).lastTick()).not.toBeNull();
    socket.send({ v: 1, type: 'join' });
    expect((await socket.end()).code).toBe(CLOSE.shed);
    // The Worker still goes by four leaves, and finds the eighth.
    const next = await connect(moved);
    expect((await next.next('welcome')).position).toMatchObject({ place });
  });
});

describe('a leaf that has all the fans it may have', () => {
  const most = LIMITS.fansPerLeaf;
  afterEach(() => void Reflect.set(LIMITS, 'fansPerLeaf', most));

  it('refuses one more, who hears where and when to try again, and keeps those it has', async () => {
    const eventId = 'full-event';
    await addSale(workerEnv.DATABASE_URL ?? '', eventId, { opensInDays: 1 });
    Reflect.set(LIMITS, 'fansPerLeaf', 2);
    const join = async (fan: number) =>
      ask<{ place?: number }>('POST', '/api/queue/join', {
        token: await tokenOf(fan),
        body: { eventId },
      });
    expect((await join(0)).body.place).toBe(0);
    expect((await join(1)).body.place).toBe(1);
    const refused = await join(2);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('30');
    expect(refused.body).toMatchObject({
      code: 'room_full',
      where: '/api/queue/join',
      retryAfterMs: 30_000,
    });
    expect((await join(1)).body.place).toBe(1);
    Reflect.set(LIMITS, 'fansPerLeaf', 3);
    expect((await join(2)).body.place).toBe(2);
  });
});
