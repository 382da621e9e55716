import { describe, expect, it } from 'vitest';
import { drawOf } from '../../../durable-objects/core/fairness/draw.ts';
import { commitment, seedOf } from '../../../durable-objects/core/fairness/draw-seed.ts';
import {
  QUICKNET,
  roundFor,
  roundTime,
  verifyBeacon,
} from '../../../durable-objects/core/fairness/drand.ts';
import { verifyChain, genesis } from '../../../durable-objects/core/fairness/grant-chain.ts';
import {
  RECORDED_ROUNDS,
  REHEARSAL_ROUND,
} from '../../../durable-objects/core/fairness/recorded-rounds.ts';
import { orderOf } from '../../../durable-objects/core/place-order.ts';
import { peopleAhead } from '../../../durable-objects/core/tick.ts';
import { batchOf, OPENS_AT, SaleFixture, saleSettings } from './sale-fixture.ts';

const LEAF = 'test-event/leaf/0';

function lobbySale(
  change: Parameters<typeof saleSettings>[0] = {},
  now = OPENS_AT - 60_000,
): SaleFixture {
  const sale = { lobby: 'draw' as const, drandRound: REHEARSAL_ROUND.round, ...change.sale };
  return new SaleFixture(saleSettings({ ...change, sale }), now);
}

/** Lets answers from outside arrive. */
async function settle(): Promise<void> {
  for (let n = 0; n < 10; n++) await Promise.resolve();
}

/** Opens the sale and draws. */
async function open(sale: SaleFixture): Promise<void> {
  sale.advance(OPENS_AT - sale.now);
  await settle();
}

function drawn(sale: SaleFixture): { n: number; seed: string } {
  const { draw } = sale.desk.tick();
  if (draw === undefined) throw new Error('not drawn');
  return draw;
}

describe('a lobby that is drawn', () => {
  it('binds its secret and its round before the first place is given out', () => {
    const sale = lobbySale();
    const kept = sale.store.draw();
    expect(kept).toMatchObject({ round: REHEARSAL_ROUND.round, seal: null, seed: null });
    sale.join(1, 3);
    const row = sale.store.lastLink();
    const draw = {
      commitment: commitment(kept?.secret ?? ''),
      chainHash: QUICKNET.chainHash,
      round: REHEARSAL_ROUND.round,
    };
    const terms = { eventId: 'test-event' as never, opensAt: OPENS_AT, draw };
    const verified = verifyChain(genesis(terms), row === null ? [] : [row.link]);
    expect(verified.ok && verified.chain.head).toBe(row?.head);
    sale.restart();
    expect(sale.store.draw()?.secret).toBe(kept?.secret);
    expect(sale.secrets).toBe(1);
  });

  it('names the first round after opening and the margin, unless one is set', () => {
    const { drandRound: _, ...settings } = saleSettings({ sale: { lobby: 'draw' } });
    const sale = new SaleFixture(settings, OPENS_AT - 60_000);
    expect(sale.store.draw()?.round).toBe(roundFor(OPENS_AT, QUICKNET));
  });

  it('is sealed at opening, drawn when the round is there, and called in the drawn order', async () => {
    const sale = lobbySale();
    sale.join(1, 40);
    sale.join(2, 80);
    expect(sale.desk.tick()).toMatchObject({ phase: 'lobby', cursor: 0 });
    sale.drand = () => ({ ok: false, code: 'not_yet' });
    await open(sale);
    expect(sale.desk.tick()).toMatchObject({ phase: 'drawing', reason: 'drawing', cursor: 0 });
    expect(sale.store.draw()?.seal).toMatchObject({ links: 2, lobbyCount: 120, at: OPENS_AT });
    sale.drand = () => ({ ok: true, beacon: REHEARSAL_ROUND });
    sale.advance(2_000);
    await settle();
    const tick = sale.desk.tick();
    expect(tick).toMatchObject({ phase: 'open', cursor: 50, draw: { n: 120 } });
    const lobby = drawn(sale);
    for (let place = 0; place < 120; place++) {
      const called = orderOf(place, lobby) < 50;
      expect(sale.claim(place).ok, `place ${place}`).toBe(called);
    }
  });

  it('draws from what nobody chose alone: secret, lobby and the signed round', async () => {
    const sale = lobbySale();
    sale.join(1, 7);
    await open(sale);
    const kept = sale.store.draw();
    const verified = verifyBeacon(REHEARSAL_ROUND, QUICKNET);
    if (!verified.ok || !kept?.seal) throw new Error('not sealed');
    const { head: lobbyRoot, lobbyCount } = kept.seal;
    const { randomness } = verified;
    const seed = seedOf({ secret: kept.secret, lobbyRoot, lobbyCount, randomness });
    expect(drawn(sale)).toEqual({ n: 7, seed });
    expect(lobbyRoot).toBe(sale.store.link(LEAF, 1)?.head);
  });

  it('gives those who come after the seal the places behind the lobby, in the order they come', async () => {
    const sale = lobbySale();
    sale.join(1, 30);
    sale.drand = () => ({ ok: false, code: 'unavailable' });
    await open(sale);
    expect(sale.join(2, 5)).toEqual([30, 31, 32, 33, 34]);
    sale.drand = () => ({ ok: true, beacon: REHEARSAL_ROUND });
    sale.advance(30_000);
    await settle();
    expect(drawn(sale).n).toBe(30);
    expect(orderOf(32, drawn(sale))).toBe(32);
    expect(sale.join(3, 1)).toEqual([35]);
  });

  it('carries leavers over: of the lobby by place, afterwards by order', async () => {
    const sale = lobbySale({ admission: { batchSize: 1, slots: 1 } });
    const places = sale.join(1, 20_000);
    const leavers = places.filter((place) => place % 3 === 0);
    sale.desk.reportLeft({ child: LEAF, places: leavers });
    sale.drand = () => ({ ok: false, code: 'not_yet' });
    await open(sale);
    sale.desk.reportLeft({ child: LEAF, places: [1] });
    sale.drand = () => ({ ok: true, beacon: REHEARSAL_ROUND });
    sale.advance(2_000);
    await settle();
    const check = (gone: Set<number>): void => {
      const tick = sale.desk.tick();
      expect(tick.left).toBe(gone.size);
      const lobby = drawn(sale);
      const present = places
        .filter((place) => !gone.has(place))
        .map((place) => orderOf(place, lobby));
      const ahead = present.filter((order) => order >= tick.cursor).toSorted((a, b) => a - b);
      for (const index of [0, 1, 500, 5_000, ahead.length - 1]) {
        const told = peopleAhead(tick, ahead[index] ?? 0);
        expect(Math.abs(told - index)).toBeLessThanOrEqual(Math.max(1, index / 1_000));
      }
    };
    check(new Set([...leavers, 1]));
    sale.desk.reportLeft({ child: LEAF, places: [2, 4, 5] });
    check(new Set([...leavers, 1, 2, 4, 5]));
    sale.restart();
    check(new Set([...leavers, 1, 2, 4, 5]));
  });

  it('waits for the named round however long it takes, ever less often, and says so', async () => {
    const sale = lobbySale();
    sale.join(1, 10);
    sale.drand = () => ({ ok: false, code: 'unavailable' });
    for (let second = 0; second < 900; second++) {
      sale.advance(1_000);
      await settle();
    }
    expect(sale.desk.tick()).toMatchObject({ phase: 'drawing', cursor: 0 });
    expect(sale.asked.length).toBeGreaterThan(30);
    expect(sale.asked.length).toBeLessThan(120);
    expect(sale.records.some(({ name }) => name === 'problem')).toBe(true);
    sale.drand = () => ({ ok: true, beacon: REHEARSAL_ROUND });
    sale.advance(21_000);
    await settle();
    expect(sale.desk.tick()).toMatchObject({ phase: 'open', cursor: 10 });
  });

  it('does not ask before the round can be there', async () => {
    const round = roundFor(OPENS_AT, QUICKNET);
    const sale = lobbySale({ sale: { drandRound: round } });
    sale.drand = () => ({ ok: false, code: 'not_yet' });
    sale.join(1, 2);
    await open(sale);
    sale.advance(9_000);
    expect(sale.asked).toEqual([]);
    sale.advance(6_000);
    expect(sale.asked[0]).toBeGreaterThanOrEqual(roundTime(round, QUICKNET));
  });

  it('takes no round that drand has not signed, and not another one', async () => {
    const sale = lobbySale();
    sale.join(1, 10);
    const forged = { ...REHEARSAL_ROUND, signature: RECORDED_ROUNDS[1].signature };
    const answers = [forged, RECORDED_ROUNDS[1], { ...REHEARSAL_ROUND, signature: 'zz' }];
    sale.drand = () => ({ ok: true, beacon: answers[sale.asked.length % 3] ?? forged });
    await open(sale);
    for (let second = 0; second < 60; second++) {
      sale.advance(1_000);
      await settle();
    }
    expect(sale.asked.length).toBeGreaterThan(3);
    expect(sale.desk.tick()).toMatchObject({ phase: 'drawing', cursor: 0 });
    expect(sale.store.draw()?.seed).toBeNull();
  });

  it('neither draws nor seals a second time, whatever crashes when', async () => {
    for (let crash = 0; crash < 40; crash++) {
      const sale = lobbySale();
      sale.join(1, 50);
      sale.desk.reportLeft({ child: LEAF, places: [3, 4] });
      let steps = 0;
      let seal: unknown = null;
      let seed: string | null = null;
      const step = async (): Promise<void> => {
        steps += 1;
        if (steps === crash) sale.restart();
        await Promise.resolve();
        const kept = sale.store.draw();
        expect(seal === null ? null : kept?.seal).toEqual(seal);
        expect(seed === null ? null : kept?.seed).toBe(seed);
        seal = kept?.seal ?? null;
        seed = kept?.seed ?? null;
        const tick = sale.desk.tick();
        expect(tick.cursor === 0 || tick.draw !== undefined).toBe(true);
        expect(tick.draw?.seed ?? null).toBe(kept?.seed ?? null);
      };
      for (let n = 0; n < 8; n++) {
        await step();
        sale.advance(10_000);
        for (let turn = 0; turn < 4; turn++) await step();
        if (n === 6) sale.desk.grant(batchOf(2, 5));
      }
      const tick = sale.desk.tick();
      expect(tick).toMatchObject({ phase: 'open', draw: { n: 50 }, left: 2 });
      const { orderOf } = drawOf(tick.draw?.seed ?? '', 50);
      for (const place of [3, 4]) {
        expect(sale.claim(place).ok).toBe(false);
        expect(orderOf(place)).toBeLessThan(50);
      }
      expect(sale.secrets).toBe(1);
    }
  });

  it('draws an empty lobby too, and one that is looked at for the first time after opening', async () => {
    const sale = lobbySale({}, OPENS_AT + 3_600_000);
    expect(sale.join(1, 3)).toEqual([0, 1, 2]);
    await settle();
    sale.advance(1_000);
    await settle();
    const tick = sale.desk.tick();
    expect(tick).toMatchObject({ phase: 'open', draw: { n: 0 }, cursor: 3 });
    expect(sale.claim(0)).toMatchObject({ ok: true });
  });

  it('draws again nothing and gives nobody another order when the clock steps back before opening', async () => {
    const sale = lobbySale({ admission: { batchSize: 5 } });
    sale.join(1, 20);
    await open(sale);
    const before = sale.desk.tick();
    sale.now = OPENS_AT - 300_000;
    sale.join(2, 4);
    const tick = sale.desk.tick();
    expect(tick).toMatchObject({ phase: 'open', cursor: before.cursor, draw: before.draw });
    expect(sale.store.lastLink()?.link.at).toBeGreaterThanOrEqual(OPENS_AT);
  });
});

describe('a lobby that is first come, first served', () => {
  it('has no secret, no round and no draw', async () => {
    const sale = new SaleFixture(saleSettings({}), OPENS_AT - 1_000);
    sale.join(1, 3);
    await open(sale);
    expect(sale.store.draw()).toBeNull();
    expect(sale.desk.tick().draw).toBeUndefined();
    expect(sale.asked).toEqual([]);
  });
});
