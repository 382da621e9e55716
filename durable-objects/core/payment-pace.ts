import type { AdmissionSettings } from './sale.ts';

/** How payments go since Stripe last said that it gets too many requests (429). Times are epoch ms. */
export interface PaymentPace {
  /** Of what payments took before, just after the last refusal. */
  share: number;
  /** When the share was last cut. */
  cutAt: number;
  lastRefusalAt: number;
}

/** Refusals so close to each other are answers to one burst and cut the pace once, ms. */
const BURST_MS = 5_000;
/** What one burst of refusals leaves of the pace: halved, as TCP halves its window (RFC 5681, 3.1). */
const CUT = 0.5;
/** Never less, or nobody would come in to find out that payments go again. */
const LEAST = 0.05;
/** Silence after which the pace grows again, ms. */
const QUIET_MS = 10_000;
/** How much of the full pace comes back each minute. */
const BACK_PER_MINUTE = 0.1;

/** The pace after one more refusal; `pace` is null when there was none before. */
export function slowedDown(pace: PaymentPace | null, now: number): PaymentPace {
  const share = paceShare(pace, now);
  if (pace !== null && Math.abs(now - pace.cutAt) < BURST_MS)
    return { ...pace, share, lastRefusalAt: now };
  return { share: Math.max(LEAST, share * CUT), cutAt: now, lastRefusalAt: now };
}

/** The share of the full pace at `now`: all of it once refusals have ended for long enough. */
export function paceShare(pace: PaymentPace | null, now: number): number {
  if (pace === null) return 1;
  const quietMs = Math.max(0, now - pace.lastRefusalAt - QUIET_MS);
  return Math.min(1, pace.share + (BACK_PER_MINUTE * quietMs) / 60_000);
}

/**
 * Orders a second that payments take: what they are said to, until they refuse; then the share of what really
 * came at them, which the organiser's rate may have kept lower.
 */
export function measuredOrdersPerSecond(
  said: number,
  { batchSize, everyMs }: Pick<AdmissionSettings, 'batchSize' | 'everyMs'>,
  share: number,
): number {
  return share >= 1 ? said : share * Math.min(said, (batchSize * 1_000) / everyMs);
}
