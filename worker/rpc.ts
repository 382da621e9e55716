import { tryLater } from './problem.ts';

/** Tries of one call to an object, the first included (platform.md, "Overloaded object"). */
const TRIES_MAX = 3;
/** Longest pause before the second try, ms; doubled for the third. */
const PAUSE_MS = 100;
/** What an overloaded object's callers are told to wait, ms. */
const OVERLOADED_RETRY_MS = 2_000;

/**
 * Calls an object. `call` must take a fresh stub each time and be safe to repeat, as every method of ours
 * is. An overloaded object is left alone: its caller is told to come back.
 */
export async function ask<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (flag(error, 'overloaded')) throw tryLater('overloaded', OVERLOADED_RETRY_MS);
      if (!flag(error, 'retryable') || attempt >= TRIES_MAX) throw error;
      const pauseMs = Math.random() * PAUSE_MS * 2 ** (attempt - 1);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

function flag(error: unknown, name: 'overloaded' | 'retryable'): boolean {
  return error instanceof Error && (error as unknown as Record<string, unknown>)[name] === true;
}
