let offsetMs = 0;
let certaintyMs = Number.POSITIVE_INFINITY;

/**
 * Learns the server's time from an answer. `uncertaintyMs` is how wrong it may be: half the round
 * trip, plus a second for a `Date` header. A better guess replaces a worse one; guesses age.
 */
export function learnServerTime(serverMs: number, uncertaintyMs: number): void {
  if (!Number.isFinite(serverMs) || uncertaintyMs > certaintyMs + 250) return;
  offsetMs = serverMs - Date.now();
  certaintyMs = uncertaintyMs;
}

/** Now, by the server's clock, epoch ms. Timers are measured with it, so a wrong device clock does no harm. */
export function serverNow(): number {
  return Date.now() + offsetMs;
}
