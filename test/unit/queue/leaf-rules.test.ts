import { describe, expect, it } from 'vitest';
import { CallLog } from '../../../durable-objects/core/call-log.ts';
import { callOf, callState } from '../../../durable-objects/core/calls.ts';
import { JoinWindow } from '../../../durable-objects/core/join-window.ts';
import { admissionIdOf, placeOfAdmission } from '../../../durable-objects/core/place-order.ts';
import type { Tick } from '../../../durable-objects/core/tick.ts';

const LIMIT = { max: 3, windowMs: 10_000 };

describe('the join window', () => {
  it('lets so many through in any window, and says exactly when the next may come', () => {
    const window = new JoinWindow();
    expect([0, 1_000, 2_000].map((at) => window.take('a', LIMIT, at))).toEqual([0, 0, 0]);
    expect(window.take('a', LIMIT, 3_000)).toBe(7_000);
    expect(window.take('b', LIMIT, 3_000)).toBe(0);
    expect(window.take('a', LIMIT, 9_999)).toBe(1);
    expect(window.take('a', LIMIT, 10_000)).toBe(0);
    expect(window.take('a', LIMIT, 10_500)).toBe(500);
  });

  it('does not count what was refused or taken back', () => {
    const window = new JoinWindow();
    for (let n = 0; n < 20; n++) {
      expect(window.take('a', LIMIT, n)).toBe(0);
      window.refund('a');
    }
  });

  it('shuts nobody out for longer than a window when the clock steps back', () => {
    const window = new JoinWindow();
    for (let n = 0; n < 3; n++) window.take('a', LIMIT, 1_000_000);
    expect(window.take('a', LIMIT, 500_000)).toBe(0);
  });

  it('forgets accounts whose window is over', () => {
    const window = new JoinWindow();
    for (let n = 0; n < 20_000; n++) window.take(`fan-${n}`, LIMIT, n * 10);
    expect(window.size).toBeLessThan(9_000);
  });
});

function tick(at: number, cursor: number, calls: Tick['calls']): Tick {
  return { at, cursor, calls } as unknown as Tick;
}

describe('the call log of a leaf', () => {
  it('knows nothing before the whole list, then follows tick by tick', () => {
    const log = new CallLog();
    expect(log.take(tick(1_000, 5, [[5, 100]]))).toBe(false);
    expect(log.of(2)).toBe('unknown');
    log.reset([{ first: 3, end: 5, calledAt: 900 }], 5);
    expect(log.of(2)).toBe('past');
    expect(log.of(3)).toEqual({ first: 3, end: 5, calledAt: 900 });
    const next: Tick['calls'] = [
      [2, 1_100],
      [4, 200],
    ];
    expect(log.take(tick(2_000, 9, next))).toBe(true);
    expect(log.of(8)).toEqual({ first: 5, end: 9, calledAt: 1_800 });
    expect(log.of(9)).toBe('unknown');
  });

  it('notices calls that it missed', () => {
    const log = new CallLog();
    log.reset([], 5);
    expect(log.take(tick(9_000, 20, [[10, 0]]))).toBe(false);
    expect(log.of(12)).toBe('unknown');
    expect(log.take(tick(9_000, 20, undefined))).toBe(false);
  });

  it('forgets calls whose time is over: they are past', () => {
    const log = new CallLog();
    log.reset([{ first: 0, end: 5, calledAt: 900 }], 5);
    log.prune(901);
    expect(log.of(2)).toBe('past');
  });
});

describe('a call', () => {
  it('is open for its window, then in grace, then lapsed, to the millisecond', () => {
    const call = { first: 0, end: 1, calledAt: 1_000 };
    const windows = { claimWindowMs: 100, graceMs: 50 };
    const states = [1_000, 1_099, 1_100, 1_149, 1_150].map((now) => callState(call, windows, now));
    expect(states).toEqual(['window', 'window', 'grace', 'grace', 'lapsed']);
  });

  it('is found by any of its orders and by no other', () => {
    const calls = [
      { first: 2, end: 4, calledAt: 1 },
      { first: 4, end: 9, calledAt: 2 },
    ];
    const found = [0, 1, 2, 3, 4, 8, 9].map((order) => callOf(calls, order)?.calledAt);
    expect(found).toEqual([undefined, undefined, 1, 1, 2, 2, undefined]);
  });
});

describe('an admission id', () => {
  it('names event and place, and nothing else passes for one', () => {
    const admissionId = admissionIdOf('my-event', 12);
    expect(placeOfAdmission('my-event', admissionId)).toBe(12);
    const others = ['adm_my-event_012', 'adm_other_12', 'adm_my-event_', 'adm_my-event_1e3', ''];
    expect(others.map((id) => placeOfAdmission('my-event', id))).toEqual(others.map(() => null));
  });
});
