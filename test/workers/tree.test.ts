import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../durable-objects/core/ids.ts';
import type { JoinOutcome } from '../../durable-objects/protocol/queue-rpc.ts';
import { readDefinition } from '../../durable-objects/storage/definition-store.ts';
import { SqlQueueStore } from '../../durable-objects/storage/queue-store.ts';
import { prewarm, WARM_MS } from '../../worker/prewarm.ts';
import { bindings, fansAt, putOnSale, room, sale, TestSocket } from './waiting-room-support.ts';

/** One leaf right under EventSale, two under one relay and one under another. */
const LEAVES = [0, 64, 65, 128] as const;

async function joinAt(eventId: string, leaf: number, fans: AccountId[]): Promise<number[]> {
  const outcomes: JoinOutcome[] = await room(eventId, leaf).joinAll({ accountIds: fans });
  return outcomes.map((outcome) => (outcome.ok ? outcome.position.place : -1));
}

describe('a tree of two levels', () => {
  it('gives places that are dense and unique, and keeps them when every object dies', async () => {
    const eventId = 'tree-places';
    await putOnSale(eventId, 60_000, {}, 256);
    const join = () =>
      Promise.all(LEAVES.map((leaf) => joinAt(eventId, leaf, fansAt(leaf, 256, 50))));
    const places = await join();
    const all = places.flat().sort((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: 200 }, (_, place) => place));
    await abortAllDurableObjects();
    expect(await join()).toEqual(places);
    const children = await runInDurableObject(sale(eventId), (_, { storage }) =>
      new SqlQueueStore(storage.sql).children(),
    );
    const names = ['leaf/0', 'relay/1', 'relay/2'].map((name) => `${eventId}/${name}`);
    expect(children).toEqual(names);
  });

  it('passes ticks down to the sockets of every leaf and departures up', async () => {
    const eventId = 'tree-ticks';
    await putOnSale(eventId, 60_000, {}, 256);
    const expiresAt = Date.now() + 3_600_000;
    const sockets = await Promise.all(
      LEAVES.flatMap((leaf) =>
        fansAt(leaf, 256, 1).map((fan) => TestSocket.open(eventId, fan, expiresAt, leaf)),
      ),
    );
    for (const socket of sockets) socket.send({ v: 1, type: 'join' });
    const places = await Promise.all(sockets.map((socket) => socket.next('place')));
    expect(places.map(({ position }) => position.place).sort((a, b) => a - b)).toEqual([
      0, 1, 2, 3,
    ]);
    const told = await Promise.all(
      sockets.map(async (socket) => {
        let tick = await socket.next('tick');
        while (tick.joined < 4) tick = await socket.next('tick');
        return JSON.stringify(tick);
      }),
    );
    expect(new Set(told).size).toBe(1);
    sockets[2]?.send({ v: 1, type: 'leave' });
    const [, beside] = sockets;
    while ((await beside?.next('tick'))?.left === 0);
  });

  it('is awake from end to end when the sale opens', async () => {
    const eventId = 'tree-warm';
    await putOnSale(eventId, WARM_MS, {}, 128);
    const definition = await runInDurableObject(sale(eventId), (_, { storage }) =>
      readDefinition(storage.sql),
    );
    if (definition === null) throw new Error('put on sale');
    let woken = 0;
    for (let minute = 0; minute < 10; minute++) {
      const now = definition.settings.opensAt - WARM_MS + minute * 60_000;
      woken += await prewarm(bindings, [definition], now);
    }
    expect(woken).toBe(128);
    const children = await runInDurableObject(sale(eventId), (_, { storage }) =>
      new SqlQueueStore(storage.sql).children(),
    );
    const direct = Array.from({ length: 32 }, (_, leaf) => `${eventId}/leaf/${leaf}`);
    const relays = [0, 1].map((relay) => `${eventId}/relay/${relay}`);
    expect(children).toEqual([...direct, ...relays].sort());
  });
});
