import { describe, expect, it } from 'vitest';
import { meanwhile, pass, settle } from './node-fixture.ts';
import { RoomFixture } from './room-fixture.ts';
import { account, OPENS_AT, SaleFixture, saleSettings } from './sale-fixture.ts';

function world(change: Parameters<typeof saleSettings>[0] = {}, now = OPENS_AT - 60_000) {
  const sale = new SaleFixture(saleSettings(change), now);
  const room = new RoomFixture(sale);
  sale.onPublish = (frames) => void room.desk.publish(structuredClone(frames));
  return { sale, room };
}

async function quiet(): Promise<void> {
  for (let i = 0; i < 10; i++) await settle();
}

describe('joining at a leaf', () => {
  it('gives one place to all tabs of an account, and the same one when asked again', async () => {
    const { room } = world();
    const both = await Promise.all([
      room.desk.join({ accountId: account(1) }),
      room.desk.join({ accountId: account(1) }),
    ]);
    expect(both[0]).toEqual(both[1]);
    expect(both[0]).toMatchObject({ ok: true, position: { status: 'lobby', place: 0, ahead: 0 } });
    expect(await room.desk.join({ accountId: account(1) })).toEqual(both[0]);
  });

  it('asks once for all who came while a request was in flight', async () => {
    const { room } = world();
    const joins = Array.from({ length: 40 }, (_, n) => room.desk.join({ accountId: account(n) }));
    const outcomes = await Promise.all(joins);
    const places = outcomes.map((outcome) => (outcome.ok ? outcome.position.place : -1));
    expect(places).toEqual(Array.from({ length: 40 }, (_, n) => n));
    expect(room.calls.filter((call) => call.startsWith('grant'))).toEqual(['grant 1', 'grant 2']);
    expect(room.store.batches().map((batch) => batch.accounts.length)).toEqual([1, 39]);
  });

  it('answers joins over HTTP and over sockets from the same batch', async () => {
    const { room } = world();
    const heard = room.listen(account(2));
    const first = room.desk.join({ accountId: account(1) });
    expect(room.desk.joinLive(account(2))).toBe('pending');
    const second = room.desk.join({ accountId: account(3) });
    await Promise.all([first, second]);
    expect(heard.positions).toMatchObject([{ place: 1 }]);
    expect(room.store.batches().map((batch) => batch.accounts.length)).toEqual([1, 2]);
  });

  it('refuses the sixth join in five minutes, says when to come back, and changes nothing', async () => {
    const { sale, room } = world();
    const [accountId] = [account(1)];
    for (let n = 0; n < 5; n++) {
      expect((await room.desk.join({ accountId })).ok).toBe(true);
      await pass(sale, [room], 1_000);
    }
    const refused = await room.desk.join({ accountId });
    expect(refused).toEqual({ ok: false, code: 'rate_limited', retryAfterMs: 295_000 });
    expect(room.store.batches()).toHaveLength(1);
    expect(await room.desk.position({ accountId, claim: false })).toMatchObject({ ok: true });
    sale.now += 295_000;
    expect((await room.desk.join({ accountId })).ok).toBe(true);
  });

  it('keeps the batch when the parent is away, says so in bounded time, and has the place for the next try', async () => {
    const { sale, room } = world();
    await room.desk.ready();
    room.fate = () => 'overloaded';
    const heard = room.listen(account(2));
    const first = room.desk.join({ accountId: account(1) });
    room.desk.joinLive(account(2));
    await pass(sale, [room], 5_000);
    expect(await first).toMatchObject({ ok: false, code: 'overloaded', retryAfterMs: 2_000 });
    expect(heard.errors).toEqual(['overloaded']);
    expect(room.store.batches().flatMap((batch) => batch.accounts)).toEqual([
      account(1),
      account(2),
    ]);
    room.fate = () => 'ok';
    room.restart();
    await quiet();
    const again = await room.desk.join({ accountId: account(1) });
    expect(again).toMatchObject({ ok: true, position: { place: 0 } });
    expect(heard.positions.at(-1)).toMatchObject({ place: 1 });
    expect(sale.desk.tick().tail).toBe(2);
  });

  it('does not count a join that it asked to repeat', async () => {
    const { sale, room } = world();
    await room.desk.ready();
    room.fate = () => 'lost';
    for (let n = 0; n < 8; n++) {
      const join = room.desk.join({ accountId: account(1) });
      await pass(sale, [room], 5_000);
      expect(await join).toMatchObject({ ok: false, code: 'overloaded' });
    }
  });

  it('tries a retryable failure again at once, and never an overloaded one', async () => {
    const { sale, room } = world();
    await room.desk.ready();
    const fates = ['retryable', 'retryable', 'ok'] as const;
    let call = 0;
    room.fate = () => fates[call++] ?? 'ok';
    const join = room.desk.join({ accountId: account(1) });
    await pass(sale, [room], 1_000);
    expect(await join).toMatchObject({ ok: true });
    expect(room.calls.filter((name) => name === 'grant 1')).toHaveLength(3);
    room.fate = () => 'overloaded';
    room.calls = [];
    void room.desk.join({ accountId: account(2) });
    await quiet();
    expect(room.calls).toEqual(['grant 2']);
  });

  it('gives up an answer that never comes and asks for the same batch again', async () => {
    const { sale, room } = world();
    await room.desk.ready();
    room.fate = () => 'hangs';
    void room.desk.join({ accountId: account(1) });
    await pass(sale, [room], 11_000);
    room.fate = () => 'ok';
    await pass(sale, [room], 15_000);
    expect(room.desk.positionOf(account(1))).toMatchObject({ place: 0 });
    expect(sale.desk.tick().tail).toBe(1);
  });

  it('gives the batch of a crash the range it was given before', async () => {
    const { sale, room } = world();
    await room.desk.ready();
    room.fate = () => 'reply lost';
    void room.desk.join({ accountId: account(1) });
    await quiet();
    expect(sale.desk.tick().tail).toBe(1);
    room.restart();
    room.fate = () => 'ok';
    room.restart();
    await quiet();
    expect(await room.desk.position({ accountId: account(1), claim: false })).toMatchObject({
      ok: true,
      position: { place: 0 },
    });
    expect(sale.desk.tick().tail).toBe(1);
  });

  it('passes on that the sale is over and keeps nothing of the batch', async () => {
    const { room } = world({}, OPENS_AT + 25 * 3_600_000);
    expect(await room.desk.join({ accountId: account(1) })).toEqual({
      ok: false,
      code: 'sale_closed',
    });
    expect(room.store.batches()).toEqual([]);
    expect(await room.desk.position({ accountId: account(1), claim: true })).toMatchObject({
      code: 'not_in_queue',
    });
  });
});

describe('leaving at a leaf', () => {
  it('gives the place up once, tells the sockets, and the sale hears of it after a crash too', async () => {
    const { sale, room } = world();
    const heard = room.listen(account(1));
    await room.desk.join({ accountId: account(1) });
    room.fate = () => 'lost';
    expect(await room.desk.leave({ accountId: account(1) })).toEqual({ ok: true });
    expect(await room.desk.leave({ accountId: account(1) })).toMatchObject({
      ok: false,
      code: 'not_in_queue',
    });
    expect(heard.left).toBe(1);
    await quiet();
    expect(sale.desk.tick().left).toBe(0);
    room.fate = () => 'ok';
    room.restart();
    await quiet();
    expect(sale.desk.tick().left).toBe(1);
    room.calls = [];
    room.restart();
    await quiet();
    expect(room.calls).not.toContain('left');
  });

  it('takes out one who leaves before the place is known', async () => {
    const { sale, room } = world();
    await room.desk.ready();
    const first = room.desk.join({ accountId: account(1) });
    const second = room.desk.join({ accountId: account(2) });
    expect(await room.desk.leave({ accountId: account(1) })).toEqual({ ok: true });
    expect(await room.desk.leave({ accountId: account(2) })).toEqual({ ok: true });
    expect(await first).toMatchObject({ ok: false });
    expect(await second).toMatchObject({ ok: false });
    await quiet();
    expect(sale.desk.tick()).toMatchObject({ joined: 1, left: 1, waiting: 0 });
    const again = await room.desk.join({ accountId: account(1) });
    expect(again).toMatchObject({ ok: true, position: { place: 1 } });
  });

  it('reports every departure once, even when one has no place yet and a crash comes between', async () => {
    const { sale, room } = world();
    await room.desk.join({ accountId: account(1) });
    room.fate = () => 'reply lost';
    void room.desk.join({ accountId: account(2) });
    await quiet();
    room.desk.leaveNow(account(2));
    room.desk.leaveNow(account(1));
    await quiet();
    room.restart();
    room.fate = () => 'ok';
    await pass(sale, [room], 5_000);
    room.restart();
    await pass(sale, [room], 5_000);
    expect(sale.desk.tick()).toMatchObject({ joined: 2, left: 2, waiting: 0 });
  });

  it('writes down how far they are known now and then, and after a crash tells the rest again in vain', async () => {
    const { sale, room } = world();
    const fans = Array.from({ length: 6 }, (_, n) => account(n));
    await Promise.all(fans.map((accountId) => room.desk.join({ accountId })));
    const notes: (string | null)[] = [];
    for (const accountId of fans) {
      room.desk.leaveNow(accountId);
      await pass(sale, [room], 1_000);
      notes.push(room.store.note('reported'));
    }
    expect(new Set(notes)).toEqual(new Set(['1']));
    room.calls = [];
    room.restart();
    await pass(sale, [room], 5_000);
    expect(room.calls.filter((call) => call === 'left')).toHaveLength(1);
    expect(sale.desk.tick()).toMatchObject({ joined: 6, left: 6, waiting: 0 });
  });

  it('puts one who comes back at the end', async () => {
    const { room } = world();
    await room.desk.join({ accountId: account(1) });
    await room.desk.join({ accountId: account(2) });
    await room.desk.leave({ accountId: account(1) });
    const again = await room.desk.join({ accountId: account(1) });
    expect(again).toMatchObject({ position: { place: 2 } });
    room.restart();
    expect(room.desk.positionOf(account(1))).toMatchObject({ place: 2 });
  });
});

describe('coming in at a leaf', () => {
  async function called() {
    const { sale, room } = world({ admission: { slots: 1 } });
    const heard = room.listen(account(1));
    await room.desk.join({ accountId: account(1) });
    await room.desk.join({ accountId: account(2) });
    await pass(sale, [room], 62_000);
    return { sale, room, heard };
  }

  it('tells a called fan until when to come, and gives the same admission to every claim', async () => {
    const { sale, room, heard } = await called();
    expect(heard.positions.at(-1)).toMatchObject({ ahead: 0, claimUntil: OPENS_AT + 120_000 });
    const asked = { accountId: account(1), claim: true };
    const first = await room.desk.position(asked);
    expect(first).toMatchObject({ ok: true, position: { status: 'admitted' } });
    await pass(sale, [room], 5_000);
    room.restart();
    await quiet();
    expect(await room.desk.position(asked)).toEqual(first);
    expect(await room.desk.position({ accountId: account(2), claim: true })).toMatchObject({
      position: { status: 'waiting', ahead: 0 },
    });
  });

  it('passes over one who never comes, who then may join again for a new place', async () => {
    const { sale, room } = await called();
    await pass(sale, [room], 130_000);
    expect(room.desk.positionOf(account(1))).toMatchObject({ claimUntil: OPENS_AT + 420_000 });
    expect(room.desk.positionOf(account(2))).toMatchObject({ ahead: 0 });
    await room.desk.position({ accountId: account(2), claim: true });
    expect(await room.desk.claim(account(1))).toMatchObject({ code: 'overloaded' });
    await pass(sale, [room], 300_000);
    expect(await room.desk.claim(account(1))).toMatchObject({ code: 'admission_expired' });
    expect(await room.desk.position({ accountId: account(1), claim: true })).toMatchObject({
      code: 'not_in_queue',
    });
    expect(await room.desk.join({ accountId: account(1) })).toMatchObject({
      position: { place: 2 },
    });
  });

  it('does not send one away who came in with an answer that was lost, however long ago that was', async () => {
    const { sale, room } = world({ admission: { slots: 1, sessionMs: 1_800_000 } });
    await room.desk.join({ accountId: account(1) });
    await pass(sale, [room], 62_000);
    room.fate = () => 'reply lost';
    expect(await room.desk.claim(account(1))).toMatchObject({ code: 'overloaded' });
    await pass(sale, [room], 430_000);
    const asked = { accountId: account(1) };
    expect(await room.desk.position({ ...asked, claim: false })).toMatchObject({
      code: 'overloaded',
    });
    expect(await room.desk.join(asked)).toMatchObject({ code: 'overloaded' });
    expect(await room.desk.welcome(account(1))).toBe('later');
    room.fate = () => 'ok';
    expect(await room.desk.join(asked)).toMatchObject({
      position: { status: 'admitted', place: 0 },
    });
    expect(room.store.batches()).toHaveLength(1);
  });

  it.each([
    ['the last frame written down is from before the call', 10_000, 0],
    ['the last frame written down knows of the call', 120_000, 30_000],
  ])(
    'does not give a place back that it said was over, after a crash while the parent is away: %s',
    async (_when, claimWindowMs, graceMs) => {
      const rules = { admission: { slots: 1, claimWindowMs, graceMs } };
      const { sale, room } = world(rules, OPENS_AT - 30_000);
      const asked = { accountId: account(1), claim: false };
      await room.desk.join(asked);
      await pass(sale, [room], 30_000 + claimWindowMs + graceMs + 3_000);
      expect(await room.desk.position(asked)).toMatchObject({ code: 'not_in_queue' });
      room.fate = () => 'lost';
      room.restart();
      const unknown = { code: 'overloaded' };
      expect(await meanwhile(sale, [room], room.desk.position(asked))).toMatchObject(unknown);
      expect(await meanwhile(sale, [room], room.desk.join(asked))).toMatchObject(unknown);
      expect(await meanwhile(sale, [room], room.desk.welcome(account(1)))).toBe('later');
      room.fate = () => 'ok';
      await pass(sale, [room], 15_000);
      expect(await room.desk.position(asked)).toMatchObject({ code: 'not_in_queue' });
      expect(await room.desk.join(asked)).toMatchObject({ position: { place: 1 } });
    },
  );

  it('does not tell one who was called that it is too early, right after a wake with an old tick', async () => {
    const { sale, room } = world({ admission: { slots: 1 } });
    await room.desk.join({ accountId: account(1) });
    await pass(sale, [room], 50_000);
    const late = sale.desk.tick();
    sale.onPublish = () => undefined;
    sale.advance(12_000);
    room.restart();
    void room.desk.publish({ tick: late });
    expect(await room.desk.claim(account(1))).toMatchObject({ ok: true });
  });

  it('says nothing about a place before it has heard whose accounts are here', async () => {
    const { sale, room } = world();
    room.fate = () => 'lost';
    const welcome = room.desk.welcome(account(1));
    await pass(sale, [room], 10_000);
    expect(await welcome).toBe('later');
    room.fate = () => 'ok';
    expect(await room.desk.welcome(account(1))).toBeNull();
  });

  it('gives one who has bought a new place when they join again', async () => {
    const { sale, room } = await called();
    await room.desk.position({ accountId: account(1), claim: true });
    sale.desk.endAdmission(account(1));
    expect(await room.desk.join({ accountId: account(1) })).toMatchObject({
      position: { place: 2 },
    });
  });

  it('lets one who is inside join without losing the admission', async () => {
    const { room } = await called();
    await room.desk.position({ accountId: account(1), claim: true });
    expect(await room.desk.join({ accountId: account(1) })).toMatchObject({
      position: { status: 'admitted', place: 0 },
    });
  });

  it('sends every newer tick to all, the same bytes once, and remembers the last over a restart', async () => {
    const { sale, room } = await called();
    const seqs = room.ticks.map((text) => (JSON.parse(text) as { seq: number }).seq);
    expect(seqs.length).toBeGreaterThan(2);
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
    room.fate = () => 'lost';
    sale.now += 5_000;
    room.restart();
    expect((await room.desk.lastTick())?.seq).toBeGreaterThan(0);
    expect(await room.desk.position({ accountId: account(2), claim: false })).toMatchObject({
      position: { place: 1, status: 'waiting' },
    });
  });

  it('believes no tick that was overtaken: nobody who is called is told to wait again', async () => {
    const { sale, room } = await called();
    const [old] = sale.published.flatMap(({ tick }) => (tick === undefined ? [] : [tick]));
    const before = room.desk.positionOf(account(1));
    const heard = room.ticks.length;
    await room.desk.publish({ tick: { ...(old ?? sale.desk.tick()), cursor: 0, seq: 1 } });
    expect(before).toMatchObject({ ahead: 0, claimUntil: expect.any(Number) as number });
    expect(room.desk.positionOf(account(1))).toEqual(before);
    expect(room.ticks).toHaveLength(heard);
  });
});
