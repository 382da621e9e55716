import { callTimes } from './calls.ts';
import type { OpenCall } from './calls.ts';
import type { AdmissionSettings } from './sale.ts';

type Windows = Pick<AdmissionSettings, 'claimWindowMs' | 'graceMs'>;

/** What is known of those who are called and of those who do not come. Persisted as it is. */
export interface ShowRate {
  /** Share of the people called who came in within their window; 1 before any window was over. */
  shows: number;
  /** Orders below it are in `shows`. */
  measuredTo: number;
  /** How long those who came took, mean, ms; null before anybody came. */
  delayMs: number | null;
}

/** People after whom two thirds of a change in their habits are in the measured share. */
const MEMORY_PEOPLE = 200;
/** Most that the share moves from one measurement to the next: one odd call must not swing the line. */
const STEP_MAX = 0.1;
/** The share is never taken for less: what comes of calling a crowd that all comes stays bearable. */
const SHOWS_MIN = 0.3;

/** Somebody has come in `tookMs` after being called. */
export function measureDelay(delayMs: number | null, tookMs: number): number {
  const took = Math.max(0, tookMs);
  return delayMs === null ? took : delayMs + (took - delayMs) / MEMORY_PEOPLE;
}

/** The rate with all calls whose window is over, measured slowly. */
export function measureShows(
  rate: Omit<ShowRate, 'delayMs'>,
  calls: readonly OpenCall[],
  windows: Windows,
  now: number,
): Omit<ShowRate, 'delayMs'> {
  let { shows, measuredTo } = rate;
  for (const call of calls) {
    if (call.first < measuredTo) continue;
    if (callTimes(call, windows).claimUntil > now) break;
    const weight = 1 - Math.exp(-call.people / MEMORY_PEOPLE);
    if (call.people > 0) shows += weight * (call.came / call.people - shows);
    measuredTo = call.end;
  }
  const step = Math.min(STEP_MAX, Math.max(-STEP_MAX, shows - rate.shows));
  return { shows: Math.min(1, Math.max(SHOWS_MIN, rate.shows + step)), measuredTo };
}

/**
 * People who are called, have not come yet and are expected to. One who has not come after some time is the
 * likelier never to: Bayes, with those who come doing so after times as they were measured (exponential).
 * With a rate of 1 everybody is expected to the last moment.
 */
export function expectedEntries(
  calls: readonly OpenCall[],
  windows: Windows,
  rate: Pick<ShowRate, 'shows' | 'delayMs'>,
  now: number,
): number {
  const { shows } = rate;
  const delayMs = Math.max(1_000, rate.delayMs ?? windows.claimWindowMs / 4);
  let expected = 0;
  for (const call of calls) {
    if (call.open === 0 || callTimes(call, windows).claimUntil <= now) continue;
    const yetToCome = shows * Math.exp(-Math.max(0, now - call.calledAt) / delayMs);
    // In this order: with a rate of 1 it is everybody, whatever rounding does to what is tiny.
    expected += (call.open * yetToCome) / (yetToCome + (1 - shows));
  }
  return expected;
}
