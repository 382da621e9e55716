import { describe, expect, it } from 'vitest';
import { REHEARSAL_ROUND } from '../../../durable-objects/core/fairness/recorded-rounds.ts';
import { orderOf } from '../../../durable-objects/core/place-order.ts';
import { peopleAhead, publicTick } from '../../../durable-objects/core/tick.ts';
import type { Tick } from '../../../durable-objects/core/tick.ts';
import { pass } from './node-fixture.ts';
import { RoomFixture } from './room-fixture.ts';
import { account, OPENS_AT, SaleFixture, saleSettings } from './sale-fixture.ts';

const FANS = Array.from({ length: 30 }, (_, n) => n);

async function lobby() {
  const settings = saleSettings({
    sale: { lobby: 'draw', drandRound: REHEARSAL_ROUND.round },
    admission: { batchSize: 5 },
  });
  const sale = new SaleFixture(settings, OPENS_AT - 20_000);
  const room = new RoomFixture(sale);
  sale.onPublish = (frames) => void room.desk.publish(structuredClone(frames));
  for (const fan of FANS) {
    room.listen(account(fan));
    await room.desk.join({ accountId: account(fan) });
  }
  return { sale, room };
}

describe('a leaf whose lobby is drawn', () => {
  it('tells everybody when they come as soon as it is drawn, and nobody an order before', async () => {
    const { sale, room } = await lobby();
    sale.drand = () => ({ ok: false, code: 'not_yet' });
    await pass(sale, [room], 25_000);
    for (const fan of FANS) {
      const position = room.desk.positionOf(account(fan));
      // Anybody may come first, and anybody last.
      expect(position).toMatchObject({ status: 'lobby', ahead: FANS.length - 1, etaSeconds: null });
    }
    for (const { positions } of room.heard.values()) positions.length = 0;
    sale.drand = () => ({ ok: true, beacon: REHEARSAL_ROUND });
    await pass(sale, [room], 5_000);
    const { draw } = sale.desk.tick();
    expect(draw?.n).toBe(FANS.length);
    const told = FANS.map((fan) => room.heard.get(account(fan))?.positions.at(-1));
    const orders = told.map((position) => position?.order ?? -1);
    expect(orders).toEqual(told.map((position) => orderOf(position?.place ?? -1, draw)));
    expect(orders.toSorted((a, b) => a - b)).toEqual(FANS);
    expect(orders).not.toEqual(FANS);
    const called = told.filter(
      (position) => position !== undefined && position.claimUntil !== null,
    );
    const first = called.map((position) => position?.order ?? -1);
    expect(first.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
  });

  it('lets in whom the draw calls, and still knows them after it died', async () => {
    const { sale, room } = await lobby();
    await pass(sale, [room], 25_000);
    room.restart();
    await pass(sale, [room], 5_000);
    const { draw } = sale.desk.tick();
    for (const fan of FANS) {
      const { place = -1 } = room.desk.positionOf(account(fan)) ?? {};
      const outcome = await room.desk.claim(account(fan));
      expect(outcome.ok).toBe(orderOf(place, draw) < 5);
    }
  });
});

describe('a leaf below a line that no frame can sketch', () => {
  it('answers with people ahead as exact as they should be, and sends its sockets the small frame', async () => {
    const sale = new SaleFixture(saleSettings({ admission: { slots: 1, batchSize: 1 } }));
    const room = new RoomFixture(sale);
    sale.onPublish = (frames) => void room.desk.publish(structuredClone(frames));
    const places = sale.join(1, 200_000, 'test-event/leaf/7');
    // Of each run of its own length all but two leave.
    const leavers: number[] = [];
    let word = 7;
    for (let at = 0; at < places.length;) {
      word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
      const run = 2 + Math.floor(2 ** (9 * (word / 2 ** 32)));
      for (let n = 2; n < run; n++) leavers.push(at + n);
      at += run;
    }
    sale.desk.reportLeft({ child: 'test-event/leaf/7', places: leavers });
    const gone = new Set(leavers);
    room.listen(account(1));
    await room.desk.join({ accountId: account(1) });
    await pass(sale, [room], 3_000);
    const frame = JSON.parse(room.ticks.at(-1) ?? '{}') as Tick;
    expect(frame.within).toBeGreaterThan(1);
    expect(frame.fine).toBeUndefined();
    expect(room.ticks.at(-1)?.length).toBeLessThanOrEqual(1_024);
    const tick = await room.desk.lastTick();
    if (tick === null) throw new Error('no tick');
    expect(publicTick(tick)).toEqual(frame);
    let ahead = 0;
    let worst = 0;
    for (const place of places) {
      if (place < tick.cursor || gone.has(place)) continue;
      const off = Math.abs(peopleAhead(tick, place) - ahead);
      worst = Math.max(worst, off / Math.max(1, Math.floor(ahead / 1_000)));
      ahead += 1;
    }
    expect(worst).toBeLessThanOrEqual(1);
    const position = room.desk.positionOf(account(1));
    expect(Math.abs((position?.ahead ?? 0) - (tick.waiting - 1))).toBeLessThanOrEqual(5);
  });
});
