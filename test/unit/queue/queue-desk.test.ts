import { describe, expect, it } from 'vitest';
import { genesis, verifyChain } from '../../../durable-objects/core/fairness/grant-chain.ts';
import { etaSeconds, peopleAhead, publicTick } from '../../../durable-objects/core/tick.ts';
import type { EventId } from '../../../durable-objects/core/ids.ts';
import type { SaleDefinition } from '../../../durable-objects/core/sale.ts';
import { FRAME_BYTES, frameOf } from '../../../durable-objects/event-sale/queue-frame.ts';
import { QueueLine } from '../../../durable-objects/event-sale/queue-line.ts';
import { MemoryQueueStore } from '../../../durable-objects/storage/queue-store-memory.ts';
import { LIMITS } from '../../../durable-objects/protocol/limits.ts';
import { account, batchOf, OPENS_AT, rootOf, SaleFixture, saleSettings } from './sale-fixture.ts';

const LEAF = 'test-event/leaf/0';
const TERMS = { eventId: 'test-event' as EventId, opensAt: OPENS_AT, draw: null };
const NO_DRAW = { terms: TERMS, lobby: null, done: true };

describe('granting', () => {
  it('writes each range into a chain that anybody can verify, over restarts, and repeats what it gave', () => {
    const sale = new SaleFixture(saleSettings({}), OPENS_AT - 60_000);
    const requests = [batchOf(1, 3), batchOf(1, 2, 'test-event/relay/1'), batchOf(2, 4)];
    const outcomes = requests.map((request) => {
      const outcome = sale.desk.grant(request);
      expect(sale.desk.grant(request)).toMatchObject({ ...outcome, tick: {} });
      sale.restart();
      return outcome;
    });
    const granted = outcomes.filter((outcome) => outcome.ok);
    expect(granted.map(({ grant, path }) => [grant.first, grant.count, path])).toEqual([
      [0, 3, ''],
      [3, 2, ''],
      [5, 4, ''],
    ]);
    const links = granted.map(({ link }) => link);
    expect(links.map(({ root }) => root)).toEqual(requests.map(({ root }) => root));
    const verified = verifyChain(genesis(TERMS), links);
    expect(verified).toMatchObject({ ok: true, chain: { head: granted[2]?.head, tail: 9 } });
  });

  it('takes another batch under a number already used for a bug', () => {
    const sale = new SaleFixture(saleSettings({}));
    sale.join(1, 3);
    expect(() => sale.desk.grant(batchOf(1, 4))).toThrow('another batch');
    expect(() => sale.desk.grant({ ...batchOf(1, 3), root: rootOf(9) })).toThrow('another batch');
    expect(sale.desk.tick().joined).toBe(3);
  });
});

describe('opening and calling', () => {
  it('calls nobody in the lobby, the first batch at opening, and the next a beat later', () => {
    const sale = new SaleFixture(saleSettings({}), OPENS_AT - 60_000);
    sale.join(1, 120);
    sale.advance(59_000);
    expect(sale.desk.tick()).toMatchObject({ phase: 'lobby', cursor: 0, reason: 'not_open' });
    sale.advance(1_000);
    expect(sale.desk.tick()).toMatchObject({ phase: 'open', cursor: 50, waiting: 70, active: 50 });
    sale.advance(29_000);
    expect(sale.desk.tick().cursor).toBe(50);
    sale.advance(1_000);
    expect(sale.desk.tick().cursor).toBe(100);
  });

  it('calls a newcomer at once when nobody is ahead and the beat has room', () => {
    const sale = new SaleFixture(saleSettings({}), OPENS_AT + 7_000);
    sale.join(1, 1);
    expect(sale.desk.tick()).toMatchObject({ cursor: 1, waiting: 0 });
    sale.advance(2_000);
    sale.join(2, 1);
    expect(sale.desk.tick().cursor).toBe(2);
  });

  it('saves nothing up while nobody comes', () => {
    const sale = new SaleFixture(saleSettings({}), OPENS_AT + 3_600_000);
    sale.join(1, 500);
    sale.advance(1_000);
    expect(sale.desk.tick().cursor).toBe(50);
  });

  it('stops when full, says why, and goes on when one leaves', () => {
    const sale = new SaleFixture(saleSettings({ admission: { slots: 10 } }));
    sale.join(1, 30);
    expect(sale.desk.tick()).toMatchObject({ cursor: 10, active: 10, reason: 'slots_full' });
    for (let place = 0; place < 10; place++) expect(sale.claim(place).ok).toBe(true);
    sale.advance(60_000);
    expect(sale.desk.tick().cursor).toBe(10);
    sale.desk.endAdmission(account(3));
    sale.advance(1_000);
    expect(sale.desk.tick()).toMatchObject({ cursor: 11, active: 10 });
    sale.desk.reportLeft({ child: LEAF, places: [4] });
    sale.advance(1_000);
    expect(sale.desk.tick()).toMatchObject({ cursor: 12, left: 1 });
    sale.advance(600_000);
    expect(sale.desk.tick().cursor).toBeGreaterThan(20);
  });

  it('passes over leavers: the cursor counts people, not numbers', () => {
    const sale = new SaleFixture(saleSettings({ admission: { batchSize: 3 } }), OPENS_AT - 1_000);
    sale.join(1, 10);
    sale.desk.reportLeft({ child: LEAF, places: [0, 1, 4] });
    sale.advance(1_000);
    expect(sale.desk.tick()).toMatchObject({ cursor: 6, admitted: 3, waiting: 4 });
  });

  it('stops calling when paused or sold out, goes on afterwards, and refuses joins once closed', () => {
    const sale = new SaleFixture(saleSettings({ admission: { batchSize: 1 } }));
    sale.desk.setPaused(true);
    sale.join(1, 3);
    sale.advance(90_000);
    expect(sale.desk.tick()).toMatchObject({ phase: 'paused', reason: 'paused', cursor: 0 });
    sale.restart();
    expect(sale.desk.tick().phase).toBe('paused');
    sale.desk.setPaused(false);
    expect(sale.desk.tick().cursor).toBe(1);
    sale.seats = 0;
    sale.desk.seatsChanged();
    sale.advance(90_000);
    expect(sale.desk.tick()).toMatchObject({ phase: 'sold_out', reason: 'sold_out', cursor: 1 });
    sale.seats = 2;
    sale.desk.seatsChanged();
    sale.advance(1_000);
    expect(sale.desk.tick().cursor).toBe(2);
    sale.now = sale.settings.closesAt;
    expect(sale.desk.grant(batchOf(2, 1))).toMatchObject({
      code: 'sale_closed',
    });
    expect(sale.desk.grant(batchOf(1, 3))).toMatchObject({ ok: true });
  });

  it('gives nobody more and nobody less when the clock steps back', () => {
    const sale = new SaleFixture(saleSettings({}), OPENS_AT + 300_000);
    sale.join(1, 200);
    expect(sale.desk.tick().cursor).toBe(50);
    sale.now -= 120_000;
    sale.desk.subscribe(LEAF);
    expect(sale.desk.tick().cursor).toBe(50);
    expect(sale.claim(7).ok).toBe(true);
    sale.advance(31_000);
    expect(sale.desk.tick().cursor).toBe(100);
  });

  it('lets nobody in with a place that another account has come in with', () => {
    const sale = new SaleFixture(saleSettings({}));
    sale.join(1, 3);
    expect(sale.claim(0).ok).toBe(true);
    const stranger = { accountId: account(9), place: 0 };
    expect(sale.desk.claim(stranger)).toEqual({ ok: false, code: 'not_admitted' });
    const admissionId = 'adm_test-event_0';
    expect(sale.desk.admission(account(9), admissionId).state).toBe('none');
    expect(sale.desk.admission(account(0), admissionId).state).toBe('live');
  });

  it('keeps a slot for one who missed the window and asked to come in', () => {
    const sale = new SaleFixture(saleSettings({ admission: { slots: 1 } }));
    sale.join(1, 3);
    sale.advance(121_000);
    expect(sale.desk.tick().cursor).toBe(2);
    expect(sale.claim(1).ok).toBe(true);
    expect(sale.claim(0)).toMatchObject({ code: 'slots_full' });
    sale.desk.endAdmission(account(1));
    sale.advance(1_000);
    expect(sale.claim(0)).toMatchObject({ ok: true });
    expect(sale.desk.tick().cursor).toBe(2);
  });
});

describe('a clock that steps', () => {
  it('neither closes a lobby again nor opens a sale that is over', () => {
    const sale = new SaleFixture(
      saleSettings({ sale: { closesAt: OPENS_AT + 600_000 } }),
      OPENS_AT,
    );
    sale.join(1, 80);
    expect(sale.desk.tick().phase).toBe('open');
    sale.now = OPENS_AT - 3_600_000;
    sale.desk.subscribe(LEAF);
    expect(sale.desk.tick()).toMatchObject({ phase: 'open', cursor: 50 });
    sale.restart();
    expect(sale.desk.tick().phase).toBe('open');
    sale.now = OPENS_AT + 600_000;
    sale.desk.subscribe(LEAF);
    expect(sale.desk.tick().phase).toBe('closed');
    sale.now = OPENS_AT + 1_000;
    expect(sale.desk.grant(batchOf(2, 1))).toMatchObject({ code: 'sale_closed' });
    sale.restart();
    expect(sale.desk.tick()).toMatchObject({ phase: 'closed', cursor: 50 });
  });

  it('opens no window again that was over, and gives no slot away twice', () => {
    const sale = new SaleFixture(saleSettings({ admission: { slots: 10 } }));
    sale.join(1, 30);
    sale.advance(121_000);
    expect(sale.desk.tick()).toMatchObject({ cursor: 20, active: 10 });
    sale.now -= 40_000;
    expect(sale.desk.tick().active).toBe(10);
    expect(sale.claim(0)).toMatchObject({ code: 'slots_full' });
    // One set back by far more than clocks are was wrong before; then too nobody is let in beyond the slots.
    sale.now -= 100_000;
    for (let place = 0; place < 20; place++) sale.claim(place);
    expect(sale.desk.tick().active - 10).toBeLessThanOrEqual(10);
    expect(sale.store.liveAdmissions(sale.now)).toHaveLength(10);
  });
});

describe('a clock that was set back by hours', () => {
  it('stops neither line nor ticks, though nobody asks anything but the cron', () => {
    const admission = { batchSize: 5, everyMs: 1_000, slots: 1_000, claimWindowMs: 20_000 };
    const sale = new SaleFixture(saleSettings({ admission }), OPENS_AT + 5 * 3_600_000);
    sale.join(1, 9_000);
    sale.advance(60_000);
    const before = sale.desk.tick().cursor;
    sale.now -= 4 * 3_600_000;
    sale.desk.nudge();
    sale.published.length = 0;
    sale.advance(10 * 60_000);
    const told = sale.published.flatMap(({ tick }) => (tick === undefined ? [] : [tick]));
    expect(told.at(-1)?.cursor).toBeGreaterThan(before + 5 * 550);
  });

  it('leaves nobody without a tick where the line stands still', () => {
    const sale = new SaleFixture(saleSettings({}), OPENS_AT + 5 * 3_600_000);
    sale.desk.setPaused(true);
    sale.join(1, 100);
    sale.advance(60_000);
    sale.now -= 4 * 3_600_000;
    sale.desk.nudge();
    sale.published.length = 0;
    sale.advance(60_000);
    expect(sale.published.length).toBeGreaterThanOrEqual(5);
  });
});

describe('the tick', () => {
  it('takes changes of seats along, so that both cost one call for each child', () => {
    const sale = new SaleFixture(saleSettings({}));
    sale.join(1, 3);
    sale.advance(2_000);
    const before = sale.published.length;
    sale.changes.push('seats');
    sale.desk.seatsChanged();
    sale.advance(1_000);
    expect(sale.published.slice(before)).toMatchObject([{ seats: 'seats', tick: { joined: 3 } }]);
  });

  it('comes when something changed, once a second at most, and as a heartbeat while somebody waits', () => {
    const sale = new SaleFixture(saleSettings({ admission: { slots: 1 } }));
    sale.join(1, 5);
    sale.advance(1);
    const after = sale.published.length;
    for (let batch = 2; batch < 12; batch++) {
      sale.join(batch, 1);
      sale.advance(50);
    }
    sale.advance(1_000);
    expect(sale.published.length - after).toBeLessThanOrEqual(2);
    expect(sale.published.at(-1)?.tick?.joined).toBe(15);
    const before = sale.published.length;
    sale.advance(100_000);
    const beats = sale.published.slice(before).map(({ tick }) => tick?.at ?? 0);
    const gaps = beats.map((at, i) => at - (beats[i - 1] ?? at));
    expect(beats.length).toBeGreaterThan(8);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10_000);
  });

  it('comes again within ten seconds while somebody is called who may not have heard of it', () => {
    const sale = new SaleFixture(saleSettings({}));
    sale.join(1, 1);
    sale.advance(2_000);
    // The frame with the call was lost on its way, and the line is empty now.
    sale.published.length = 0;
    sale.advance(LIMITS.tickMaxMs + 1_000);
    expect(sale.published.at(-1)).toMatchObject({ tick: { cursor: 1, waiting: 0 } });
    expect(sale.claim(0).ok).toBe(true);
    sale.advance(2_000);
    sale.published.length = 0;
    sale.advance(60_000);
    expect(sale.published.length).toBeLessThanOrEqual(1);
  });

  it('is silent when nobody waits and nobody is inside', () => {
    const sale = new SaleFixture(saleSettings({}));
    sale.join(1, 1);
    sale.claim(0);
    sale.desk.endAdmission(account(0));
    sale.advance(5_000);
    const before = sale.published.length;
    sale.advance(3_600_000);
    expect(sale.published.length - before).toBeLessThanOrEqual(1);
  });

  it('comes within a second of a wake: the one that died may not have told what it did', () => {
    const sale = new SaleFixture(saleSettings({ admission: { slots: 1 } }));
    sale.join(1, 5);
    sale.advance(2_000);
    sale.join(2, 1);
    sale.restart();
    sale.published.length = 0;
    sale.advance(1_000);
    expect(sale.published.at(-1)?.tick).toMatchObject({ joined: 6, cursor: 1 });
  });

  it('goes on counting after a restart', () => {
    const sale = new SaleFixture(saleSettings({}));
    let last = 0;
    for (let n = 0; n < 5; n++) {
      for (let i = 0; i < 700; i++) {
        const { seq } = sale.desk.tick();
        expect(seq).toBeGreaterThan(last);
        last = seq;
      }
      sale.restart();
    }
  });

  it('says how fast the line moved while somebody waited, and the set rate before', () => {
    const sale = new SaleFixture(saleSettings({ admission: { slots: 10, sessionMs: 60_000 } }));
    expect(sale.desk.tick().ratePerMinute).toBe(100);
    sale.join(1, 500);
    for (let second = 0; second < 900; second++) {
      sale.advance(1_000);
      const { cursor } = sale.desk.tick();
      for (let place = Math.max(0, cursor - 10); place < cursor; place++) sale.claim(place);
    }
    const { ratePerMinute } = sale.desk.tick();
    expect(ratePerMinute).toBeGreaterThan(7);
    expect(ratePerMinute).toBeLessThan(13);
    const idle = new SaleFixture(saleSettings({}));
    idle.join(1, 2);
    idle.advance(600_000);
    idle.join(2, 2);
    idle.advance(60_000);
    expect(idle.desk.tick().ratePerMinute).toBe(100);
  });

  it('lets everybody compute people ahead and the wait from it alone', () => {
    const sale = new SaleFixture(saleSettings({}), OPENS_AT - 1_000);
    sale.join(1, 200);
    sale.desk.reportLeft({ child: LEAF, places: [60, 70, 150] });
    expect(etaSeconds(sale.desk.tick(), 199)).toBeNull();
    sale.advance(1_000);
    const tick = sale.desk.tick();
    expect(peopleAhead(tick, 20)).toBe(0);
    expect(peopleAhead(tick, 50)).toBe(0);
    expect(peopleAhead(tick, 61)).toBe(10);
    expect(peopleAhead(tick, 199)).toBe(146);
    expect(etaSeconds(tick, 20)).toBe(0);
    expect(etaSeconds(tick, 199)).toBe(Math.ceil((147 * 60) / 100));
  });

  it.each([0, 1, 40, 5_000, 400_000])(
    'fits into 1 KB with the largest numbers and %i departures, and is as exact as it should be',
    (departures) => {
      const settings = saleSettings({ admission: { claimWindowMs: 1e9 } });
      const line = new QueueLine(new MemoryQueueStore(), NO_DRAW, () => settings, OPENS_AT);
      line.grant(batchOf(1, 13_000_000), OPENS_AT);
      const seats = { seatsLeft: () => 150_000, holding: () => 0, paymentShare: () => 1 };
      for (let n = 1; n <= 5; n++) line.advance(OPENS_AT + n * 30_000, seats);
      const leavers = Array.from({ length: departures }, (_, i) => 12_999_990 - i * 31);
      line.depart(leavers, OPENS_AT);
      const definition = {
        eventId: 'e'.repeat(64) as EventId,
        settings: { ...settings, leaves: 1_600 },
      } as SaleDefinition;
      const tick = frameOf(definition, line, 12_345_678, line.view(OPENS_AT + 151_000, seats));
      const drawn = { ...tick, lobby: 'draw', draw: { n: 13_000_000, seed: 'A'.repeat(43) } };
      expect(JSON.stringify(tick).length).toBeLessThanOrEqual(FRAME_BYTES);
      expect(JSON.stringify({ ...drawn, sketch: '' }).length).toBeLessThan(600);
      expect(tick.within).toBeLessThanOrEqual(1);
      expect(peopleAhead(tick, 13_000_000)).toBe(tick.waiting);
    },
  );

  it('fits into 1 KB too when those who left stood anywhere, and uses what room there is', () => {
    const settings = saleSettings({ admission: { claimWindowMs: 1e9 } });
    const line = new QueueLine(new MemoryQueueStore(), NO_DRAW, () => settings, OPENS_AT);
    line.grant(batchOf(1, 1_000_000), OPENS_AT);
    const seats = { seatsLeft: () => 150_000, holding: () => 0, paymentShare: () => 1 };
    for (let n = 1; n <= 5; n++) line.advance(OPENS_AT + n * 30_000, seats);
    // Gaps of all lengths, each as likely as the next: nothing to foresee.
    let state = 1;
    const leavers: number[] = [];
    for (let at = 300; at < 999_000;) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      const gap = Math.floor(2 ** ((state / 2 ** 31) * 10));
      for (let n = 0; n < gap; n++) leavers.push(at + n);
      at += gap + 2;
    }
    line.depart(leavers, OPENS_AT);
    const definition = {
      eventId: 'e'.repeat(64) as EventId,
      settings: { ...settings, leaves: 1_600 },
    } as SaleDefinition;
    const view = line.view(OPENS_AT + 151_000, seats);
    const bytes = JSON.stringify(publicTick(frameOf(definition, line, 12_345_678, view))).length;
    expect(bytes).toBeLessThanOrEqual(FRAME_BYTES);
    expect(bytes).toBeGreaterThan(FRAME_BYTES * 0.8);
  });
});
