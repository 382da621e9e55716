import { Stripe } from 'stripe';
import type { Payments, PaymentsDown } from '../../durable-objects/protocol/ports.ts';
import { errorWords, log } from '../telemetry/log.ts';
import { intentState } from './intent-state.ts';

/** Back-off when Stripe does not say one, ms. */
const RETRY_MS = 2_000;
/** Back-off when our own key is refused: only the operator can mend that. */
const MISCONFIGURED_RETRY_MS = 30_000;

type Down = { ok: false } & PaymentsDown;

/**
 * Payments at Stripe. Every write has an idempotency key made from our own ids, so that a call whose
 * outcome is unknown can be made again. Only a request that Stripe calls wrong throws: that is a bug.
 */
export function stripePayments(stripe: Stripe): Payments {
  return {
    async createIntent({ eventId, orderId, accountId, total, description }) {
      return guarded(async () => {
        const intent = await stripe.paymentIntents.create(
          {
            amount: total.amount,
            currency: total.currency.toLowerCase(),
            description,
            metadata: { eventId, orderId, accountId },
            automatic_payment_methods: { enabled: true },
          },
          { idempotencyKey: `intent-${orderId}` },
        );
        const clientSecret = intent.client_secret ?? '';
        return {
          ok: true,
          intentId: intent.id,
          intent: intentState(intent),
          clientSecret,
        } as const;
      });
    },

    async retrieveIntent(intentId) {
      return guarded(async () => {
        const intent = await stripe.paymentIntents.retrieve(intentId);
        const clientSecret = intent.client_secret ?? '';
        return { ok: true, intent: intentState(intent), clientSecret } as const;
      });
    },

    async cancelIntent(intentId) {
      return guarded(async () => {
        const intent = await cancelOrRead(stripe, intentId);
        return { ok: true, intent: intentState(intent) } as const;
      });
    },

    async refund({ intentId, refundId, amount }) {
      return guarded(async () => {
        try {
          // Asked first: Stripe forgets idempotency keys after a day (docs.stripe.com/api/idempotent_requests),
          // and a slow bank takes longer.
          const known = await knownRefund(stripe, intentId, refundId);
          if (known !== undefined) return { ok: true, status: refundStatus(known.status) } as const;
          const refund = await stripe.refunds.create(
            { payment_intent: intentId, amount: amount.amount, metadata: { refundId } },
            { idempotencyKey: `refund-${refundId}` },
          );
          return { ok: true, status: refundStatus(refund.status) } as const;
        } catch (error) {
          // Given back already, by an earlier call or by hand in Stripe's dashboard.
          if (codeOf(error) === 'charge_already_refunded') {
            return { ok: true, status: 'succeeded' } as const;
          }
          throw error;
        }
      });
    },
  };
}

/** An intent that cannot be cancelled any more answers with the state that stands in the way. */
async function cancelOrRead(stripe: Stripe, intentId: string): Promise<Stripe.PaymentIntent> {
  try {
    return await stripe.paymentIntents.cancel(intentId);
  } catch (error) {
    if (codeOf(error) !== 'payment_intent_unexpected_state') throw error;
    return stripe.paymentIntents.retrieve(intentId);
  }
}

/** The refund that we asked for under this id, if Stripe has it. */
async function knownRefund(
  stripe: Stripe,
  intentId: string,
  refundId: string,
): Promise<Stripe.Refund | undefined> {
  const { data } = await stripe.refunds.list({ payment_intent: intentId, limit: 100 });
  return data.find((refund) => refund.metadata?.['refundId'] === refundId);
}

function refundStatus(status: string | null): 'pending' | 'succeeded' | 'failed' {
  if (status === 'succeeded') return 'succeeded';
  return status === 'failed' || status === 'canceled' ? 'failed' : 'pending';
}

/** Turns "no answer, 5xx, 429" into an unknown outcome; lets everything else through as a bug. */
async function guarded<Answer>(call: () => Promise<Answer>): Promise<Answer | Down> {
  try {
    return await call();
  } catch (error) {
    const retryAfterMs = retryAfter(error);
    if (retryAfterMs === null) throw error;
    log({ name: 'problem', part: 'stripe', detail: errorWords(error) });
    return { ok: false, code: 'payments_unavailable', retryAfterMs };
  }
}

function retryAfter(error: unknown): number | null {
  const { StripeAPIError, StripeAuthenticationError, StripeConnectionError } = Stripe.errors;
  if (error instanceof StripeAuthenticationError) return MISCONFIGURED_RETRY_MS;
  if (error instanceof Stripe.errors.StripeRateLimitError) {
    const seconds = Number(error.headers?.['retry-after'] ?? Number.NaN);
    return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : RETRY_MS;
  }
  if (error instanceof StripeConnectionError || error instanceof StripeAPIError) return RETRY_MS;
  // Another request with this key is still running (409): its outcome is not known yet.
  return codeOf(error) === 'idempotency_key_in_use' ? RETRY_MS : null;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Stripe.errors.StripeError ? error.code : undefined;
}
