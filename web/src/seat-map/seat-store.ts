import { createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from 'solid-js';
import type { Problem } from '../api/problem.ts';
import { getPlan, getStatuses } from '../api/seats.ts';
import type { Live } from '../live/live.ts';
import { applySeats, FREE, type SeatStatuses } from './seat-status.ts';
import { makeVenue, unpackStatuses, type Venue } from './venue.ts';

/** How often to ask for statuses without a live connection, ms: those who choose seats are few. */
const POLL_MS = 5_000;

/** The seats of an event as this page sees them: geometry, live statuses, what the fan has chosen, the filter. */
export interface SeatStore {
  venue: Accessor<Venue | undefined>;
  problem: Accessor<Problem | undefined>;
  reload: () => void;
  /** Grows with every change of any status; read it to be called again. */
  revision: Accessor<number>;
  code: (index: number) => number;
  /** When the statuses were last known to be right, by this device's clock. */
  freshAt: Accessor<number | null>;
  chosen: Accessor<readonly number[]>;
  choose: (indexes: readonly number[]) => void;
  toggle: (index: number) => void;
  /** Seats that were found and are held for this fan. */
  mine: Accessor<readonly number[]>;
  setMine: (indexes: readonly number[]) => void;
  /** Chosen seats that somebody else has just taken. */
  lost: Accessor<readonly number[]>;
  setLost: (indexes: readonly number[]) => void;
  /** Marks seats as taken at once, before the live message says so. */
  markTaken: (indexes: readonly number[]) => void;
  /** Categories shown; null for all. */
  filter: Accessor<string | null>;
  setFilter: (categoryId: string | null) => void;
  shown: (index: number) => boolean;
}

const EMPTY: SeatStatuses = { version: -1, codes: new Uint8Array(0) };

/** Loads seats and keeps them right: live messages by version, a new snapshot on a gap, polling without a socket. */
export function createSeatStore(eventId: string, live: Live): SeatStore {
  const [venue, setVenue] = createSignal<Venue>();
  const [problem, setProblem] = createSignal<Problem>();
  const [revision, setRevision] = createSignal(0);
  const [freshAt, setFreshAt] = createSignal<number | null>(null);
  const [chosen, choose] = createSignal<readonly number[]>([]);
  const [mine, setMine] = createSignal<readonly number[]>([]);
  const [lost, setLost] = createSignal<readonly number[]>([]);
  const [filter, setFilter] = createSignal<string | null>(null);
  let statuses = EMPTY;
  /** The version of the plan that the statuses are of, once they were heard. */
  let statusPlan: number | undefined;
  let loading: Promise<void> | null = null;

  const dropTaken = (): void => {
    const gone = chosen().filter((index) => statuses.codes[index] !== FREE);
    if (gone.length === 0) return;
    choose(chosen().filter((index) => !gone.includes(index)));
    setLost(gone);
  };
  const changed = (): void => {
    setFreshAt(Date.now());
    setRevision((count) => count + 1);
    dropTaken();
  };
  const loadStatuses = (): Promise<void> => {
    loading ??= (async () => {
      const answer = await getStatuses(eventId);
      if (!answer.ok) {
        if (!venue()) setProblem(answer.problem);
        return;
      }
      if (answer.data.version < statuses.version) return;
      const { version, planVersion } = answer.data;
      statusPlan = planVersion;
      if (venue() && venue()?.planVersion !== planVersion) await loadPlan(planVersion);
      const known = venue() === undefined || venue()?.planVersion === planVersion;
      // Without its plan a status would sit on another seat: nothing is offered until both are there.
      statuses = known ? { version, codes: unpackStatuses(answer.data) } : EMPTY;
      changed();
    })().finally(() => {
      loading = null;
    });
    return loading;
  };
  const loadPlan = async (version?: number): Promise<void> => {
    const answer = await getPlan(eventId, version);
    if (!answer.ok) {
      setProblem(answer.problem);
      return;
    }
    const { planVersion } = answer.data;
    const wanted = version ?? statusPlan ?? planVersion;
    if (planVersion !== wanted) {
      // A cache had an older one; or the server does not know it yet.
      if (version === undefined) return loadPlan(wanted);
      window.setTimeout(reload, POLL_MS);
      return;
    }
    const next = makeVenue(answer.data);
    // A seat keeps its id when the organiser changes the plan, not its number.
    const ids = new Set(chosen().map((index) => venue()?.seats[index]?.id));
    setVenue(next);
    if (ids.size > 0) choose([...next.seats.keys()].filter((at) => ids.has(next.seats[at]?.id)));
  };
  const reload = (): void => {
    setProblem(undefined);
    void Promise.all([loadPlan(), loadStatuses()]);
  };
  onCleanup(
    live.watchSeats((message) => {
      const applied = applySeats(statuses, message);
      if (applied.kind === 'gap') void loadStatuses();
      else if (applied.kind === 'applied') changed();
    }),
  );
  keepFresh(live, loadStatuses, () => setFreshAt(Date.now()));
  reload();
  return {
    venue,
    problem,
    reload,
    revision,
    code: (index) => statuses.codes[index] ?? 3,
    freshAt,
    chosen,
    choose: (indexes) => {
      setLost([]);
      choose(indexes);
    },
    toggle: (index) => {
      setLost([]);
      const has = chosen().includes(index);
      if (!has && statuses.codes[index] !== FREE) return;
      choose(has ? chosen().filter((each) => each !== index) : [...chosen(), index]);
    },
    mine,
    setMine: (indexes) => {
      setMine(indexes);
      choose(chosen().filter((index) => !indexes.includes(index)));
    },
    lost,
    setLost: (indexes) => void setLost(indexes),
    markTaken: (indexes) => {
      for (const index of indexes) if (statuses.codes[index] === FREE) statuses.codes[index] = 1;
      setRevision((count) => count + 1);
      dropTaken();
    },
    filter,
    setFilter: (categoryId) => void setFilter(categoryId),
    shown: (index) => {
      const only = filter();
      return only === null || venue()?.seats[index]?.categoryId === only;
    },
  };
}

/** A socket that comes (back) may have missed changes: snapshot. Without one: a snapshot at the pace the tick names. */
function keepFresh(live: Live, loadStatuses: () => Promise<void>, fresh: () => void): void {
  const connection = createMemo(() => live.state().connection);
  createEffect(
    on(
      connection,
      (now) => {
        if (now === 'live') void loadStatuses();
      },
      { defer: true },
    ),
  );
  // While the socket is live every tick proves that nothing was missed.
  createEffect(
    on(
      () => live.state().heardAt,
      () => {
        if (connection() === 'live') fresh();
      },
      { defer: true },
    ),
  );
  const pollMs = createMemo(() => Math.min(live.state().tick?.pollMs ?? POLL_MS, POLL_MS));
  createEffect(() => {
    if (connection() === 'live') return;
    const timer = window.setInterval(() => void loadStatuses(), pollMs());
    onCleanup(() => window.clearInterval(timer));
  });
}
