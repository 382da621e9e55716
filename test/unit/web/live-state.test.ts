import { describe, expect, it } from 'vitest';
import type { Tick } from '../../../durable-objects/core/tick.ts';
import type { FanPosition } from '../../../durable-objects/protocol/queue-rpc.ts';
import {
  ageMs,
  INITIAL_STATE,
  isCalled,
  needsAnswer,
  nextState,
  pollPaceMs,
  type LiveEvent,
  type LiveState,
} from '../../../web/src/live/state.ts';

function tick(seq: number, fields: Partial<Tick> = {}): Tick {
  return {
    v: 1,
    type: 'tick',
    eventId: 'concert' as Tick['eventId'],
    seq,
    at: seq * 1000,
    phase: 'open',
    opensAt: 0,
    lobby: 'fifo',
    cursor: 10,
    tail: 110,
    waiting: 100,
    admitted: 10,
    active: 5,
    joined: 110,
    left: 0,
    ratePerMinute: 60,
    reason: null,
    sketch: '',
    within: 0,
    seatsLeft: 500,
    pollMs: 4_000,
    ...fields,
  };
}

function position(fields: Partial<FanPosition> = {}): FanPosition {
  return {
    status: 'waiting',
    place: 60,
    order: 60,
    ahead: 50,
    etaSeconds: 50,
    pollMs: 2_000,
    joinedAt: 0,
    claimUntil: null,
    admission: null,
    receipt: null,
    ...fields,
  };
}

function after(...events: LiveEvent[]): LiveState {
  return events.reduce(nextState, INITIAL_STATE);
}

const heard = (message: Extract<LiveEvent, { type: 'heard' }>['message'], at = 0): LiveEvent => ({
  type: 'heard',
  at,
  message,
});

describe('the live state', () => {
  it('falls back to polling after two failures and is live again once the socket holds', () => {
    const down = after({ type: 'failed', replaced: false }, { type: 'failed', replaced: false });
    expect(down.connection).toBe('polling');
    const opened = nextState(down, { type: 'opened' });
    expect(opened.connection).toBe('polling');
    expect(nextState(opened, { type: 'stable' }).connection).toBe('live');
  });

  it('is live at once when the first socket opens', () => {
    expect(after({ type: 'opened' }).connection).toBe('live');
  });

  it('polls at once when another tab has taken the socket over', () => {
    expect(after({ type: 'opened' }, { type: 'failed', replaced: true })).toMatchObject({
      connection: 'polling',
      replaced: true,
    });
  });

  it('computes people ahead from its own order and the newest tick', () => {
    const state = after(heard({ v: 1, type: 'place', position: position() }), heard(tick(1)));
    expect(state.ahead).toBe(50);
    expect(nextState(state, heard(tick(2, { cursor: 30, waiting: 80 }))).ahead).toBe(30);
  });

  it('ignores a tick that is older than the one shown', () => {
    const state = after(
      heard({ v: 1, type: 'place', position: position() }),
      heard(tick(5, { cursor: 30, waiting: 80 })),
    );
    const late = nextState(state, { type: 'polledTick', at: 9, tick: tick(4) });
    expect(late.tick?.seq).toBe(5);
    expect(late.ahead).toBe(30);
  });

  it('tells when the number of people ahead grew, until it falls again', () => {
    const base = after(
      heard({ v: 1, type: 'place', position: position() }),
      heard(tick(1, { waiting: 90 })),
    );
    expect(base.ahead).toBe(45);
    const grown = nextState(base, heard(tick(2)));
    expect(grown).toMatchObject({ ahead: 50, wentBack: 5 });
    const fallen = nextState(grown, heard(tick(3, { cursor: 20, waiting: 90 })));
    expect(fallen).toMatchObject({ ahead: 40, wentBack: null });
  });

  it('takes the server’s own number while the frame says that it is not exact', () => {
    const rough = { within: 4 };
    const base = after(
      heard(tick(1, rough)),
      heard({ v: 1, type: 'place', position: position({ ahead: 37 }) }),
    );
    expect(base.ahead).toBe(37);
    expect(needsAnswer(base)).toBe(true);
    const later = nextState(base, heard(tick(4, rough)));
    expect(later.ahead).toBe(37);
    expect(nextState(later, heard(tick(9, rough))).ahead).toBe(50);
    expect(nextState(later, heard(tick(9))).ahead).toBe(50);
  });

  it('asks the server only for what the frame does not say', () => {
    expect(needsAnswer(INITIAL_STATE)).toBe(true);
    const waiting = after(heard(tick(1)), heard({ v: 1, type: 'place', position: position() }));
    expect(needsAnswer(waiting)).toBe(false);
    expect(needsAnswer(nextState(waiting, heard(tick(2, { cursor: 61 }))))).toBe(true);
    const lobby = position({ status: 'lobby' });
    const inLobby = after(
      heard(tick(1, { phase: 'lobby' })),
      heard({ v: 1, type: 'place', position: lobby }),
    );
    expect(needsAnswer(inLobby)).toBe(false);
    const drawing = nextState(inLobby, heard(tick(2, { phase: 'drawing' })));
    expect(needsAnswer(drawing)).toBe(false);
    expect(needsAnswer(nextState(drawing, heard(tick(3))))).toBe(true);
  });

  it('asks the sooner the nearer the turn', () => {
    const line = { tail: 2_000_010, waiting: 2_000_000, pollMs: 20_000 };
    const far = after(
      heard(tick(1, line)),
      heard({ v: 1, type: 'place', position: position({ order: 1_900_000 }) }),
    );
    expect(pollPaceMs(far)).toBe(20_000);
    const near = nextState(far, heard(tick(2, { ...line, cursor: 1_899_999, waiting: 100_011 })));
    expect(pollPaceMs(near)).toBeLessThan(5_000);
    const called = nextState(
      near,
      heard(tick(3, { ...line, cursor: 1_900_001, waiting: 100_009 })),
    );
    expect(pollPaceMs(called)).toBe(2_000);
    expect(pollPaceMs(INITIAL_STATE)).toBeNull();
  });

  it('does not call the draw of a lobby a step back', () => {
    const lobby = after(
      heard({ v: 1, type: 'place', position: position({ status: 'lobby', ahead: 5 }) }),
    );
    const drawn = nextState(lobby, heard({ v: 1, type: 'place', position: position() }));
    expect(drawn).toMatchObject({ standing: 'waiting', wentBack: null });
  });

  it('knows its turn from the tick alone, and not once inside', () => {
    const called = after(
      heard({ v: 1, type: 'place', position: position() }),
      heard(tick(1, { cursor: 61 })),
    );
    expect(isCalled(called)).toBe(true);
    const inside = nextState(
      called,
      heard({ v: 1, type: 'place', position: position({ status: 'admitted' }) }),
    );
    expect(isCalled(inside)).toBe(false);
  });

  it('keeps the admission it was given and drops it when the place is given up', () => {
    const inside = after(
      heard({ v: 1, type: 'place', position: position({ status: 'admitted' }) }),
      heard({ v: 1, type: 'admission', token: 'pass', until: 9 }),
    );
    expect(inside.admission).toEqual({ token: 'pass', until: 9 });
    const left = nextState(inside, heard({ v: 1, type: 'left' }));
    expect(left).toMatchObject({ standing: 'left', admission: null });
    const asked = nextState(left, { type: 'polledPosition', position: null, admission: null });
    expect(asked.standing).toBe('left');
  });

  it('measures the age of the number from when it was heard', () => {
    expect(ageMs(INITIAL_STATE, 5_000)).toBeNull();
    expect(ageMs(after(heard(tick(1), 2_000)), 5_000)).toBe(3_000);
    // The same frame again says nothing newer: the sale may be away.
    const again = after(heard(tick(1), 2_000), { type: 'polledTick', at: 60_000, tick: tick(1) });
    expect(ageMs(again, 60_000)).toBe(58_000);
  });
});
