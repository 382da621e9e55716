import type { SaleDefinition } from '../durable-objects/core/sale.ts';
import { leafAt } from '../durable-objects/stubs.ts';
import type { ObjectEnv } from '../durable-objects/stubs.ts';
import { errorWords, log } from './telemetry/log.ts';

/** How long before opening a sale's objects are woken, ms (platform.md, "Rules for objects", 15). */
export const WARM_MS = 10 * 60_000;
/** The cron's pace, ms: in each run another part of the leaves. */
const RUN_MS = 60_000;
const RUNS = WARM_MS / RUN_MS;
/** Leaves woken in one run at most, of all events together; a Worker may make 10,000 calls. */
const PER_RUN = 1_000;
/** Leaves woken at a time; an isolate has six outgoing connections (platform.md, "Hard limits"). */
const AT_ONCE = 6;

/** The leaves to wake at `now`, ascending: in the ten minutes before opening each has its turn once. */
export function leavesToWarm(opensAt: number, leaves: number, now: number): number[] {
  const left = opensAt - now;
  if (left <= 0 || left > WARM_MS) return [];
  const run = RUNS - Math.ceil(left / RUN_MS);
  const count = Math.ceil((leaves - run) / RUNS);
  return Array.from({ length: Math.max(0, count) }, (_, n) => run + n * RUNS);
}

/**
 * Wakes leaves of sales that open soon: each subscribes, which wakes its relay and EventSale too. It saves
 * the first fans a wait; nothing depends on it, so that a failure is only told. Returns how many it asked.
 */
export async function prewarm(
  env: ObjectEnv,
  sales: readonly SaleDefinition[],
  now: number,
): Promise<number> {
  const soonest = sales.toSorted((a, b) => a.settings.opensAt - b.settings.opensAt);
  const due = soonest
    .flatMap(({ eventId, settings }) =>
      leavesToWarm(settings.opensAt, settings.leaves, now).map((leaf) => ({ eventId, leaf })),
    )
    .slice(0, PER_RUN);
  for (let from = 0; from < due.length; from += AT_ONCE) {
    await Promise.all(
      due.slice(from, from + AT_ONCE).map(async ({ eventId, leaf }) => {
        try {
          await leafAt(env, eventId, leaf).lastTick();
        } catch (error) {
          log({ name: 'problem', part: 'prewarm', eventId, leaf, detail: errorWords(error) });
        }
      }),
    );
  }
  return due.length;
}
