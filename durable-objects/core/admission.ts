import type { AdmissionSettings, SaleSettings } from './sale.ts';
import type { SalePhase, SlowReason } from './tick.ts';

/** What the admission controller remembers. Persisted as it is. */
export interface AdmissionState {
  /** Orders below it have been called. Never moves back. */
  cursor: number;
  /** People called so far. */
  called: number;
  /** Which beat of `everyMs` after opening `used` counts in; -1 before the first. */
  beat: number;
  /** People called in that beat. */
  used: number;
  /** Time of the last call, epoch ms; 0 before the first. */
  calledAt: number;
  /** People called per beat while somebody was left waiting, smoothed; null before it was measured. */
  perBeat: number | null;
  /** Whether the last look in this beat left somebody waiting: only then does the beat say how fast the line can be. */
  busy: boolean;
  paused: boolean;
}

/** The state of a sale that has called nobody. */
export const INITIAL_ADMISSION: AdmissionState = {
  cursor: 0,
  called: 0,
  beat: -1,
  used: 0,
  calledAt: 0,
  perBeat: null,
  busy: false,
  paused: false,
};

/** Weight of the newest beat in the measured rate. */
const RATE_WEIGHT = 0.3;

/** What the controller sees of the world at one moment. */
export interface AdmissionView {
  now: number;
  /** People between cursor and tail who have not left. */
  waiting: number;
  /** Live admissions and those called who may still claim theirs. */
  inside: number;
  /** Slots kept for people who missed their window and asked to come in. */
  reserved: number;
  seatsLeft: number;
}

/** Where the sale stands. */
export function salePhase(
  settings: Pick<SaleSettings, 'opensAt' | 'closesAt'>,
  state: Pick<AdmissionState, 'paused'>,
  seatsLeft: number,
  now: number,
): SalePhase {
  if (now >= settings.closesAt) return 'closed';
  if (now < settings.opensAt) return 'lobby';
  if (state.paused) return 'paused';
  return seatsLeft > 0 ? 'open' : 'sold_out';
}

/**
 * The state in the beat of `now`: a new beat starts with a full allowance, whatever earlier ones left
 * over. A clock that steps back starts a beat with none, so that it never buys anyone extra.
 */
export function rollBeat(
  state: AdmissionState,
  settings: SaleSettings,
  view: AdmissionView,
): AdmissionState {
  const { batchSize, everyMs } = settings.admission;
  const beat = Math.floor((view.now - settings.opensAt) / everyMs);
  if (view.now < settings.opensAt || beat === state.beat) return state;
  if (beat < state.beat) return { ...state, beat, used: batchSize };
  const measured = state.beat >= 0 && state.busy;
  return { ...state, beat, used: 0, perBeat: measured ? smooth(state) : state.perBeat };
}

function smooth(state: AdmissionState): number {
  const before = state.perBeat ?? state.used;
  return before + RATE_WEIGHT * (state.used - before);
}

/** How many people may be called now: the least of the beat's allowance, the free slots and the line. `state` is of this beat. */
export function callable(
  state: AdmissionState,
  settings: SaleSettings,
  view: AdmissionView,
  minGapMs: number,
): number {
  if (salePhase(settings, state, view.seatsLeft, view.now) !== 'open') return 0;
  if (view.now >= state.calledAt && view.now - state.calledAt < minGapMs) return 0;
  const { batchSize, slots } = settings.admission;
  const free = slots - view.inside - view.reserved;
  return Math.max(0, Math.min(batchSize - state.used, free, view.waiting));
}

/** When the next call may be possible without anything else happening; null when nobody waits or may be called. */
export function nextCallAt(
  state: AdmissionState,
  settings: SaleSettings,
  view: AdmissionView,
  minGapMs: number,
): number | null {
  if (view.now < settings.opensAt) return settings.opensAt;
  if (view.waiting === 0) return null;
  if (salePhase(settings, state, view.seatsLeft, view.now) !== 'open') return null;
  const { batchSize, everyMs, slots } = settings.admission;
  const nextBeat = settings.opensAt + (state.beat + 1) * everyMs;
  const full = state.used >= batchSize || view.inside + view.reserved >= slots;
  return full ? nextBeat : Math.max(state.calledAt + minGapMs, view.now + 1);
}

/** Why the line moves slower than the organiser's rate; null when it does not. */
export function slowReason(
  phase: SalePhase,
  settings: AdmissionSettings,
  state: AdmissionState,
  view: AdmissionView,
): SlowReason {
  if (phase === 'lobby') return 'not_open';
  if (phase === 'paused' || phase === 'sold_out') return phase;
  if (phase === 'closed') return null;
  const full = view.inside + view.reserved >= settings.slots;
  return full && view.waiting > 0 && state.used < settings.batchSize ? 'slots_full' : null;
}

/** Measured admissions per minute, or the set rate before anything was measured. */
export function ratePerMinute(state: AdmissionState, settings: AdmissionSettings): number {
  const perBeat = state.perBeat ?? settings.batchSize;
  return Math.round((perBeat * 60_000 * 100) / settings.everyMs) / 100;
}

/** Polls a second that a sale is built to take, and those that one leaf is (platform.md, requests per object). */
const POLLS_PER_SECOND = { sale: 100_000, leaf: 400 };

/** How often a client without a socket should ask, ms: with `waiting` pollers the sale stays within its polls. */
export function pollMs(waiting: number, leaves: number): number {
  const perSecond = Math.min(POLLS_PER_SECOND.sale, POLLS_PER_SECOND.leaf * Math.max(1, leaves));
  return Math.max(2_000, Math.ceil((waiting * 1_000) / perSecond));
}
