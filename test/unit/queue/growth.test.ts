import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../../durable-objects/core/ids.ts';
import type { SaleDefinition } from '../../../durable-objects/core/sale.ts';
import { withMoreLeaves } from '../../../durable-objects/core/sale.ts';
import { leafOf, redirect } from '../../../durable-objects/core/shard-plan.ts';
import { pass, settle } from './node-fixture.ts';
import { RoomFixture } from './room-fixture.ts';
import { account, accountAt, OPENS_AT, SaleFixture, saleSettings } from './sale-fixture.ts';

/** One leaf at the start; the others are added. */
function world(change: Parameters<typeof saleSettings>[0] = {}) {
  const sale = new SaleFixture(saleSettings(change), OPENS_AT - 60_000);
  const rooms = [0, 1, 2, 3].map((index) => new RoomFixture(sale, index));
  const room = (index: number): RoomFixture => rooms[index] ?? new RoomFixture(sale, index);
  for (const each of rooms) each.leafAt = room;
  sale.onPublish = (frames) => {
    for (const each of rooms) void each.desk.publish(structuredClone(frames));
  };
  return { sale, rooms, room };
}

async function join(room: RoomFixture, accountId: AccountId) {
  return room.desk.join({ accountId });
}

async function quiet(): Promise<void> {
  for (let i = 0; i < 12; i++) await settle();
}

describe('a leaf that is added', () => {
  it('takes over place, receipt and admission, and the older leaf sends on whoever asks', async () => {
    const { sale, rooms, room } = world({ admission: { slots: 1 } });
    const [inside, waiting, stays] = [accountAt(1, 2, 0), accountAt(1, 2, 1), accountAt(0, 2, 0)];
    for (const accountId of [inside, waiting, stays]) await join(room(0), accountId);
    await pass(sale, rooms, 62_000);
    const before = await room(0).desk.position({ accountId: inside, claim: true });
    expect(before).toMatchObject({ ok: true, position: { status: 'admitted', place: 0 } });

    expect(await room(1).desk.position({ accountId: inside, claim: false })).toEqual(before);
    expect(await join(room(1), waiting)).toMatchObject({ ok: true, position: { place: 1 } });
    const moved = { ok: false, code: 'moved', leaf: 1 };
    expect(await join(room(0), waiting)).toEqual(moved);
    expect(await room(0).desk.position({ accountId: inside, claim: true })).toEqual(moved);
    expect(await room(0).desk.leave({ accountId: waiting })).toEqual(moved);
    expect(await join(room(0), stays)).toMatchObject({ ok: true, position: { place: 2 } });
    expect(await join(room(1), stays)).toEqual({ ...moved, leaf: 0 });
    expect(await join(room(0), accountAt(1, 2, 5))).toEqual(moved);
    expect(await room(1).desk.leave({ accountId: waiting })).toEqual({ ok: true });
    await quiet();
    expect(sale.desk.tick()).toMatchObject({ joined: 3, left: 1 });
  });

  it('asks once: everything is as it was after both have died, without a call between them', async () => {
    const { rooms, room } = world();
    const fans = Array.from({ length: 20 }, (_, n) => account(n));
    await Promise.all(fans.map((accountId) => join(room(0), accountId)));
    const homes = fans.map((accountId) => room(leafOf(accountId, 4)));
    const before = await Promise.all(
      fans.map((accountId, n) => join(homes[n] ?? room(0), accountId)),
    );
    for (const each of rooms) each.restart();
    await quiet();
    for (const each of rooms) each.calls = [];
    const after = await Promise.all(
      fans.map((accountId, n) => join(homes[n] ?? room(0), accountId)),
    );
    expect(after).toEqual(before);
    expect(rooms.flatMap(({ calls }) => calls)).not.toContain('hand over');
    const places = after.map((outcome) => (outcome.ok ? outcome.position.place : -1));
    expect(places.sort((a, b) => a - b)).toEqual(fans.map((_, n) => n));
  });

  it('waits for places that are being asked for, while newcomers are sent on to it', async () => {
    const { sale, rooms, room } = world();
    await room(0).desk.ready();
    room(0).fate = () => 'lost';
    const pending = join(room(0), accountAt(1, 2, 0));
    await quiet();
    expect(await room(0).desk.handOver({ to: 1 })).toBe('not yet');
    expect(await join(room(0), accountAt(1, 2, 1))).toEqual({ ok: false, code: 'moved', leaf: 1 });
    const newcomer = join(room(1), accountAt(1, 2, 1));
    await pass(sale, rooms, 5_000);
    expect(await pending).toMatchObject({ code: 'overloaded' });
    expect(await newcomer).toMatchObject({ code: 'unavailable', retryAfterMs: 2_000 });
    room(0).fate = () => 'ok';
    await pass(sale, rooms, 20_000);
    expect(await join(room(1), accountAt(1, 2, 0))).toMatchObject({ position: { place: 0 } });
    expect(await join(room(1), accountAt(1, 2, 1))).toMatchObject({ position: { place: 1 } });
  });

  it('gets the sockets of its fans, who hear of their place there', async () => {
    const { room } = world();
    const [theirs, ours] = [accountAt(1, 2, 0), accountAt(0, 2, 0)];
    for (const accountId of [theirs, ours]) {
      room(0).listen(accountId);
      await join(room(0), accountId);
    }
    const heard = room(1).listen(theirs);
    room(1).desk.joinLive(theirs);
    await quiet();
    expect(heard.positions.at(-1)).toMatchObject({ place: 0 });
    expect([...room(0).heard.keys()]).toEqual([ours]);
  });

  it('takes nothing away from one whose socket is just being welcomed at the older leaf', async () => {
    const { room } = world();
    const theirs = accountAt(1, 2, 0);
    await join(room(0), theirs);
    room(0).restart();
    const signed = Promise.withResolvers<string>();
    room(0).sign = () => signed.promise;
    const welcome = room(0).desk.welcome(theirs);
    await quiet();
    expect(await room(0).desk.handOver({ to: 1 })).toHaveLength(1);
    signed.resolve('token');
    expect(await welcome).toBe('later');
  });

  it('knows an ancestor by its number, and takes nothing from another', async () => {
    const { room } = world();
    await room(1).desk.ready();
    await expect(room(1).desk.handOver({ to: 2 })).rejects.toThrow('does not take over');
    const { room: atFour } = world({ sale: { leaves: 4 } });
    await expect(atFour(0).desk.handOver({ to: 1 })).rejects.toThrow('from the start');
  });
});

describe('the number of leaves', () => {
  it('may grow while the sale is on, never shrink, and the first one is remembered', () => {
    const sale = { settings: saleSettings({ sale: { leaves: 3 } }) } as SaleDefinition;
    expect(withMoreLeaves(sale, 3)).toBeNull();
    expect(withMoreLeaves(sale, 2)).toBeNull();
    const grown = withMoreLeaves(sale, 6);
    expect(grown?.settings).toMatchObject({ leaves: 6, leavesAtStart: 3 });
    const again = grown === null ? null : withMoreLeaves(grown, 8);
    expect(again?.settings).toMatchObject({ leaves: 8, leavesAtStart: 3 });
  });

  it('leads each account, from any leaf, in a few steps to the one leaf that has it', () => {
    const grown = 24;
    for (let n = 0; n < 300; n++) {
      const home = leafOf(account(n), grown);
      for (let from = 0; from < grown; from++) {
        let leaf = from;
        let steps = 0;
        for (let next: number | null = leaf; next !== null; steps++) {
          leaf = next;
          const handedOver = new Set(
            Array.from({ length: grown }, (_, other) => other).filter((other) => other >= 5),
          );
          next = redirect(account(n), { leaf, leavesAtStart: 5, handedOver });
        }
        expect([leaf, steps <= 5]).toEqual([home, true]);
      }
    }
  });
});
