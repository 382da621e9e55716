import type { EventId } from '../durable-objects/core/ids.ts';
import { sameTally } from '../durable-objects/core/sale-tally.ts';
import type { Drift } from '../durable-objects/protocol/seats-rpc.ts';
import { saleOf } from '../durable-objects/stubs.ts';
import { noteBooks } from './books.ts';
import type { BookLook } from './books.ts';
import type { Env } from './env.ts';
import { settleEach, undelivered } from './payments/undelivered.ts';
import { prewarm, WARM_MS } from './prewarm.ts';
import { servicesOf } from './services.ts';
import { errorWords, log } from './telemetry/log.ts';

/**
 * The minute's nudge of every sale that has opened or is about to: lost timers are armed again, payments in flight asked
 * about, bookings filed (failure case F11). A sale that fails does not keep the others from theirs.
 */
export async function reconcileSales(env: Env, now: number): Promise<void> {
  const records = await servicesOf(env).catalogue.events(now);
  const due = records.filter(({ definition }) => definition.settings.opensAt <= now + WARM_MS);
  const opened = due.filter(({ definition }) => definition.settings.opensAt <= now);
  const looks = await Promise.all(
    due.map(async ({ definition: { eventId } }): Promise<BookLook> => {
      try {
        const { paying, unfiled, drift, troubles } = await saleOf(env, eventId).reconcile();
        if (paying + unfiled > 0) log({ name: 'reconciled', eventId, paying, unfiled });
        if (drift !== null && !sameTally(drift.object, drift.postgres)) logDrift(eventId, drift);
        // Each minute until it is over: what needs a person must not scroll away.
        for (const trouble of troubles) log({ name: 'trouble', eventId, ...trouble });
        return { eventId, drift };
      } catch (error) {
        log({ name: 'problem', part: 'reconcile', eventId, detail: errorWords(error) });
        return { eventId, drift: null };
      }
    }),
  );
  const sales = due.map(({ definition }) => definition);
  await prewarm(env, sales, now);
  const onSale = new Set(opened.map(({ definition }) => definition.eventId));
  await settleUndelivered(env, onSale, now);
  const known = looks.filter(({ eventId }) => onSale.has(eventId));
  await keepBooks(env, known, now);
}

/** Keeps for `/healthz` what the sales found when they last compared their books. */
async function keepBooks(env: Env, looks: readonly BookLook[], now: number): Promise<void> {
  try {
    await noteBooks(servicesOf(env), looks, now);
  } catch (error) {
    log({ name: 'problem', part: 'books', detail: errorWords(error) });
  }
}

/** Ours beside those of Postgres, whether or not what is on its way explains the difference. */
function logDrift(eventId: EventId, { object, postgres, unfiled, explained }: Drift): void {
  const [ours, theirs] = [JSON.stringify(object), JSON.stringify(postgres)];
  log({ name: 'books', eventId, explained, unfiled, object: ours, postgres: theirs });
}

/** Settles orders about which a webhook could not be delivered. */
async function settleUndelivered(
  env: Env,
  opened: ReadonlySet<EventId>,
  now: number,
): Promise<void> {
  const { stripe, breakers } = servicesOf(env);
  try {
    const news = await breakers.stripe.run(() => undelivered(stripe, now));
    const known = news.filter(({ eventId }) => opened.has(eventId));
    await settleEach(known, ({ eventId, orderId, stripeEventId }) =>
      saleOf(env, eventId).settle({ orderId, stripeEventId }),
    );
  } catch (error) {
    log({ name: 'problem', part: 'undelivered', detail: errorWords(error) });
  }
}
