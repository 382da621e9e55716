/** Bounds of a back-off, ms; a server that sheds load sends its own. */
export interface BackoffBounds {
  minBackoffMs: number;
  maxBackoffMs: number;
}

/** Bounds when the server names none. */
export const DEFAULT_BACKOFF: BackoffBounds = { minBackoffMs: 400, maxBackoffMs: 20_000 };

/**
 * How long to wait before the next try: full jitter under a doubling ceiling, never below the lower
 * bound, so that a million fans do not come back in the same second.
 *
 * @param failures tries that failed in a row, from 1
 * @param random in [0, 1)
 */
export function backoffMs(failures: number, random: number, bounds = DEFAULT_BACKOFF): number {
  const ceiling = Math.min(bounds.maxBackoffMs, bounds.minBackoffMs * 2 ** Math.min(failures, 16));
  return Math.round(bounds.minBackoffMs + random * (ceiling - bounds.minBackoffMs));
}

/** Reads `{"minBackoffMs":…,"maxBackoffMs":…}` from a close reason; null when it is something else. */
export function parseBackoff(reason: string): BackoffBounds | null {
  try {
    const value = JSON.parse(reason) as Partial<BackoffBounds> | null;
    const min = value?.minBackoffMs;
    const max = value?.maxBackoffMs;
    if (typeof min !== 'number' || typeof max !== 'number' || !(min > 0) || max < min) return null;
    return { minBackoffMs: min, maxBackoffMs: max };
  } catch {
    return null;
  }
}
