/** Where a hold's clock stands. */
export type TimerStage = 'calm' | 'lastMinute' | 'over';

/** When the dialog comes, ms before the end: WCAG 2.2.1 asks for at least 20 s to answer it. */
export const DIALOG_MS = 60_000;

/** The stage of a clock that ends at `until`, both by the server's time. */
export function timerStage(until: number, now: number): TimerStage {
  const left = until - now;
  if (left <= 0) return 'over';
  return left <= DIALOG_MS ? 'lastMinute' : 'calm';
}
