import { describe, expect, it } from 'vitest';
import { meanwhile, pass } from './node-fixture.ts';
import { RoomFixture } from './room-fixture.ts';
import { account, OPENS_AT, SaleFixture, saleSettings } from './sale-fixture.ts';

describe('a place that somebody is inside with', () => {
  it('lets no other account in, and takes nothing from its owner', () => {
    const sale = new SaleFixture(saleSettings({}));
    sale.join(1, 3);
    const own = sale.claim(0);
    expect(own).toMatchObject({ ok: true });
    const foreign = sale.desk.claim({ accountId: account(9), place: 0 });
    expect(foreign).toEqual({ ok: false, code: 'not_admitted' });
    expect(sale.claim(0)).toEqual(own);
    expect(sale.store.liveAdmissions(sale.now)).toHaveLength(1);
  });
});

describe('a leaf whose frame is from before the call', () => {
  it('believes its parent that a place is over, and still knows it after a crash', async () => {
    const admission = { claimWindowMs: 10_000, graceMs: 0 };
    const sale = new SaleFixture(saleSettings({ admission }), OPENS_AT - 60_000);
    const room = new RoomFixture(sale);
    const asked = { accountId: account(1), claim: true };
    await room.desk.join(asked);
    sale.advance(75_000);
    // The parent's list of calls does not come, and its answer to a claim does.
    room.fate = () => 'lost';
    room.restart();
    await pass(sale, [room], 5_000);
    room.fate = () => (room.calls.at(-1) === 'subscribe' ? 'ok' : 'lost');
    room.calls = [];
    const over = { ok: false, code: 'not_in_queue' };
    expect(await meanwhile(sale, [room], room.desk.position(asked))).toEqual(over);
    expect(room.calls).toContain('claim');
    room.fate = () => 'lost';
    room.restart();
    expect(await meanwhile(sale, [room], room.desk.position(asked))).toEqual(over);
  });
});

describe('one who came in with an answer that was lost, and whose time inside is over', () => {
  it('is told so, and the same after a crash, though the call is still open', async () => {
    const admission = { claimWindowMs: 120_000, sessionMs: 30_000 };
    const sale = new SaleFixture(saleSettings({ admission }), OPENS_AT - 60_000);
    const room = new RoomFixture(sale);
    sale.onPublish = (frames) => void room.desk.publish(structuredClone(frames));
    const asked = { accountId: account(1), claim: true };
    await room.desk.join(asked);
    await pass(sale, [room], 62_000);
    expect(sale.desk.claim({ accountId: account(1), place: 0 })).toMatchObject({ ok: true });
    await pass(sale, [room], 40_000);
    const over = { ok: false, code: 'not_in_queue' };
    expect(await room.desk.position(asked)).toEqual(over);
    room.restart();
    await pass(sale, [room], 2_000);
    expect(await room.desk.position({ ...asked, claim: false })).toEqual(over);
    expect(await room.desk.join(asked)).toMatchObject({ position: { place: 1 } });
  });
});
