import { LIMITS } from '../protocol/limits.ts';
import type { NodeContext } from './context.ts';

/** The other side did not answer: shed load and try later. */
export interface Away {
  ok: false;
  overloaded: boolean;
}

/** The answer, or that the other side is away. Every call here may be repeated. */
export type Answer<Value> = { ok: true; value: Value } | Away;

const TRIES = 3;
/** Back-off within one call: full jitter below 50 ms, 100 ms. */
const JITTER_MS = 50;
/** Back-off between calls while the other side is away, ms. */
const AWAY_MS = { least: 250, most: 10_000 };

function flag(error: unknown, name: 'overloaded' | 'retryable'): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, name) === true;
}

/** Resolves after `ms`. */
export function pause(context: NodeContext, ms: number): Promise<void> {
  return new Promise((resolve) => {
    context.later(ms, resolve);
  });
}

/** Resolves with the promise, or after `ms`. */
export async function within(
  context: NodeContext,
  ms: number,
  promise: Promise<void>,
): Promise<void> {
  let cancel = (): void => undefined;
  const late = new Promise<void>((resolve) => {
    cancel = context.later(ms, resolve);
  });
  await Promise.race([promise, late]);
  cancel();
}

/** How long to wait after `failures` failed calls in a row: exponential with full jitter, longer when the other side is overloaded. */
export function awayMs(context: NodeContext, failures: number, overloaded: boolean): number {
  const ceiling = Math.min(AWAY_MS.most, AWAY_MS.least * 2 ** Math.min(failures, 6));
  const floor = overloaded ? ceiling / 2 : AWAY_MS.least / 2;
  return floor + context.random() * (ceiling - floor);
}

/**
 * Calls another object; `call` takes a fresh stub each time. A retryable failure is tried again with full
 * jitter, an overloaded one never; no answer in time counts as away.
 */
export async function ask<Value>(
  context: NodeContext,
  call: () => Promise<Value>,
): Promise<Answer<Value>> {
  for (let attempt = 1; ; attempt++) {
    try {
      return { ok: true, value: await inTime(context, call()) };
    } catch (error) {
      const overloaded = flag(error, 'overloaded');
      if (overloaded || !flag(error, 'retryable') || attempt === TRIES) {
        return { ok: false, overloaded };
      }
    }
    await pause(context, context.random() * JITTER_MS * attempt);
  }
}

/** The promise's outcome, or a failure when it takes longer than one outside call may. */
async function inTime<Value>(context: NodeContext, promise: Promise<Value>): Promise<Value> {
  let cancel = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    cancel = context.later(LIMITS.outsideCallMs, () => reject(new Error('no answer in time')));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancel();
  }
}
