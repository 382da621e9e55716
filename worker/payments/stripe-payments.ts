import { Stripe } from 'stripe';
import type { Payments, PaymentsDown } from '../../durable-objects/protocol/ports.ts';
import { Breaker, isBroken } from '../breaker.ts';
import { errorWords, log } from '../telemetry/log.ts';
import { intentState } from './intent-state.ts';
import { isStripeOutage } from './stripe-outage.ts';

/** Back-off when Stripe does not say one, ms. */
const RETRY_MS = 2_000;
/** Back-off when our own key is refused: only the operator can mend that. */
const MISCONFIGURED_RETRY_MS = 30_000;

/** Keys of one write before it is given up for now. */
const KEYS_MAX = 5;

type Down = { ok: false } & PaymentsDown;

/**
 * Payments at Stripe. Every write has an idempotency key made from our own ids, so that a call whose
 * outcome is unknown can be made again. Only a request that Stripe calls wrong throws: that is a bug.
 */
export function stripePayments(
  stripe: Stripe,
  breaker: Breaker = new Breaker(isStripeOutage),
): Payments {
  const guarded = guardedBy(breaker);
  return {
    async createIntent({ eventId, orderId, accountId, total, description }) {
      return guarded(async () => {
        // An intent that a failed attempt left behind is harmless: nobody ever had its secret.
        const intent = await withFreshKey(`intent-${orderId}`, (idempotencyKey) =>
          stripe.paymentIntents.create(
            {
              amount: total.amount,
              currency: total.currency.toLowerCase(),
              description,
              metadata: { eventId, orderId, accountId },
              automatic_payment_methods: { enabled: true },
            },
            { idempotencyKey },
          ),
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
          const refund = await withFreshKey(`refund-${refundId}`, async (idempotencyKey) => {
            // Looked for first, before each key: Stripe forgets keys after a day, and a slow bank takes longer.
            const known = await knownRefund(stripe, intentId, refundId);
            return (
              known ??
              stripe.refunds.create(
                { payment_intent: intentId, amount: amount.amount, metadata: { refundId } },
                { idempotencyKey },
              )
            );
          });
          return { ok: true, status: refundStatus(refund.status) } as const;
        } catch (error) {
          // Given back already, by an earlier call or by hand in Stripe's dashboard.
          if (codeOf(error) === 'charge_already_refunded') {
            return { ok: true, status: 'succeeded' } as const;
          }
          // More than is left of the charge: somebody gave back by hand, and somebody must look.
          if (isTooMuch(error)) return { ok: true, status: 'failed' } as const;
          throw error;
        }
      });
    },
  };
}

/**
 * Calls with `key`, and with another where Stripe only repeats a failure: it keeps a 500 under its key for
 * a day like any other answer (docs.stripe.com/api/idempotent_requests). Always the same keys in the same
 * order, so that a repeat after a crash finds what was made.
 */
async function withFreshKey<Answer>(
  key: string,
  call: (idempotencyKey: string) => Promise<Answer>,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call(attempt === 1 ? key : `${key}-${attempt}`);
    } catch (error) {
      if (attempt >= KEYS_MAX || !isRepeatedFailure(error)) throw error;
    }
  }
}

function isRepeatedFailure(error: unknown): boolean {
  return (
    error instanceof Stripe.errors.StripeAPIError &&
    error.headers?.['idempotent-replayed'] === 'true'
  );
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

/** Stripe gives this refusal no code, only the parameter; an amount that is none has one. */
function isTooMuch(error: unknown): boolean {
  const { StripeInvalidRequestError } = Stripe.errors;
  return (
    error instanceof StripeInvalidRequestError &&
    error.param === 'amount' &&
    error.code === undefined
  );
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

/** Turns "no answer, 5xx, 429, open circuit" into an unknown outcome; lets everything else through as a bug. */
function guardedBy(breaker: Breaker) {
  return async <Answer>(call: () => Promise<Answer>): Promise<Answer | Down> => {
    try {
      return await breaker.run(call);
    } catch (error) {
      const retryAfterMs = isBroken(error) ? RETRY_MS : retryAfter(error);
      if (retryAfterMs === null) throw error;
      if (!isBroken(error)) log({ name: 'problem', part: 'stripe', detail: errorWords(error) });
      const limited = error instanceof Stripe.errors.StripeRateLimitError;
      return { ok: false, code: 'payments_unavailable', retryAfterMs, limited };
    }
  };
}

function retryAfter(error: unknown): number | null {
  if (error instanceof Stripe.errors.StripeAuthenticationError) return MISCONFIGURED_RETRY_MS;
  if (error instanceof Stripe.errors.StripeRateLimitError) {
    const seconds = Number(error.headers?.['retry-after'] ?? Number.NaN);
    return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : RETRY_MS;
  }
  if (isStripeOutage(error)) return RETRY_MS;
  // Another request with this key is still running (409): its outcome is not known yet.
  return codeOf(error) === 'idempotency_key_in_use' ? RETRY_MS : null;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Stripe.errors.StripeError ? error.code : undefined;
}
