import { saleOf } from '../durable-objects/stubs.ts';
import type { Env } from './env.ts';
import { servicesOf } from './services.ts';
import { errorWords, log } from './telemetry/log.ts';

/**
 * The minute's nudge of every sale that has opened: lost timers are armed again, payments in flight asked
 * about, bookings filed (failure case F11). A sale that fails does not keep the others from theirs.
 */
export async function reconcileSales(env: Env, now: number): Promise<void> {
  const records = await servicesOf(env).catalogue.events(now);
  const opened = records.filter(({ definition }) => definition.settings.opensAt <= now);
  await Promise.all(
    opened.map(async ({ definition: { eventId } }) => {
      try {
        const { paying, unfiled, troubles } = await saleOf(env, eventId).reconcile();
        if (paying + unfiled > 0) log({ name: 'reconciled', eventId, paying, unfiled });
        // Each minute until it is over: what needs a person must not scroll away.
        for (const trouble of troubles) log({ name: 'trouble', eventId, ...trouble });
      } catch (error) {
        log({ name: 'problem', part: 'reconcile', eventId, detail: errorWords(error) });
      }
    }),
  );
}
