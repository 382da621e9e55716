import { describe, expect, it } from 'vitest';
import type { PlanDraft } from '../../../durable-objects/core/plan-change.ts';
import { unpackSeats } from '../../../durable-objects/core/seat-status.ts';
import { expandPlan } from '../../../durable-objects/core/plan-geometry.ts';
import type { SeatedSection, SectionSpec } from '../../../durable-objects/core/plan.ts';
import { HandSale, MINUTE, smallPlan } from './sale-kit.ts';

const [gold, silver] = smallPlan.sections as [SeatedSection, SeatedSection];
const { categories } = new HandSale().definition;
const draft = (...sections: SectionSpec[]): PlanDraft => ({ sections, categories });

/** Statuses by seat id, of all that is not free. */
function taken(sale: HandSale): Record<string, string> {
  const { packed } = sale.desk.seats();
  const ids = expandPlan(sale.definition.plan).map((seat) => seat.id);
  const codes = unpackSeats(packed, ids.length);
  return Object.fromEntries(
    ids.flatMap((id, at) =>
      codes[at] === 0 ? [] : [[id, ['', 'held', 'sold', 'blocked'][codes[at] ?? 0] ?? '']],
    ),
  );
}

async function sold(sale: HandSale, name: string, ids: string[]) {
  const order = await sale.paying(name, ids);
  sale.payments.pay(order.orderId);
  await sale.desk.settle(order);
  await sale.settleDown();
  return order;
}

describe('another plan while the sale is on (failure case F10)', () => {
  it('is refused while a held, a paying or a sold seat is missing in it, with their names, and nothing changes', async () => {
    const sale = new HandSale();
    sale.hold('ana', ['S-A-1']);
    await sale.paying('ben', ['S-A-2']);
    await sold(sale, 'cyd', ['S-A-3', 'S-A-4']);
    const before = taken(sale);
    expect(sale.changePlan(draft(gold))).toEqual({
      ok: false,
      code: 'plan_seats_missing',
      seatIds: ['S-A-1', 'S-A-2', 'S-A-3', 'S-A-4'],
      missing: 4,
    });
    // One seat shorter than what was sold.
    const short = { ...silver, rows: [3, ...silver.rows.slice(1)] };
    expect(sale.changePlan(draft(gold, short))).toMatchObject({ seatIds: ['S-A-4'], missing: 1 });
    expect(taken(sale)).toEqual(before);
    expect(sale.definition.plan.version).toBe(3);
  });

  it('asks only for seats that are somebody’s: a hold that has ended counts no more', async () => {
    const sale = new HandSale();
    sale.hold('ana', ['S-A-1']);
    expect(sale.changePlan(draft(gold)).ok).toBe(false);
    sale.now += 11 * MINUTE;
    expect(sale.changePlan(draft(gold)).ok).toBe(true);
    expect(sale.desk.seatsLeft()).toBe(100);
  });

  it('keeps each seat its owner, its history and its ticket when all get other numbers, over a crash too', async () => {
    const sale = new HandSale();
    const held = sale.order('ana', ['S-B-1', 'G-A-1']);
    const paid = await sold(sale, 'cyd', ['S-A-3', 'G-B-2']);
    const before = { held: sale.see(held), paid: sale.see(paid), taken: taken(sale) };
    const wider = { ...gold, rows: [14, ...gold.rows.slice(1)] };
    expect(sale.changePlan(draft(silver, wider)).ok).toBe(true);
    const seen = () => ({ held: sale.see(held), paid: sale.see(paid), taken: taken(sale) });
    expect(seen()).toEqual(before);
    sale.crash();
    expect(seen()).toEqual(before);
    expect(sale.desk.seatsLeft()).toBe(200);
    // The new numbers are right for those who buy now, and for those who lose.
    sale.admit('eve');
    expect(sale.lock('eve', ['G-A-14']).ok).toBe(true);
    sale.admit('fay');
    const lost = sale.lock('fay', ['S-A-3']);
    expect(lost).toMatchObject({ seatIds: ['S-A-3'] });
    expect('alternatives' in lost && lost.alternatives.slice(0, 2)).toEqual(['S-A-2', 'S-A-4']);
    await sale.desk.startPayment(held);
    sale.payments.pay(held.orderId);
    await sale.desk.settle(held);
    expect(sale.see(held).status).toBe('confirmed');
  });

  it('sells a seat that was left out to nobody, and again once it is back', async () => {
    const sale = new HandSale();
    sale.changePlan(draft(gold));
    sale.admit('ana');
    expect(sale.lock('ana', ['S-A-1'])).toMatchObject({
      code: 'seats_unavailable',
      alternatives: [],
    });
    sale.crash();
    expect(sale.lock('ana', ['S-A-1'])).toMatchObject({ code: 'seats_unavailable' });
    expect(sale.changePlan(draft(silver, gold)).ok).toBe(true);
    expect(sale.desk.seatsLeft()).toBe(200);
    expect(sale.lock('ana', ['S-A-1']).ok).toBe(true);
  });

  it('refunds late money for a seat that was left out meanwhile', async () => {
    const sale = new HandSale();
    const order = await sale.paying('ana', ['S-A-1']);
    await sale.pass(16 * MINUTE);
    expect(sale.see(order).status).toBe('expired');
    expect(sale.changePlan(draft(gold)).ok).toBe(true);
    sale.payments.intentOf(order.orderId).state = {
      state: 'succeeded',
      amountReceived: order.total,
    };
    await sale.desk.settle({ orderId: order.orderId, stripeEventId: 'evt_late' });
    await sale.settleDown();
    expect(sale.see(order)).toMatchObject({ status: 'refunded', items: [{ seatId: 'S-A-1' }] });
  });

  it('tells all who watch to load everything again, and a change gathered before it says nothing wrong', async () => {
    const sale = new HandSale();
    await sale.settleDown();
    sale.hold('ana', ['S-A-1']);
    const { version } = sale.desk.seats();
    sale.changePlan(draft(silver, gold));
    await sale.settleDown();
    const last = sale.frames.at(-1);
    expect(last?.from).toBeGreaterThan(version);
    expect(sale.frames.flatMap((frame) => frame.changes)).toEqual([]);
    expect(sale.desk.seats()).toMatchObject({ planVersion: 4, version: last?.version });
  });

  it('leaves what is held at its price when prices change (F9)', async () => {
    const sale = new HandSale();
    const order = sale.order('ana', ['G-A-1']);
    const dearer = categories.map((band) => ({
      ...band,
      price: { ...band.price, amount: band.price.amount * 2 },
    }));
    expect(sale.changePlan({ sections: [gold, silver], categories: dearer }).ok).toBe(true);
    expect(sale.see(order).total).toEqual({ amount: 750_000, currency: 'INR' });
    expect(sale.hold('ben', ['G-A-2']).total).toEqual({ amount: 1_500_000, currency: 'INR' });
  });

  it.each([
    ['a price band that is not there', { sections: [{ ...gold, categoryId: 'box' }], categories }],
    ['a section twice', draft(gold, gold)],
    ['a price band twice', { sections: [gold], categories: [...categories, ...categories] }],
    [
      'another currency',
      {
        sections: [gold],
        categories: categories.map((band) => ({
          ...band,
          price: { ...band.price, currency: 'JPY' },
        })),
      },
    ],
    [
      'more seats than a sale carries',
      draft({ ...gold, rows: Array(151).fill(1_000) as number[] }),
    ],
  ])('is refused with %s', (_, wanted) => {
    expect(new HandSale().changePlan(wanted)).toMatchObject({ ok: false, code: 'plan_invalid' });
  });

  it('makes a standing area smaller down to the last place that is somebody’s, and no smaller', () => {
    const floor = {
      shape: 'area',
      id: 'F',
      name: 'Floor',
      categoryId: 'gold',
      x: 0,
      y: 1,
    } as const;
    const area = (capacity: number) => ({ ...floor, width: 4, depth: 3, capacity });
    const sale = new HandSale();
    expect(sale.changePlan(draft(gold, silver, area(9)))).toEqual({ ok: true });
    sale.admit('ana');
    expect(sale.best('ana', { size: 3, section: 'F' })).toMatchObject({ ok: true });
    expect(sale.changePlan(draft(gold, silver, area(2)))).toMatchObject({
      ok: false,
      code: 'plan_seats_missing',
      seatIds: ['F-P3'],
    });
    expect(sale.changePlan(draft(area(3), gold, silver))).toEqual({ ok: true });
    expect(sale.desk.seatsLeft()).toBe(200);
    sale.admit('bob');
    expect(sale.best('bob', { size: 1, section: 'F' })).toEqual({ ok: false, code: 'none_left' });
    sale.now += 10 * MINUTE;
    expect(sale.best('bob', { size: 1, section: 'F' })).toMatchObject({ ok: true });
  });

  it('keeps of what was sold before only what orders may still name', () => {
    const sale = new HandSale();
    const shorter = { ...gold, rows: [5] };
    for (const plan of [draft(gold), draft(gold, silver), draft(shorter), draft(shorter)])
      expect(sale.changePlan(plan).ok).toBe(true);
    expect(sale.definition.earlierPlans?.map((plan) => plan.version)).toEqual([5]);
  });
});
