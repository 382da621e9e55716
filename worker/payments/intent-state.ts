import type { Stripe } from 'stripe';
import type { IntentState } from '../../durable-objects/protocol/ports.ts';

/** What a PaymentIntent's status means to us (docs.stripe.com/payments/paymentintents/lifecycle). */
export function intentState(intent: Stripe.PaymentIntent): IntentState {
  switch (intent.status) {
    case 'succeeded':
      return {
        state: 'succeeded',
        amountReceived: {
          amount: intent.amount_received,
          currency: intent.currency.toUpperCase(),
        },
      };
    case 'canceled':
      return { state: 'canceled' };
    // 3-D Secure may be open, or the bank was asked: money may still come.
    case 'requires_action':
    case 'requires_capture':
    case 'processing':
      return { state: 'processing' };
    default:
      return { state: 'unpaid', problem: problemOf(intent.last_payment_error) };
  }
}

function problemOf(
  error: Stripe.PaymentIntent.LastPaymentError | null,
): { code: string; message: string } | null {
  if (!error) return null;
  return {
    code: error.decline_code ?? error.code ?? error.type,
    message: error.message ?? 'The card was not accepted.',
  };
}
