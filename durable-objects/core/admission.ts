import type { ShowRate } from './no-shows.ts';
import type { AdmissionSettings, SaleSettings } from './sale.ts';
import { expectedShare, INITIAL_TAKES } from './takers.ts';
import type { TakeRate } from './takers.ts';
import type { SalePhase, SlowReason } from './tick.ts';

/** What the admission controller remembers. Persisted as it is. */
export interface AdmissionState extends ShowRate, TakeRate {
  /** Orders below it have been called. Never moves back. */
  cursor: number;
  /** People called so far. */
  called: number;
  /** Which beat of `everyMs` after opening this is; -1 before the first. */
  beat: number;
  /** People who may still come in by the beats so far. Those called and expected count against it until they do. */
  allowance: number;
  /** People called in this beat. */
  used: number;
  /** Time of the last call, epoch ms; 0 before the first. */
  calledAt: number;
  /** People called per beat while somebody was left waiting, smoothed; null before it was measured. */
  perBeat: number | null;
  /** Whether the last look in this beat left somebody waiting: only then does the beat say how fast the line can be. */
  busy: boolean;
  paused: boolean;
  /** Opening was seen: whatever the clock says later, there is no lobby any more. */
  opened: boolean;
  /** Closing was seen: whatever the clock says later, the sale is over. */
  closed: boolean;
}

/** The state of a sale that has called nobody. */
export const INITIAL_ADMISSION: AdmissionState = {
  cursor: 0,
  called: 0,
  beat: -1,
  allowance: 0,
  used: 0,
  calledAt: 0,
  perBeat: null,
  busy: false,
  paused: false,
  opened: false,
  closed: false,
  shows: 1,
  measuredTo: 0,
  delayMs: null,
  ...INITIAL_TAKES,
};

/** Weight of the newest beat in the measured rate. */
const RATE_WEIGHT = 0.3;
/** Most people expected of one beat's calls, as a share of what the beat allows: those who did not come are made up for slowly. */
const SLEW = 1.05;
/** So much time's worth of people, or one beat's, is made up for later if fewer came than expected, ms. */
const MAKE_UP_MS = 30_000;
/** Less than so many seats are not worth another's hope. */
const WORTH_A_CALL = 0.5;
/** Sums of shares that should be whole fall short by less. */
const EPSILON = 1e-9;

/** What the controller sees of the world at one moment. */
export interface AdmissionView {
  now: number;
  /** People between cursor and tail who have not left. */
  waiting: number;
  /** People with a live admission. */
  live: number;
  /** People called who may still claim theirs within their window. */
  open: number;
  /** How many of these are expected to. */
  expected: number;
  /** Slots kept for people who missed their window and asked to come in. */
  reserved: number;
  /** Seats free to be held now. */
  seatsLeft: number;
  /** How many of those inside who hold none are expected to take some. */
  takers: number;
}

/** What the platform allows, beside the organiser's settings. */
export interface AdmissionLimits {
  /** Least time between two calls, ms. */
  minGapMs: number;
  /** Orders a second that payments take. */
  ordersPerSecond: number;
}

/** Where the sale stands. `drawn`: nothing is left to be drawn. */
export function salePhase(
  state: Pick<AdmissionState, 'paused' | 'opened' | 'closed'>,
  drawn: boolean,
  seatsLeft: number,
): SalePhase {
  if (state.closed) return 'closed';
  if (!state.opened) return 'lobby';
  if (!drawn) return 'drawing';
  if (state.paused) return 'paused';
  return seatsLeft > 0 ? 'open' : 'sold_out';
}

/** Opening and closing as `now` shows them; neither is ever undone. */
export function passTimes(
  state: AdmissionState,
  settings: Pick<SaleSettings, 'opensAt' | 'closesAt'>,
  now: number,
): AdmissionState {
  const opened = state.opened || now >= settings.opensAt;
  const closed = state.closed || now >= settings.closesAt;
  return opened === state.opened && closed === state.closed ? state : { ...state, opened, closed };
}

/** People whom one beat lets in: what the organiser set, or what payments take if that is less. */
export function beatAllowance(
  { batchSize, everyMs }: AdmissionSettings,
  { ordersPerSecond }: AdmissionLimits,
): number {
  return Math.min(batchSize, (ordersPerSecond * everyMs) / 1_000);
}

/**
 * The state in the beat of `now`. A new beat adds its allowance to what is still spoken for by those who
 * are expected; nothing is saved up while nobody waits. A clock that steps back starts a beat with none, so that it
 * never buys anyone extra. `measure` is asked once a beat.
 */
export function rollBeat(
  state: AdmissionState,
  settings: SaleSettings,
  limits: AdmissionLimits,
  view: Pick<AdmissionView, 'now' | 'expected'>,
  measure: (state: AdmissionState) => Partial<ShowRate & TakeRate>,
): AdmissionState {
  const beat = Math.floor((view.now - settings.opensAt) / settings.admission.everyMs);
  if (!state.opened || beat === state.beat) return state;
  const spoken = Math.min(state.allowance, view.expected);
  if (beat < state.beat) return { ...state, beat, allowance: spoken };
  const perBeat = state.beat >= 0 && state.busy ? smooth(state) : state.perBeat;
  const fresh = beatAllowance(settings.admission, limits);
  // While somebody waits, what chance took away is made up for.
  const most = fresh * Math.max(1, MAKE_UP_MS / settings.admission.everyMs);
  const left = state.busy ? Math.min(state.allowance - spoken, most) : 0;
  const allowance = spoken + left + fresh;
  return { ...state, ...measure(state), beat, allowance, used: 0, perBeat };
}

function smooth(state: AdmissionState): number {
  const before = state.perBeat ?? state.used;
  return before + RATE_WEIGHT * (state.used - before);
}

/** How many people each bound lets call now. */
interface Bounds {
  /** By the organiser's rate and the payments'. */
  rate: number;
  /** By the slots: the hard one, counting everybody who has the right to be inside. */
  slots: number;
  /** By the seats: whoever is called should find one beside what those before them are expected to take. */
  seats: number;
}

function boundsOf(
  state: AdmissionState,
  { admission }: SaleSettings,
  limits: AdmissionLimits,
  view: AdmissionView,
): Bounds {
  const { shows } = state;
  const allowed = whole((state.allowance - view.expected) / shows);
  const paced = Math.ceil((SLEW * beatAllowance(admission, limits)) / shows) - state.used;
  return {
    rate: Math.min(allowed, paced),
    slots: admission.slots - view.live - view.open - view.reserved,
    seats: seatsFor(state, view),
  };
}

function seatsFor(state: AdmissionState, view: AdmissionView): number {
  const { shows } = state;
  // Nobody takes more than there are.
  const seatsEach = Math.min(state.seatsEach, view.seatsLeft);
  const takers = view.takers + view.expected * expectedShare(state);
  const untaken = view.seatsLeft - takers * seatsEach;
  // For the last ones too somebody is called, though they may be fewer than one person takes.
  return untaken < WORTH_A_CALL ? 0 : Math.max(1, whole(untaken / seatsEach / shows));
}

/** Whether so few seats are left that they, and not the rate, say how many may come in. */
export function fewSeats(
  state: AdmissionState,
  { admission }: SaleSettings,
  limits: AdmissionLimits,
  view: AdmissionView,
): boolean {
  return seatsFor(state, view) < beatAllowance(admission, limits) / state.shows;
}

function whole(share: number): number {
  return Math.floor(share + EPSILON);
}

/** How many people may be called now: the least of all bounds and the line. `state` is of this beat, the sale `open`. */
export function callable(
  state: AdmissionState,
  settings: SaleSettings,
  limits: AdmissionLimits,
  view: AdmissionView,
): number {
  if (view.now >= state.calledAt && view.now - state.calledAt < limits.minGapMs) return 0;
  const { rate, slots, seats } = boundsOf(state, settings, limits, view);
  return Math.max(0, Math.min(rate, slots, seats, view.waiting));
}

/** When the next call may be possible without anything else happening; null when nobody waits. The sale is `open`. */
export function nextCallAt(
  state: AdmissionState,
  settings: SaleSettings,
  limits: AdmissionLimits,
  view: AdmissionView,
): number | null {
  if (view.waiting === 0) return null;
  const { rate, slots, seats } = boundsOf(state, settings, limits, view);
  const soon = Math.max(state.calledAt + limits.minGapMs, view.now + 1);
  if (Math.min(rate, slots, seats) > 0) return soon;
  // Those who let their window pass, and those who look round for long, are expected less and less.
  const waited = state.shows < 1 && view.expected > 0;
  if (waited || (seats <= 0 && view.takers > 0)) return Math.max(soon, view.now + limits.minGapMs);
  return settings.opensAt + (state.beat + 1) * settings.admission.everyMs;
}

/** Why the line moves slower than the organiser's rate; null when it does not. */
export function slowReason(
  phase: SalePhase,
  state: AdmissionState,
  settings: SaleSettings,
  limits: AdmissionLimits,
  view: AdmissionView,
): SlowReason {
  if (phase === 'lobby') return 'not_open';
  if (phase === 'drawing' || phase === 'paused' || phase === 'sold_out') return phase;
  if (phase === 'closed' || view.waiting === 0) return null;
  const { rate, slots, seats } = boundsOf(state, settings, limits, view);
  if (slots <= 0 && slots <= seats && rate > 0) return 'slots_full';
  if (fewSeats(state, settings, limits, view)) return 'seats_low';
  const slowed = beatAllowance(settings.admission, limits) < settings.admission.batchSize;
  return slowed ? 'payments_slow' : null;
}

/** Measured calls per minute, or what the settings come to before anything was measured. */
export function ratePerMinute(
  state: AdmissionState,
  settings: AdmissionSettings,
  limits: AdmissionLimits,
): number {
  const perBeat = state.perBeat ?? beatAllowance(settings, limits);
  return Math.round((perBeat * 60_000 * 100) / settings.everyMs) / 100;
}
