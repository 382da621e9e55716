import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { account, OPENS_AT, SaleFixture, saleSettings } from '../../unit/queue/sale-fixture.ts';

/**
 * Invariants: places are dense and unique; the cursor never moves back; everyone below it was called
 * or had left; never more than `slots` inside; never more called in one beat than make `batchSize` come if
 * seven in ten stay away; whoever stays and comes in time gets in; the line drains; a clock that
 * steps back changes none of it, and neither opening nor closing is undone.
 */
const settingsOf = fc.record({
  batchSize: fc.integer({ min: 1, max: 20 }),
  everyMs: fc.constantFrom(1_000, 5_000, 30_000),
  slots: fc.integer({ min: 1, max: 30 }),
  claimWindowMs: fc.constantFrom(3_000, 20_000, 120_000),
  graceMs: fc.constantFrom(0, 10_000, 60_000),
  sessionMs: fc.constantFrom(5_000, 60_000, 600_000),
});

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ join: fc.integer({ min: 1, max: 15 }) }) },
  { weight: 3, arbitrary: fc.record({ leave: fc.nat() }) },
  { weight: 5, arbitrary: fc.record({ claim: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ end: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 90_000 }) }) },
  { weight: 1, arbitrary: fc.record({ waitWithoutAlarms: fc.integer({ min: 1, max: 90_000 }) }) },
  { weight: 1, arbitrary: fc.constant({ restart: true as const }) },
  { weight: 1, arbitrary: fc.record({ seats: fc.constantFrom(0, 5) }) },
  { weight: 1, arbitrary: fc.record({ paused: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ stepBack: fc.integer({ min: 1, max: 50_000 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Kind> ? Kind : never;

/** The naive model: plain arrays and sets, told only what callers are told. */
class Auditor {
  readonly sale: SaleFixture;
  places = 0;
  readonly left = new Set<number>();
  readonly calledAt = new Map<number, number>();
  readonly admitted = new Map<number, { claimedAt: number; until: number; ended: boolean }>();
  readonly calledInBeat = new Map<number, number>();
  cursor = 0;
  opened = false;
  /** The latest time: a clock that was set back a little is waited for. */
  time = 0;
  seq = 0;
  batch = 0;

  constructor(sale: SaleFixture) {
    this.sale = sale;
    sale.onPublish = ({ tick }) => {
      if (tick) this.check(tick);
    };
  }

  check(tick: ReturnType<SaleFixture['desk']['tick']>): void {
    const { settings } = this.sale;
    this.time = Math.max(this.time, this.sale.now);
    assert.ok(tick.seq > this.seq, 'seq');
    this.seq = tick.seq;
    assert.ok(tick.cursor >= this.cursor, 'the cursor moved back');
    const fresh: number[] = [];
    for (let place = this.cursor; place < tick.cursor; place++) {
      if (!this.left.has(place)) fresh.push(place);
    }
    this.cursor = tick.cursor;
    assert.ok(!this.opened || tick.phase !== 'lobby', 'opened, and in the lobby again');
    this.opened ||= tick.phase !== 'lobby';
    const { calls } = this.sale.desk.subscribe('auditor').claims;
    for (const place of fresh) {
      const call = calls.find(({ first, end }) => first <= place && place < end);
      const at = call?.calledAt ?? this.time;
      this.calledAt.set(place, at);
      const beat = Math.floor((at - settings.opensAt) / settings.admission.everyMs);
      this.calledInBeat.set(beat, (this.calledInBeat.get(beat) ?? 0) + 1);
    }
    for (const count of this.calledInBeat.values()) {
      assert.ok(
        count <= Math.ceil((1.05 * settings.admission.batchSize) / 0.3),
        'too many in a beat',
      );
    }
    assert.ok(this.inside() <= settings.admission.slots, 'too many inside');
    const waiting = Array.from({ length: this.places }, (_, place) => place).filter(
      (place) => place >= this.cursor && !this.left.has(place),
    );
    assert.equal(tick.waiting, waiting.length);
    assert.equal(tick.tail, this.places);
    assert.equal(tick.left, this.left.size);
  }

  inside(): number {
    const { settings } = this.sale;
    const now = this.time;
    const live = [...this.admitted.values()].filter((entry) => !entry.ended && entry.until > now);
    const open = [...this.calledAt].filter(
      ([place, at]) =>
        now < at + settings.admission.claimWindowMs &&
        !this.admitted.has(place) &&
        !this.left.has(place),
    );
    return live.length + open.length;
  }

  run(move: Step): void {
    if ('join' in move) this.join(move.join);
    else if ('leave' in move) this.leave(move.leave % (this.places + 2));
    else if ('claim' in move) this.claim(move.claim % (this.places + 2));
    else if ('end' in move) this.end(move.end % (this.places + 1));
    else if ('wait' in move) this.sale.advance(move.wait);
    else if ('waitWithoutAlarms' in move) this.sale.advance(move.waitWithoutAlarms, false);
    else if ('restart' in move) this.restart();
    else if ('seats' in move) this.setSeats(move.seats);
    else if ('stepBack' in move)
      this.sale.now = Math.max(this.time - 50_000, this.sale.now - move.stepBack);
    else this.sale.desk.setPaused(move.paused);
    this.check(this.sale.desk.tick());
  }

  /** An object that wakes somewhere else has another clock, which is right. */
  restart(): void {
    this.sale.now = this.time;
    this.sale.restart();
  }

  setSeats(seats: number): void {
    this.sale.seats = seats;
    this.sale.desk.seatsChanged();
  }

  join(count: number): void {
    this.batch += 1;
    const first = this.sale.join(this.batch, count);
    assert.deepEqual(
      first,
      Array.from({ length: count }, (_, i) => this.places + i),
    );
    assert.deepEqual(this.sale.join(this.batch, count), first);
    this.places += count;
  }

  leave(place: number): void {
    this.sale.desk.reportLeft({ child: 'test-event/leaf/0', places: [place, place] });
    if (place >= this.places) return;
    this.left.add(place);
    const admission = this.admitted.get(place);
    if (admission) admission.ended = true;
  }

  end(place: number): void {
    this.sale.desk.endAdmission(account(place));
    const admission = this.admitted.get(place);
    if (admission) admission.ended = true;
  }

  /** The outcome must be the one the model expects, and the same when asked again. */
  claim(place: number): void {
    this.check(this.sale.desk.tick());
    const before = this.admitted.get(place);
    const outcome = this.sale.claim(place);
    this.check(this.sale.desk.tick());
    const { settings } = this.sale;
    const now = this.time;
    const { claimWindowMs, graceMs, slots } = settings.admission;
    const at = this.calledAt.get(place);
    if (before) {
      const live = !before.ended && before.until > now;
      assert.equal(
        outcome.ok ? outcome.admission.claimedAt : outcome.code,
        live ? before.claimedAt : 'admission_expired',
      );
    } else if (at === undefined || this.left.has(place)) {
      assert.deepEqual(outcome, { ok: false, code: 'not_admitted' });
    } else if (now >= at + claimWindowMs + graceMs) {
      assert.deepEqual(outcome, { ok: false, code: 'admission_expired' });
    } else if (now >= at + claimWindowMs && this.inside() >= slots) {
      assert.equal(outcome.ok ? 'ok' : outcome.code, 'slots_full');
    } else {
      assert.ok(outcome.ok, 'called, in time, and refused');
      this.admitted.set(place, { ...outcome.admission, ended: false });
      assert.match(outcome.admission.admissionId, new RegExp(`_${place}$`));
      assert.deepEqual(this.sale.claim(place), outcome);
      const { admissionId, until } = outcome.admission;
      const known = this.sale.desk.admission(account(place), admissionId);
      assert.deepEqual(known, { state: 'live', until });
      assert.equal(this.sale.desk.admission(account(place + 1), admissionId).state, 'none');
    }
    assert.ok(this.inside() <= slots, 'too many inside');
  }
}

describe('admission', () => {
  it('keeps every promise of the line under any mix of joins, leavers, no-shows, claims and restarts', () => {
    let claims = 0;
    fc.assert(
      fc.property(
        settingsOf,
        fc.boolean(),
        fc.array(step, { maxLength: 80, size: 'max' }),
        (admission, early, moves) => {
          const settings = saleSettings({ admission });
          const sale = new SaleFixture(settings, early ? OPENS_AT - 20_000 : OPENS_AT);
          const auditor = new Auditor(sale);
          for (const move of moves) auditor.run(move);
          claims += auditor.admitted.size;
        },
      ),
      { numRuns: 200 },
    );
    // Of 26 runs the fewest had 83, the mean 130: the moves are such that people come in.
    expect(claims).toBeGreaterThan(50);
  });

  it('drains the line with leavers and no-shows, in order, losing nobody who stays', () => {
    fc.assert(
      fc.property(
        settingsOf,
        fc.integer({ min: 1, max: 60 }),
        fc.infiniteStream(fc.constantFrom('stay', 'leave', 'absent')),
        fc.boolean(),
        (admission, fans, habits, alarms) => {
          const sale = new SaleFixture(saleSettings({ admission }), OPENS_AT - 5_000);
          const places = sale.join(1, fans);
          const habit = places.map(() => habits.next().value ?? 'stay');
          const leavers = places.filter((place) => habit[place] === 'leave');
          sale.desk.reportLeft({ child: 'test-event/leaf/0', places: leavers });
          const inside: number[] = [];
          for (let turn = 0; turn < 5_000 && sale.desk.tick().waiting > 0; turn++) {
            // Without alarms, only somebody's question moves the line.
            sale.advance(1_000, alarms);
            const { cursor } = sale.desk.subscribe('test-event/leaf/0').tick;
            for (let place = 0; place < cursor; place++) {
              if (habit[place] !== 'stay' || inside.includes(place)) continue;
              expect(sale.claim(place).ok).toBe(true);
              inside.push(place);
              sale.desk.endAdmission(account(place));
            }
          }
          expect(sale.desk.tick().waiting).toBe(0);
          expect(inside).toEqual(places.filter((place) => habit[place] === 'stay'));
        },
      ),
      { numRuns: 60 },
    );
  });
});
