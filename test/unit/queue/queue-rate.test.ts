import { describe, expect, it } from 'vitest';
import { account, SaleFixture, saleSettings } from './sale-fixture.ts';

describe('the rate', () => {
  it('is what payments take, when the organiser wants more', () => {
    const admission = { batchSize: 500, slots: 5_000, ordersPerSecond: 2 };
    const sale = new SaleFixture(saleSettings({ admission }));
    sale.join(1, 1_000);
    sale.seats = 10_000;
    const tick = sale.desk.tick();
    expect(tick).toMatchObject({ cursor: 60, ratePerMinute: 120, reason: 'payments_slow' });
  });

  it('F15: halves when payments refuse for frequency, says why, and comes back with them', () => {
    const sale = new SaleFixture(saleSettings({ admission: { slots: 5_000 } }));
    sale.seats = 10_000;
    sale.join(1, 2_000);
    expect(sale.desk.tick()).toMatchObject({ cursor: 50, reason: null });
    sale.paymentShare = 0.5;
    sale.desk.seatsChanged();
    expect(sale.desk.tick()).toMatchObject({ reason: 'payments_slow' });
    sale.advance(120_000);
    const slow = sale.desk.tick();
    expect(slow.reason).toBe('payments_slow');
    expect(slow.cursor).toBeLessThanOrEqual(50 + 4 * 27);
    expect(slow.cursor).toBeGreaterThanOrEqual(50 + 4 * 20);
    sale.paymentShare = 1;
    sale.advance(120_000);
    const after = sale.desk.tick();
    expect(after.reason).toBe(null);
    expect(after.cursor - slow.cursor).toBeGreaterThanOrEqual(4 * 45);
  });

  it('takes what Stripe takes for what payments take, unless it is set', () => {
    const { ordersPerSecond, ...admission } = saleSettings({}).admission;
    expect(ordersPerSecond).toBeGreaterThan(1_000);
    const settings = { ...saleSettings({}), admission: { ...admission, batchSize: 1_000 } };
    const sale = new SaleFixture({
      ...settings,
      admission: { ...settings.admission, slots: 5_000 },
    });
    sale.seats = 10_000;
    sale.join(1, 2_000);
    sale.advance(1_000);
    expect(sale.desk.tick().cursor).toBe((25 / 2) * 30);
  });

  it('leaves everybody who is inside a seat to find, and says so', () => {
    const sale = new SaleFixture(saleSettings({}));
    sale.seats = 5;
    sale.join(1, 100);
    expect(sale.desk.tick()).toMatchObject({ cursor: 5, reason: 'seats_low' });
    for (let place = 0; place < 5; place++) sale.claim(place);
    sale.advance(30_000);
    expect(sale.desk.tick().cursor).toBe(5);
    // Four of them hold one each, and one is given back: somebody else may come and choose.
    for (let place = 0; place < 4; place++) sale.desk.tookSeats(account(place), 1);
    sale.holding = 4;
    sale.seats = 2;
    sale.advance(1_000);
    sale.desk.seatsChanged();
    sale.advance(1_000);
    expect(sale.desk.tick()).toMatchObject({ cursor: 6, reason: 'seats_low' });
  });

  it('believes those who look round for long less and less, whatever else happens', () => {
    const sale = new SaleFixture(saleSettings({}));
    sale.seats = 5;
    sale.join(1, 100);
    let inside = 0;
    const letIn = (minutes: number): number => {
      for (let second = 0; second < minutes * 60; second++) {
        sale.advance(1_000);
        for (; inside < sale.desk.tick().cursor; inside++) sale.claim(inside);
      }
      return inside;
    };
    expect(letIn(1)).toBe(5);
    // Nobody takes any: after nine minutes two more have been let in beside those who look.
    expect(letIn(8)).toBe(7);
  });

  it('counts on as many seats for each of those inside as the others took', () => {
    const sale = new SaleFixture(saleSettings({ admission: { slots: 1_000 } }));
    sale.seats = 2_000;
    sale.join(1, 1_000);
    for (let beat = 0; beat < 8; beat++) {
      sale.advance(1_000);
      for (let place = 50 * beat; place < 50 * beat + 50; place++) sale.claim(place);
      if (beat === 7) break;
      expect(sale.desk.tick()).toMatchObject({ cursor: 50 * beat + 50, reason: null });
      sale.advance(20_000);
      for (let place = 50 * beat; place < 50 * beat + 50; place++)
        sale.desk.tookSeats(account(place), 4);
      sale.holding += 50;
      sale.advance(9_000);
    }
    // Half a minute later nine in ten of the last 50 are still expected to take four each.
    sale.seats = 240;
    sale.advance(29_000);
    expect(sale.desk.tick()).toMatchObject({ cursor: 414, reason: 'seats_low' });
    // What they do once there is nothing left to take says nothing of them.
    const { takes, chooseMs } = sale.store.state() ?? {};
    sale.seats = 3;
    sale.advance(300_000);
    expect(sale.store.state()).toMatchObject({ takes, chooseMs });
  });

  it('calls more people the fewer come, and still never more than the slots', () => {
    const admission = { slots: 400, claimWindowMs: 60_000 };
    const sale = new SaleFixture(saleSettings({ admission }));
    sale.join(1, 5_000);
    const cursors: number[] = [];
    let claimed = 0;
    for (let beat = 0; beat < 20; beat++) {
      const { cursor } = sale.desk.tick();
      for (; claimed < cursor; claimed++) if (claimed % 5 < 2) sale.claim(claimed);
      cursors.push(cursor);
      sale.advance(30_000);
      expect(sale.desk.tick().active).toBeLessThanOrEqual(400);
    }
    const steps = cursors.map((cursor, n) => cursor - (cursors[n - 1] ?? 0));
    expect(steps.slice(0, 2)).toEqual([50, 50]);
    expect(Math.max(...steps)).toBeGreaterThan(100);
    expect(Math.max(...steps)).toBeLessThanOrEqual(Math.ceil((1.05 * 50) / 0.3));
  });
});
