/** How long to wait between tries, milliseconds. */
export interface BackoffLimits {
  baseMs: number;
  capMs: number;
}

/**
 * Exponential back-off with half its length as jitter: between half and all of
 * `min(capMs, baseMs · 2^(attempt − 1))`. `attempt` counts from 1, `random` is in [0, 1).
 */
export function backoffMs(attempt: number, limits: BackoffLimits, random: number): number {
  const full = Math.min(limits.capMs, limits.baseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(full / 2 + (full / 2) * random);
}

/** A fraction in [0, 1) out of a random id (FNV-1a of its characters); good enough for jitter. */
export function fractionOf(randomId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < randomId.length; i++) {
    hash = Math.imul(hash ^ randomId.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) / 2 ** 32;
}
