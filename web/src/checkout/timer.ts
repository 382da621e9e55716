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

/** Less than this is not worth a press of a key, ms. */
const EXTENSION_MIN_MS = 5_000;

/** How much longer a hold that ends at `until` may be made to last in an admission that ends at `cap`, ms; 0 for none. */
export function roomToExtend(until: number, cap: number): number {
  return cap - until < EXTENSION_MIN_MS ? 0 : cap - until;
}
