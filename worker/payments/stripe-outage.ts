import { Stripe } from 'stripe';

/** Whether Stripe did not do what it was asked and may later: no answer, 5xx, or 429. */
export function isStripeOutage(error: unknown): boolean {
  const { StripeAPIError, StripeConnectionError, StripeRateLimitError } = Stripe.errors;
  return (
    error instanceof StripeConnectionError ||
    error instanceof StripeAPIError ||
    error instanceof StripeRateLimitError
  );
}
