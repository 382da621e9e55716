import type { Stripe } from 'stripe';
import { readNews, TYPES } from './webhook.ts';
import type { StripeNews } from './webhook.ts';

/** Younger events may still be on their way, ms. */
const SETTLED_MS = 60_000;
/** How far back each look goes, ms: longer than an outage that somebody sleeps through. */
const BACK_MS = 12 * 3_600_000;
/** Events of one look, the newest first; Stripe's largest page. */
const PAGE = 100;

/**
 * News about our orders that Stripe could not deliver (failure case F11), oldest first. Throws when Stripe
 * does not answer.
 */
export async function undelivered(
  stripe: Stripe,
  now: number,
): Promise<Extract<StripeNews, { about: 'order' }>[]> {
  const seconds = (at: number) => Math.floor(at / 1000);
  const { data } = await stripe.events.list({
    types: [...TYPES],
    delivery_success: false,
    created: { gte: seconds(now - BACK_MS), lte: seconds(now - SETTLED_MS) },
    limit: PAGE,
  });
  return data
    .map(readNews)
    .filter((news) => news.about === 'order')
    .toReversed();
}
