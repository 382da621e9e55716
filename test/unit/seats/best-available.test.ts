import { describe, expect, test } from 'vitest';
import type { Seat, SeatPlan } from '../../../durable-objects/core/plan.ts';
import type { LockOutcome } from '../../../durable-objects/protocol/seats-rpc.ts';
import { HandSale, MINUTE, smallPlan } from './sale-kit.ts';

const floor = {
  shape: 'area',
  id: 'F',
  name: 'Floor',
  categoryId: 'floor',
  capacity: 6,
  x: 0,
  y: 1,
  width: 4,
  depth: 3,
} as const;
const withFloor: SeatPlan = { ...smallPlan, sections: [...smallPlan.sections, floor] };
const price = { amount: 400_000, currency: 'INR' };

/** A hall with a floor, and Ana inside. */
function hall(): HandSale {
  const { categories } = new HandSale().definition;
  const bands = [...categories, { id: 'floor', name: 'Standing', price, color: '#0e7490' }];
  const sale = new HandSale({ plan: withFloor, categories: bands });
  sale.admit('ana');
  return sale;
}

/** Sells seats at once, four to a buyer. */
async function sell(sale: HandSale, ids: string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += 4) {
    const order = await sale.paying(`buyer-${ids[from]}`, ids.slice(from, from + 4));
    sale.payments.pay(order.orderId);
    await sale.desk.settle({ orderId: order.orderId });
  }
}

function idsOf(sale: HandSale, chosen: (seat: Seat) => boolean): string[] {
  return sale.seats.filter(chosen).map((seat) => seat.id);
}

function held(outcome: LockOutcome): LockOutcome & { ok: true } {
  if (!outcome.ok) throw new Error(outcome.code);
  return outcome;
}

describe('the best seats', () => {
  test('are neighbours nearest the stage in its middle, held at once, with their total', () => {
    const sale = hall();
    expect(sale.best('ana', { size: 2 })).toEqual({
      ok: true,
      hold: {
        holdId: 'hold_show_0towk00R000000000000001',
        seatIds: ['G-A-5', 'G-A-6'],
        expiresAt: sale.now + 10 * MINUTE,
        extendableUntil: sale.now + 20 * MINUTE,
        total: { amount: 1_500_000, currency: 'INR' },
      },
      found: { together: true, orphans: [] },
    });
    expect(sale.desk.seatsLeft()).toBe(204);
  });

  test('are of the price band that was asked for', () => {
    const { hold } = held(hall().best('ana', { size: 3, categoryId: 'silver' }));
    expect(hold.seatIds).toEqual(['S-A-4', 'S-A-5', 'S-A-6']);
  });

  test('leave the front row when every pair there would leave a seat single, and say so when nothing else fits', async () => {
    const front = ['G-A-1', 'G-A-2', 'G-A-3', 'G-A-4', 'G-A-8', 'G-A-9', 'G-A-10'];
    const sale = hall();
    await sell(sale, front);
    expect(held(sale.best('ana', { size: 2 })).hold.seatIds).toEqual(['G-B-5', 'G-B-6']);

    const full = hall();
    const three = new Set(['G-A-5', 'G-A-6', 'G-A-7']);
    await sell(
      full,
      idsOf(full, (seat) => seat.section === 'G' && !three.has(seat.id)),
    );
    const { hold, found } = held(full.best('ana', { size: 2, categoryId: 'gold' }));
    expect(hold.seatIds).toEqual(['G-A-5', 'G-A-6']);
    expect(found).toEqual({ together: true, orphans: ['G-A-7'] });
  });

  test('that are not together say so', async () => {
    const sale = hall();
    await sell(
      sale,
      idsOf(sale, (seat) => seat.section === 'G' && seat.number % 2 === 1),
    );
    const { hold, found } = held(sale.best('ana', { size: 2, section: 'G' }));
    expect(found).toEqual({ together: false, orphans: [] });
    expect(hold.seatIds).toEqual(['G-A-4', 'G-A-6']);
  });

  test('are none where there are not so many, and that holds nothing', async () => {
    const sale = hall();
    await sell(
      sale,
      idsOf(sale, (seat) => seat.section === 'G' && seat.id !== 'G-J-10'),
    );
    expect(sale.best('ana', { size: 2, section: 'G' })).toEqual({ ok: false, code: 'none_left' });
    expect(sale.desk.seatsLeft()).toBe(107);
    expect(sale.best('ana', { size: 2 })).toMatchObject({ hold: { seatIds: ['S-A-5', 'S-A-6'] } });
  });

  test('obey every rule of a lock', () => {
    const sale = hall();
    expect(sale.best('bob', { size: 1 })).toEqual({ ok: false, code: 'not_admitted' });
    expect(sale.best('ana', { size: 5 })).toMatchObject({ code: 'too_many_seats', limit: 4 });
    expect(sale.best('ana', { size: 0 })).toEqual({ ok: false, code: 'none_left' });
    expect(sale.best('ana', { size: 1, categoryId: 'lead' })).toEqual({
      ok: false,
      code: 'unknown_category',
    });
    expect(sale.best('ana', { size: 1, section: 'X' })).toEqual({
      ok: false,
      code: 'unknown_section',
    });
    expect(sale.desk.seatsLeft()).toBe(206);
    held(sale.best('ana', { size: 1 }));
    expect(sale.best('ana', { size: 1 })).toEqual({ ok: false, code: 'hold_exists' });
    sale.now += 21 * MINUTE;
    expect(sale.best('ana', { size: 1 })).toEqual({ ok: false, code: 'admission_expired' });
  });

  test('F19: are the same for the same requestId, also after a crash; another wish under it is refused', () => {
    const sale = hall();
    const first = sale.best('ana', { size: 2 }, 'r1');
    sale.crash();
    expect(sale.best('ana', { size: 2 }, 'r1')).toEqual(first);
    expect(sale.best('ana', { size: 3 }, 'r1')).toEqual({ ok: false, code: 'request_reused' });
    expect(sale.lock('ana', ['G-A-5', 'G-A-6'], 'r1')).toEqual({
      ok: false,
      code: 'request_reused',
    });
    expect(sale.desk.seatsLeft()).toBe(204);
  });

  test('F20: of thousands who ask at once nobody gets what another has, until nothing is left', () => {
    const sale = hall();
    const taken: string[] = [];
    const lostBy = new Set<string>();
    for (let party = 0; party < 200; party++) {
      sale.admit(`fan-${party}`);
      const outcome = sale.best(`fan-${party}`, { size: 1 + (party % 4) });
      if (outcome.ok) taken.push(...outcome.hold.seatIds);
      else lostBy.add(outcome.code);
    }
    expect([...lostBy]).toEqual(['none_left']);
    expect(new Set(taken).size).toBe(taken.length);
    // Nobody asked to stand.
    expect(sale.desk.seatsLeft()).toBe(6);
  });
});

describe('trying others', () => {
  test('gives seats that the hold never had, keeps its id and its end, and frees the first', () => {
    const sale = hall();
    const first = held(sale.best('ana', { size: 2 })).hold;
    sale.now += MINUTE;
    const { holdId: replaces } = first;
    const second = held(sale.best('ana', { size: 2, replaces, others: true })).hold;
    expect(second).toMatchObject({ holdId: first.holdId, expiresAt: first.expiresAt });
    expect(second.seatIds).toEqual(['G-A-3', 'G-A-4']);
    const third = held(sale.best('ana', { size: 2, replaces, others: true })).hold;
    expect(third.seatIds).toEqual(['G-A-7', 'G-A-8']);
    expect(sale.desk.seatsLeft()).toBe(204);
    expect(sale.hold('bob', ['G-A-5', 'G-A-6']).seatIds).toHaveLength(2);
  });

  test('keeps what is held when there are no others', async () => {
    const sale = hall();
    const pair = new Set(['G-A-5', 'G-A-6']);
    await sell(
      sale,
      idsOf(sale, (seat) => seat.section === 'G' && !pair.has(seat.id)),
    );
    const wish = { size: 2, categoryId: 'gold' };
    const { holdId } = held(sale.best('ana', wish)).hold;
    expect(sale.best('ana', { ...wish, replaces: holdId, others: true })).toEqual({
      ok: false,
      code: 'none_left',
    });
    sale.admit('bob');
    expect(sale.lock('bob', ['G-A-5'])).toMatchObject({ code: 'seats_unavailable' });
  });

  test('without asking for others, another party size may keep the seats that are held', () => {
    const sale = hall();
    const { holdId } = held(sale.best('ana', { size: 2 })).hold;
    const more = held(sale.best('ana', { size: 4, replaces: holdId })).hold;
    expect(more.seatIds).toEqual(['G-A-4', 'G-A-5', 'G-A-6', 'G-A-7']);
    expect(sale.best('bob', { size: 1, replaces: holdId })).toEqual({
      ok: false,
      code: 'not_admitted',
    });
  });
});

describe('a standing area', () => {
  test('is asked for by its name or its band, by count, until it is full', () => {
    const sale = hall();
    const { hold, found } = held(sale.best('ana', { size: 4, section: 'F' }));
    expect(hold.seatIds).toEqual(['F-P1', 'F-P2', 'F-P3', 'F-P4']);
    expect(hold.total).toEqual({ amount: 1_600_000, currency: 'INR' });
    expect(found).toEqual({ together: true, orphans: [] });
    sale.admit('bob');
    expect(sale.best('bob', { size: 3, categoryId: 'floor' })).toEqual({
      ok: false,
      code: 'none_left',
    });
    held(sale.best('bob', { size: 2, categoryId: 'floor' }));
    sale.admit('cem');
    expect(sale.best('cem', { size: 1, section: 'F' })).toEqual({ ok: false, code: 'none_left' });
    sale.now += 10 * MINUTE;
    expect(held(sale.best('cem', { size: 1, section: 'F' })).hold.seatIds).toEqual(['F-P1']);
  });

  test('is never given to one who asked for seats, and its places are sold like seats', async () => {
    const sale = hall();
    await sell(
      sale,
      idsOf(sale, (seat) => seat.section !== 'F'),
    );
    expect(sale.best('ana', { size: 1 })).toEqual({ ok: false, code: 'none_left' });
    const order = await sale.paying('bob', ['F-P3']);
    sale.payments.pay(order.orderId);
    await sale.desk.settle({ orderId: order.orderId });
    expect(sale.see(order)).toMatchObject({
      status: 'confirmed',
      items: [{ seatId: 'F-P3', label: 'Floor, place 3', price }],
    });
    sale.admit('cem');
    expect(sale.lock('cem', ['F-P3'])).toMatchObject({
      code: 'seats_unavailable',
      alternatives: ['F-P2', 'F-P6', 'F-P5', 'F-P1', 'F-P4'],
    });
  });
});

describe('a choice by hand that would leave a seat single', () => {
  const refusing = () => {
    const sale = new HandSale({ settings: { refuseOrphans: true } });
    sale.admit('ana');
    return sale;
  };

  test('is refused with the seat’s name and others as good, and holds nothing', () => {
    const sale = refusing();
    expect(sale.lock('ana', ['G-A-2', 'G-A-3'], 'r1')).toEqual({
      ok: false,
      code: 'orphan_seat',
      seatIds: ['G-A-1'],
      alternatives: ['G-A-1', 'G-A-2'],
    });
    expect(sale.desk.seatsLeft()).toBe(200);
    sale.crash();
    expect(sale.lock('ana', ['G-A-2', 'G-A-3'], 'r1')).toMatchObject({ code: 'orphan_seat' });
    expect(sale.lock('ana', ['G-A-1', 'G-A-2'])).toMatchObject({ ok: true });
  });

  test('is taken where the section has nothing as good, over two sections, and where the sale does not mind', async () => {
    const sale = refusing();
    sale.hold('last', ['G-A-8', 'G-A-9', 'G-A-10']);
    const left = new Set([5, 6, 7, 8, 9, 10].map((number) => `G-A-${number}`));
    const gold = idsOf(sale, (seat) => seat.section === 'G' && !left.has(seat.id));
    for (let at = 0; at < gold.length; at += 2) sale.hold(`buyer-${at}`, gold.slice(at, at + 2));
    expect(sale.lock('ana', ['G-A-5', 'G-A-6'])).toMatchObject({ ok: true });
    sale.admit('bob');
    expect(sale.lock('bob', ['G-A-7', 'S-A-2'])).toMatchObject({ ok: true });
    const easy = new HandSale();
    easy.admit('ana');
    expect(easy.lock('ana', ['G-A-2'])).toMatchObject({ ok: true });
  });

  test('is judged on a swap as if the old seats were free', () => {
    const sale = refusing();
    const { holdId } = sale.hold('ana', ['G-A-1', 'G-A-2']);
    expect(sale.swap('ana', holdId, ['G-A-1'])).toMatchObject({ ok: true });
    expect(sale.swap('ana', holdId, ['G-A-2'])).toMatchObject({
      code: 'orphan_seat',
      seatIds: ['G-A-1'],
    });
  });

  test('is not offered for a lost seat', () => {
    const sale = refusing();
    sale.hold('bob', ['G-E-5']);
    const lost = sale.lock('ana', ['G-E-5']);
    if (lost.ok || lost.code !== 'seats_unavailable') throw new Error('expected to lose');
    for (const seatId of lost.alternatives) {
      const next = new HandSale({ settings: { refuseOrphans: true } });
      next.hold('bob', ['G-E-5']);
      next.admit('ana');
      expect(next.lock('ana', [seatId])).toMatchObject({ ok: true });
    }
  });
});
