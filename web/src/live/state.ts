import {
  peopleAhead,
  pollAfterMs,
  SHORTEST_POLL_MS,
} from '../../../durable-objects/protocol/queue-browser.ts';
import type { ErrorCode } from '../../../durable-objects/protocol/errors.ts';
import type { ServerMessage } from '../../../durable-objects/protocol/live.ts';
import type { FanPosition } from '../../../durable-objects/protocol/queue-rpc.ts';
import type { Tick } from '../../../durable-objects/core/tick.ts';

/** How the page hears of changes. `polling`: the socket cannot be had, the page asks instead. */
export type Connection = 'connecting' | 'live' | 'polling' | 'offline';

/** What the page knows of the fan's place. `unknown` until the first answer. */
export type Standing = 'unknown' | 'none' | 'left' | FanPosition['status'];

/** A claimed admission as the browser keeps it. */
export interface AdmissionPass {
  token: string;
  /** Epoch ms, server time. */
  until: number;
}

/** Everything heard about one event's queue. */
export interface LiveState {
  connection: Connection;
  /** Socket tries that failed in a row. */
  failures: number;
  /** Another tab or device of the account has taken the socket over. */
  replaced: boolean;
  tick: Tick | null;
  /** When the tick was heard, by this device's clock. */
  heardAt: number | null;
  standing: Standing;
  position: FanPosition | null;
  /** The tick that was known when the position was heard. */
  positionSeq: number;
  admission: AdmissionPass | null;
  /** People ahead by the newest of place and tick; null when not waiting. */
  ahead: number | null;
  /** Set when people ahead grew: the number went back, and by how many. Null again once it falls. */
  wentBack: number | null;
  /** The last refusal over the socket, until something good is heard. */
  refusal: { code: ErrorCode; retryAfterMs: number | null } | null;
}

/** What can happen to the state. Times are by this device's clock. */
export type LiveEvent =
  | { type: 'opened' }
  /** The socket has held for a while. */
  | { type: 'stable' }
  | { type: 'failed'; replaced: boolean }
  | { type: 'offline' }
  | { type: 'heard'; at: number; message: ServerMessage }
  | { type: 'polledTick'; at: number; tick: Tick }
  | { type: 'polledPosition'; position: FanPosition | null; admission: AdmissionPass | null };

/** Failures in a row after which the page polls and says so. */
export const FAILURES_BEFORE_POLLING = 2;

/** Nothing heard yet. */
export const INITIAL_STATE: LiveState = {
  connection: 'connecting',
  failures: 0,
  replaced: false,
  tick: null,
  heardAt: null,
  standing: 'unknown',
  position: null,
  positionSeq: 0,
  admission: null,
  ahead: null,
  wentBack: null,
  refusal: null,
};

/**
 * A tick is taken only when it is newer than the one shown: frames may overtake each other between socket and polling,
 * and one that is asked for again while the sale is away is as old as it was.
 */
function withTick(state: LiveState, tick: Tick | null, at: number): LiveState {
  if (!tick) return state;
  if (state.tick && tick.seq <= state.tick.seq) return state;
  return { ...state, tick, heardAt: at };
}

function withPosition(state: LiveState, position: FanPosition | null): LiveState {
  if (!position) {
    const standing = state.standing === 'left' ? 'left' : 'none';
    return { ...state, standing, position: null, admission: null };
  }
  return {
    ...state,
    standing: position.status,
    position,
    positionSeq: state.tick?.seq ?? 0,
    admission: position.status === 'admitted' ? state.admission : null,
    refusal: null,
  };
}

/** Frames for which the server's own number is better than one from a frame that is not exact. */
const OWN_NUMBER_FRAMES = 5;

/** People ahead: a lobby waits for its order, so there the server's number stands. */
function aheadNow({ position, positionSeq, tick }: LiveState): number | null {
  if (!position || position.status === 'admitted') return null;
  if (!tick || position.status === 'lobby') return position.ahead;
  const young = tick.seq - positionSeq <= OWN_NUMBER_FRAMES;
  return tick.within > 1 && young ? position.ahead : peopleAhead(tick, position.order);
}

/** Recomputes people ahead; a number that grows without a change of standing is told, not hidden. */
function withAhead(before: LiveState, state: LiveState): LiveState {
  const ahead = aheadNow(state);
  if (ahead === null || before.ahead === null || before.standing !== state.standing)
    return { ...state, ahead, wentBack: null };
  if (ahead === before.ahead) return { ...state, ahead };
  return { ...state, ahead, wentBack: ahead > before.ahead ? ahead - before.ahead : null };
}

function withMessage(state: LiveState, message: ServerMessage, at: number): LiveState {
  switch (message.type) {
    case 'tick':
      return withTick(state, message, at);
    case 'welcome':
      return withPosition(withTick(state, message.tick, at), message.position);
    case 'place':
      return withPosition(state, message.position);
    case 'admission':
      return {
        ...state,
        standing: 'admitted',
        admission: { token: message.token, until: message.until },
        refusal: null,
      };
    case 'left':
      return { ...state, standing: 'left', position: null, admission: null, refusal: null };
    case 'seats':
      return state;
    case 'error':
      return {
        ...state,
        refusal: { code: message.code, retryAfterMs: message.retryAfterMs ?? null },
      };
    default:
      return state;
  }
}

function needsPolling(state: LiveState): boolean {
  return state.replaced || state.failures >= FAILURES_BEFORE_POLLING;
}

/** The next state. Pure; the connection around it does the waiting and sending. */
export function nextState(state: LiveState, event: LiveEvent): LiveState {
  return withAhead(state, applied(state, event));
}

function applied(state: LiveState, event: LiveEvent): LiveState {
  switch (event.type) {
    case 'opened':
      // A socket that drops every few seconds is not called live before it has held for a while.
      return { ...state, connection: needsPolling(state) ? 'polling' : 'live', replaced: false };
    case 'stable':
      return { ...state, connection: 'live', failures: 0 };
    case 'failed': {
      const next = { ...state, failures: state.failures + 1, replaced: event.replaced };
      return { ...next, connection: needsPolling(next) ? 'polling' : 'connecting' };
    }
    case 'offline':
      return { ...state, connection: 'offline' };
    case 'heard':
      return withMessage(state, event.message, event.at);
    case 'polledTick': {
      const next = withTick(state, event.tick, event.at);
      return state.connection === 'offline' ? { ...next, connection: 'polling' } : next;
    }
    case 'polledPosition': {
      const next = withPosition(state, event.position);
      return event.admission ? { ...next, standing: 'admitted', admission: event.admission } : next;
    }
    default:
      return state;
  }
}

/** Whether the fan is called: it is their turn, whether they have come in or not. */
export function isCalled(state: LiveState): boolean {
  const { position, tick } = state;
  if (!position || position.status === 'admitted') return false;
  if (position.claimUntil !== null) return true;
  return position.status === 'waiting' && tick !== null && position.order < tick.cursor;
}

/** Whether the frame alone does not say where the fan stands, so that the server must be asked. */
export function needsAnswer(state: LiveState): boolean {
  const { tick, position, standing } = state;
  if (standing === 'left') return false;
  if (!tick || !position || standing === 'admitted' || isCalled(state)) return true;
  if (standing === 'lobby') return tick.phase !== 'lobby' && tick.phase !== 'drawing';
  return tick.within > 1;
}

/** How soon to ask again without a live connection, ms; null before the first frame. */
export function pollPaceMs(state: LiveState): number | null {
  const { tick, ahead } = state;
  if (!tick) return null;
  if (state.standing === 'admitted' || isCalled(state)) return SHORTEST_POLL_MS;
  return state.standing === 'waiting' && ahead !== null ? pollAfterMs(tick, ahead) : tick.pollMs;
}

/** Age of the number shown, ms, by this device's clock; null before the first tick. */
export function ageMs(state: LiveState, now: number): number | null {
  return state.heardAt === null ? null : Math.max(0, now - state.heardAt);
}
