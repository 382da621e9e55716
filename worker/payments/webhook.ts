import { Stripe } from 'stripe';
import { z } from 'zod';
import { eventOf } from '../../durable-objects/core/ids.ts';
import type { EventId, OrderId } from '../../durable-objects/core/ids.ts';
import { orderOfRefund } from '../../durable-objects/core/refund-rules.ts';
import type { Result } from '../../durable-objects/core/result.ts';

/** Largest age of a signature, seconds (docs.stripe.com/webhooks, "Preventing replay attacks"). */
const TOLERANCE_SECONDS = 300;

/** Types that tell something about an order's money; others are none of our business. */
export const TYPES: ReadonlySet<string> = new Set([
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.processing',
  'payment_intent.canceled',
  // Also after it had succeeded (docs.stripe.com/refunds, "Failed refunds").
  'refund.failed',
]);

const ours = z
  .object({ metadata: z.object({ eventId: z.string(), orderId: z.string() }) })
  .transform(({ metadata }) => metadata);
const ourRefund = z
  .object({ metadata: z.object({ refundId: z.string() }) })
  .transform(({ metadata }) => {
    const orderId = orderOfRefund(metadata.refundId) ?? '';
    return { orderId, eventId: eventOf('book', orderId) ?? '' };
  });
const crypto = Stripe.createSubtleCryptoProvider();

/** What Stripe tells: about one of our orders, or not ours, with the reason. */
export type StripeNews = { stripeEventId: string; type: string } & (
  | { about: 'order'; eventId: EventId; orderId: OrderId }
  | { about: 'other'; reason: 'unknown_type' | 'unknown_intent' }
);

/** A signed message of Stripe. */
export type WebhookMessage = Result<StripeNews, { code: 'invalid_signature' }>;

/** Checks the signature over the raw body, then reads whose order it is about. */
export async function readWebhook(
  stripe: Stripe,
  secret: string,
  body: string,
  signature: string,
): Promise<WebhookMessage> {
  let event: Stripe.Event;
  try {
    event = await stripe.webhooks.constructEventAsync(
      body,
      signature,
      secret,
      TOLERANCE_SECONDS,
      crypto,
    );
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) {
      return { ok: false, code: 'invalid_signature' };
    }
    // A signed body that is no JSON.
    if (error instanceof SyntaxError) return { ok: false, code: 'invalid_signature' };
    throw error;
  }
  return { ok: true, ...readNews(event) };
}

/** Reads whose order an event is about; the event's word is believed, so it must come from Stripe itself. */
export function readNews(event: Stripe.Event): StripeNews {
  const base = { stripeEventId: event.id, type: event.type };
  if (!TYPES.has(event.type)) return { ...base, about: 'other', reason: 'unknown_type' };
  const parsed = (event.type === 'refund.failed' ? ourRefund : ours).safeParse(event.data.object);
  if (!parsed.success) return { ...base, about: 'other', reason: 'unknown_intent' };
  const { eventId, orderId } = parsed.data;
  const named = eventOf('book', orderId);
  if (named === null || named !== eventId) {
    return { ...base, about: 'other', reason: 'unknown_intent' };
  }
  return { ...base, about: 'order', eventId: named, orderId: orderId as OrderId };
}
