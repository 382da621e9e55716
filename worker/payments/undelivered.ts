import type { Stripe } from 'stripe';
import { readNews, TYPES } from './webhook.ts';
import type { StripeNews } from './webhook.ts';
import { errorWords, log } from '../telemetry/log.ts';

/** News about an order of ours. */
export type OrderNews = Extract<StripeNews, { about: 'order' }>;

/** Younger events may still be on their way, ms. */
const SETTLED_MS = 60_000;
/** How far back each look goes, ms: longer than an outage that somebody sleeps through. */
const BACK_MS = 12 * 3_600_000;
/** Events of one call; Stripe's largest page. */
const PAGE = 100;
/** Events of one look, the newest first: twenty calls, of the 25 that Stripe takes in a second. */
const EVENTS_MAX = 2_000;
/** Orders asked about at a time; an isolate has six outgoing connections (platform.md, "Hard limits"). */
const AT_ONCE = 4;

/**
 * News about our orders that Stripe could not deliver (failure case F11), oldest first. Throws when Stripe
 * does not answer.
 */
export async function undelivered(stripe: Stripe, now: number): Promise<OrderNews[]> {
  const seconds = (at: number) => Math.floor(at / 1000);
  const looked = stripe.events.list({
    types: [...TYPES],
    delivery_success: false,
    created: { gte: seconds(now - BACK_MS), lte: seconds(now - SETTLED_MS) },
    limit: PAGE,
  });
  const events = await looked.autoPagingToArray({ limit: EVENTS_MAX });
  return events
    .map(readNews)
    .filter((news) => news.about === 'order')
    .toReversed();
}

/** Asks once about each order, however much news there is of it; one that fails is logged and keeps no other from its own. */
export async function settleEach(
  news: readonly OrderNews[],
  settle: (news: OrderNews) => Promise<unknown>,
): Promise<void> {
  const orders = [...new Map(news.map((one) => [one.orderId, one])).values()];
  while (orders.length > 0)
    await Promise.all(
      orders.splice(0, AT_ONCE).map((one) =>
        settle(one).catch((error: unknown) => {
          const { eventId, orderId } = one;
          const detail = `${orderId}: ${errorWords(error)}`;
          log({ name: 'problem', part: 'undelivered', eventId, detail });
        }),
      ),
    );
}
