import {
  createEffect,
  createMemo,
  createRoot,
  createSignal,
  onCleanup,
  type Accessor,
} from 'solid-js';
import type { SeatsMessage } from '../../../durable-objects/protocol/live.ts';
import { learnServerTime } from '../api/clock.ts';
import { queuePosition, queueStatus } from '../api/queue.ts';
import { accessToken } from '../api/refresh.ts';
import { keepAdmission, keepReceipt, keptReceipt } from '../api/kept.ts';
import { session } from '../api/session.ts';
import { Connection } from './connection.ts';
import { fromAnswer } from './position.ts';
import {
  INITIAL_STATE,
  isCalled,
  needsAnswer,
  nextState,
  pollPaceMs,
  type LiveEvent,
  type LiveState,
} from './state.ts';

/** The live view of one event in this tab. */
export interface Live {
  state: Accessor<LiveState>;
  /** Feeds what was learnt elsewhere, such as the answer of a join. */
  feed(event: LiveEvent): void;
  /** Comes in, when called and looked at. */
  claim(): void;
  /** Hears seat changes until the returned function is called. */
  watchSeats(hear: (message: SeatsMessage) => void): () => void;
  /** Asks for place and tick now, whatever the connection. */
  refresh(): Promise<void>;
  /** The receipt of the fan's place; the one kept on this device while none was sent. */
  receipt(): string | null;
  /** Takes the socket back from another tab or device. */
  reconnect(): void;
}

interface Shared {
  live: Live;
  users: number;
  stop: () => void;
}

/** How often to ask when no tick has said it, ms. */
const POLL_MS = 5_000;
/** A connection outlives a change of page by this long, ms, so that queue and map share it. */
const LINGER_MS = 3_000;
const shared = new Map<string, Shared>();

/** The live view of an event, shared by the pages of this tab and closed some seconds after the last use. */
export function useLive(eventId: string): Live {
  const key = `${eventId}/${session()?.user.id ?? ''}`;
  let entry = shared.get(key);
  if (!entry) {
    entry = createRoot((dispose) => open(eventId, dispose));
    shared.set(key, entry);
  }
  const used = entry;
  used.users += 1;
  onCleanup(() => {
    used.users -= 1;
    window.setTimeout(() => {
      if (used.users > 0 || shared.get(key) !== used) return;
      shared.delete(key);
      used.stop();
    }, LINGER_MS);
  });
  return used.live;
}

function open(eventId: string, dispose: () => void): Shared {
  const [state, setState] = createSignal<LiveState>(INITIAL_STATE);
  const watchers = new Set<(message: SeatsMessage) => void>();
  const feed = (event: LiveEvent): void => void setState((before) => nextState(before, event));
  const accountId = session()?.user.id ?? null;
  const signedIn = accountId !== null;
  const url = `${window.location.origin.replace(/^http/, 'ws')}/ws/events/${encodeURIComponent(eventId)}`;
  const connection = new Connection(
    url,
    {
      opened: () => {
        feed({ type: 'opened' });
        if (watchers.size > 0) connection.send({ v: 1, type: 'watch', seats: true });
      },
      stable: () => feed({ type: 'stable' }),
      failed: (replaced) => feed({ type: 'failed', replaced }),
      heard: (message) => {
        if (message.type === 'welcome') learnServerTime(message.serverTime, 100);
        if (message.type === 'seats') for (const hear of watchers) hear(message);
        else feed({ type: 'heard', at: Date.now(), message });
      },
    },
    browserSurroundings(),
  );
  const poller = startPolling(eventId, state, feed, signedIn);
  createEffect(() => {
    const { admission, standing } = state();
    if (accountId !== null && admission) keepAdmission(accountId, eventId, admission);
    if (standing === 'admitted' && !admission) void poller.ask();
  });
  // A message may come without it: one given before stays good, and so does the one kept.
  const receipt = createMemo<string | null>(
    (before) => state().position?.receipt ?? before,
    keptReceipt(accountId ?? '', eventId),
  );
  createEffect(() => {
    const given = receipt();
    if (accountId !== null && given !== null) keepReceipt(accountId, eventId, given);
  });
  const onWake = (): void => {
    if (document.visibilityState !== 'visible') return;
    if (signedIn) connection.start();
    poller.now();
  };
  const onOffline = (): void => feed({ type: 'offline' });
  window.addEventListener('online', onWake);
  window.addEventListener('offline', onOffline);
  document.addEventListener('visibilitychange', onWake);
  if (signedIn) connection.start();
  else feed({ type: 'failed', replaced: true });
  return {
    users: 0,
    live: {
      state,
      feed,
      refresh: () => poller.ask(),
      reconnect: () => connection.start(),
      receipt,
      claim: () => {
        const live = state().connection === 'live';
        if (!live || !connection.send({ v: 1, type: 'claim' })) poller.now();
      },
      watchSeats: (hear) => {
        watchers.add(hear);
        connection.send({ v: 1, type: 'watch', seats: true });
        return () => {
          watchers.delete(hear);
          if (watchers.size === 0) connection.send({ v: 1, type: 'watch', seats: false });
        };
      },
    },
    stop: () => {
      dispose();
      connection.stop();
      poller.stop();
      window.removeEventListener('online', onWake);
      window.removeEventListener('offline', onOffline);
      document.removeEventListener('visibilitychange', onWake);
    },
  };
}

function browserSurroundings() {
  return {
    open: (address: string, protocols: string[]) => new WebSocket(address, protocols),
    setTimer: (work: () => void, ms: number) => window.setTimeout(work, ms),
    clearTimer: (id: number) => window.clearTimeout(id),
    random: Math.random,
    token: async () => {
      const token = await accessToken();
      return token?.ok ? token.data : null;
    },
  };
}

/** Asks for the tick, and for the place where the tick does not say it, whenever the socket is not live. */
function startPolling(
  eventId: string,
  state: Accessor<LiveState>,
  feed: (event: LiveEvent) => void,
  signedIn: boolean,
): { now: () => void; ask: () => Promise<void>; stop: () => void } {
  let timer: number | undefined;
  let stopped = false;
  const askStatus = async (): Promise<void> => {
    const status = await queueStatus(eventId);
    if (status.ok) feed({ type: 'polledTick', at: Date.now(), tick: status.data });
    else if (status.problem.code === 'offline') feed({ type: 'offline' });
  };
  const askPlace = async (): Promise<void> => {
    if (!signedIn) return;
    const visible = document.visibilityState === 'visible';
    const answer = await queuePosition(eventId, { claim: visible && isCalled(state()) });
    if (answer.ok) feed({ type: 'polledPosition', ...fromAnswer(answer.data) });
    else if (answer.problem.code === 'not_in_queue')
      feed({ type: 'polledPosition', position: null, admission: null });
  };
  const ask = async (): Promise<void> => {
    await askStatus();
    await askPlace();
  };
  const next = (): void => {
    window.clearTimeout(timer);
    if (stopped) return;
    const pollMs = pollPaceMs(state()) ?? POLL_MS;
    timer = window.setTimeout(() => void round(), pollMs * (0.85 + Math.random() * 0.3));
  };
  // One request a round: the frame says where a fan stands who has not been called.
  const round = async (): Promise<void> => {
    const { connection, tick } = state();
    const away = connection === 'polling' || connection === 'offline';
    if (away) await askStatus();
    if (needsAnswer(state()) && (away || (tick?.within ?? 0) > 1)) await askPlace();
    next();
  };
  const askNow = async (): Promise<void> => {
    await ask();
    next();
  };
  next();
  return {
    ask,
    now: () => void askNow(),
    stop: () => {
      stopped = true;
      window.clearTimeout(timer);
    },
  };
}
