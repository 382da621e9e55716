import type Stripe from 'stripe';
import type { Decline } from './cards.ts';
import { charge } from './charges.ts';
import type { Call, Context } from './context.ts';
import type { StripeErrorBody } from './errors.ts';
import { StripeRefusal } from './errors.ts';
import { behaviourOf } from './methods.ts';
import type { Attempt, Intent, Method } from './state.ts';

type Cause = Pick<Call, 'idempotencyKey' | 'requestId'> | null;

const AUTHENTICATION_FAILURE =
  'We are unable to authenticate your payment method. Please choose a different payment method and try again.';

function lastError(
  error: Omit<StripeErrorBody, 'payment_intent' | 'payment_method' | 'type'>,
  type: 'card_error' | 'invalid_request_error',
  method: Method,
): Stripe.PaymentIntent.LastPaymentError {
  return {
    ...(error as Omit<Stripe.PaymentIntent.LastPaymentError, 'type'>),
    payment_method: method.object,
    type,
  };
}

function failed(
  context: Context,
  intent: Intent,
  error: Stripe.PaymentIntent.LastPaymentError,
  chargeId: string | null,
  cause: Cause,
): Intent {
  const after = context.store.intent.put({
    ...intent,
    last_payment_error: error,
    latest_charge: chargeId ?? intent.latest_charge,
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  });
  context.emit('payment_intent.payment_failed', after, cause);
  return after;
}

function declineError(
  decline: Decline,
  chargeId: string,
  method: Method,
): Stripe.PaymentIntent.LastPaymentError {
  return lastError(
    {
      charge: chargeId,
      code: decline.code,
      ...(decline.declineCode !== undefined && { decline_code: decline.declineCode }),
      doc_url: `https://stripe.com/docs/error-codes/${decline.code.replaceAll('_', '-')}`,
      message: decline.message,
      ...(decline.param !== undefined && { param: decline.param }),
    },
    'card_error',
    method,
  );
}

/** Charges the card now: the intent becomes `succeeded` or goes back to `requires_payment_method`. */
export function settle(context: Context, intent: Intent, method: Method, cause: Cause): Intent {
  const made = charge(context, intent, method);
  const { decline } = behaviourOf(method);
  if (decline !== undefined) {
    context.emit('charge.failed', made, cause);
    const error = declineError(decline, made.id, method);
    return failed(context, intent, error, made.id, cause);
  }
  context.emit('charge.succeeded', made, cause);
  const after = context.store.intent.put({
    ...intent,
    amount_received: intent.amount,
    last_payment_error: null,
    latest_charge: made.id,
    next_action: null,
    payment_method: method.id,
    status: 'succeeded',
  });
  context.emit('payment_intent.succeeded', after, cause);
  return after;
}

/** Charges at once, or, with `processingMs`, leaves the intent `processing` until then. */
export function beginCharge(
  context: Context,
  intent: Intent,
  method: Method,
  cause: Cause,
): Intent {
  const { processingMs } = context.switches.values;
  if (processingMs === 0) return settle(context, intent, method, cause);
  const after = context.store.intent.put({
    ...intent,
    next_action: null,
    payment_method: method.id,
    status: 'processing',
  });
  const before = context.store.attempt.get(intent.id);
  const attempt = context.store.attempt.put({
    id: intent.id,
    methodId: method.id,
    returnUrl: before?.returnUrl ?? null,
    settleAt: context.now() + processingMs,
  });
  context.emit('payment_intent.processing', after, cause);
  scheduleSettlement(context, attempt);
  return after;
}

/** Ends a `processing` intent when its time has come; also called for those found in the log on start. */
export function scheduleSettlement(context: Context, attempt: Attempt): void {
  if (attempt.settleAt === null) return;
  context.later(Math.max(0, attempt.settleAt - context.now()), () => {
    const intent = context.store.intent.get(attempt.id);
    const method = context.store.method.get(attempt.methodId);
    if (intent?.status === 'processing' && method !== undefined) {
      settle(context, intent, method, null);
    }
  });
}

/** The cardholder's answer to a 3-D Secure challenge. */
export function completeChallenge(context: Context, id: string, passed: boolean): Intent | null {
  const intent = context.store.intent.get(id);
  const attempt = context.store.attempt.get(id);
  const method = context.store.method.get(attempt?.methodId ?? '');
  if (intent?.status !== 'requires_action' || method === undefined) return null;
  if (passed) return beginCharge(context, intent, method, null);
  const error = lastError(
    {
      code: 'payment_intent_authentication_failure',
      doc_url: 'https://stripe.com/docs/error-codes/payment-intent-authentication-failure',
      message: AUTHENTICATION_FAILURE,
    },
    'invalid_request_error',
    method,
  );
  return failed(context, intent, error, null, null);
}

/** The 402 that a confirm answers when the card was declined. */
export function declinedAnswer(intent: Intent): StripeRefusal {
  const error = intent.last_payment_error;
  return new StripeRefusal(
    402,
    {
      ...(error?.charge !== undefined && { charge: error.charge }),
      code: error?.code ?? 'card_declined',
      ...(error?.decline_code !== undefined && { decline_code: error.decline_code }),
      message: error?.message ?? 'Your card was declined.',
      ...(error?.param !== undefined && { param: error.param }),
      payment_intent: intent,
      ...(error?.payment_method !== undefined && { payment_method: error.payment_method }),
      type: 'card_error',
    },
    true,
  );
}
