import type Stripe from 'stripe';
import type { Call, Context } from './context.ts';
import { seconds } from './context.ts';
import { checkAmount, checkCurrency } from './currencies.ts';
import { badParameter, resourceMissing, stateRefused } from './errors.ts';
import { CREATE_PARAMS, buildIntent } from './intents-build.ts';
import { createdFilter, page } from './lists.ts';
import { behaviourOf, methodOf } from './methods.ts';
import { allowOnly, flag, integer, mergeMetadata, oneOf, text } from './params.ts';
import { beginCharge, declinedAnswer } from './settle.ts';
import type { Intent, Method } from './state.ts';

const UNEXPECTED_STATE = 'payment_intent_unexpected_state';
const OPEN = ['requires_payment_method', 'requires_confirmation', 'requires_action'] as const;

function isOpen(intent: Intent): boolean {
  return OPEN.some((status) => status === intent.status);
}

/** The intent of the path; a browser must also show the client secret. */
function find(context: Context, call: Call): Intent {
  const intent = context.store.intent.get(call.id);
  if (intent === undefined) throw resourceMissing('payment_intent', call.id, 'intent');
  if (call.caller === 'publishable' && text(call.form, 'client_secret') !== intent.client_secret) {
    throw badParameter(
      'The client_secret provided does not match the client_secret associated with the PaymentIntent.',
      'client_secret',
      'payment_intent_invalid_parameter',
    );
  }
  return intent;
}

function withMethod(context: Context, intent: Intent, method: Method): Intent {
  return context.store.intent.put({
    ...intent,
    payment_method: method.id,
    status: 'requires_confirmation',
    next_action: null,
  });
}

function challenge(context: Context, call: Call, intent: Intent, method: Method): Intent {
  const returnUrl = text(call.form, 'return_url') ?? null;
  const bySdk = flag(call.form, 'use_stripe_sdk') === true || returnUrl === null;
  const url = `${call.baseUrl}/v3/three-ds-challenge?payment_intent=${intent.id}&payment_intent_client_secret=${intent.client_secret}`;
  context.store.attempt.put({ id: intent.id, methodId: method.id, returnUrl, settleAt: null });
  const nextAction: Stripe.PaymentIntent.NextAction = bySdk
    ? {
        type: 'use_stripe_sdk',
        use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url },
      }
    : { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url } };
  const after = context.store.intent.put({
    ...intent,
    next_action: nextAction,
    payment_method: method.id,
    status: 'requires_action',
  });
  context.emit('payment_intent.requires_action', after, call);
  return after;
}

function requireReturnUrl(call: Call, intent: Intent): void {
  if (intent.automatic_payment_methods?.allow_redirects !== 'always') return;
  if (intent.allowed_payment_method_types !== null) return;
  if (text(call.form, 'return_url') !== undefined || call.caller === 'publishable') return;
  throw badParameter(
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
  );
}

function refuseConfirm(context: Context, intent: Intent): void {
  if (isOpen(intent)) return;
  if (intent.status === 'canceled' && context.switches.values.takesCanceled) return;
  throw stateRefused(
    intent.status === 'succeeded'
      ? 'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.'
      : `You cannot confirm this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be confirmed: requires_confirmation, requires_action.`,
    UNEXPECTED_STATE,
  );
}

function confirm(context: Context, call: Call, intent: Intent): Intent {
  refuseConfirm(context, intent);
  requireReturnUrl(call, intent);
  const given = methodOf(context, call);
  const method = given ?? context.store.method.get(intent.payment_method ?? '');
  if (method === undefined) {
    throw stateRefused(
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
      UNEXPECTED_STATE,
    );
  }
  const attempted = { ...intent, last_payment_error: null };
  if (behaviourOf(method).challenge === true) return challenge(context, call, attempted, method);
  const after = beginCharge(context, attempted, method, call);
  if (after.status === 'requires_payment_method') throw declinedAnswer(after);
  return after;
}

/** `POST /v1/payment_intents` */
export function createIntent(context: Context, call: Call): Intent {
  allowOnly(call.form, CREATE_PARAMS);
  const built = buildIntent(context, call);
  const confirmNow = flag(call.form, 'confirm') === true;
  if (!confirmNow && text(call.form, 'return_url') !== undefined) {
    throw badParameter(
      'You cannot provide `return_url` without also setting `confirm` to `true`.',
      'return_url',
    );
  }
  if (confirmNow) requireReturnUrl(call, built);
  const method = confirmNow ? undefined : methodOf(context, call);
  const created = context.store.intent.put({
    ...built,
    ...(method !== undefined && { payment_method: method.id, status: 'requires_confirmation' }),
  });
  context.emit('payment_intent.created', created, call);
  return confirmNow ? confirm(context, call, created) : created;
}

/** `GET /v1/payment_intents/:id` */
export function retrieveIntent(context: Context, call: Call): Intent {
  allowOnly(call.form, []);
  return find(context, call);
}

/** `GET /v1/payment_intents`, newest first. */
export function listIntents(context: Context, call: Call): Stripe.ApiList<Intent> {
  allowOnly(call.form, ['created', 'customer', 'ending_before', 'limit', 'starting_after']);
  const created = createdFilter(call.form);
  const customer = text(call.form, 'customer');
  return page(call, 'payment_intent', context.store.intent, (intent) =>
    created(intent.created) && customer === undefined ? intent : undefined,
  );
}

const UPDATE_PARAMS = [
  'amount',
  'currency',
  'description',
  'metadata',
  'payment_method',
  'payment_method_data',
  'receipt_email',
  'statement_descriptor_suffix',
];

function refuseUpdate(intent: Intent, param: string): void {
  if (isOpen(intent)) return;
  throw stateRefused(
    `This PaymentIntent's ${param} could not be updated because it has a status of ${intent.status}. You may only update the ${param} of a PaymentIntent with one of the following statuses: ${OPEN.join(', ')}.`,
    UNEXPECTED_STATE,
    param,
  );
}

/** `POST /v1/payment_intents/:id`: metadata and texts at any time, money and method while it is open. */
export function updateIntent(context: Context, call: Call): Intent {
  allowOnly(call.form, UPDATE_PARAMS);
  const intent = find(context, call);
  const currency = checkCurrency(text(call.form, 'currency') ?? intent.currency);
  const amount = integer(call.form, 'amount') ?? intent.amount;
  if (amount !== intent.amount) refuseUpdate(intent, 'amount');
  if (currency !== intent.currency) refuseUpdate(intent, 'currency');
  checkAmount(amount, currency);
  const moneyChanged = amount !== intent.amount || currency !== intent.currency;
  const reopened = moneyChanged && intent.status === 'requires_action';
  const after = context.store.intent.put({
    ...intent,
    amount,
    currency,
    description: text(call.form, 'description') ?? intent.description,
    metadata: mergeMetadata(call.form, intent.metadata),
    receipt_email: text(call.form, 'receipt_email') ?? intent.receipt_email,
    statement_descriptor_suffix:
      text(call.form, 'statement_descriptor_suffix') ?? intent.statement_descriptor_suffix,
    ...(reopened && { next_action: null, status: 'requires_confirmation' }),
  });
  if (call.form['payment_method'] === undefined && call.form['payment_method_data'] === undefined)
    return after;
  refuseUpdate(intent, 'payment_method');
  const method = methodOf(context, call);
  return method === undefined ? after : withMethod(context, after, method);
}

const CONFIRM_PARAMS = [
  'error_on_requires_action',
  'mandate_data',
  'off_session',
  'payment_method',
  'payment_method_data',
  'receipt_email',
  'return_url',
  'use_stripe_sdk',
];

/** `POST /v1/payment_intents/:id/confirm`, by the server or, with the client secret, by the browser. */
export function confirmIntent(context: Context, call: Call): Intent {
  allowOnly(call.form, CONFIRM_PARAMS);
  return confirm(context, call, find(context, call));
}

/** `POST /v1/payment_intents/:id/cancel` */
export function cancelIntent(context: Context, call: Call): Intent {
  allowOnly(call.form, ['cancellation_reason']);
  const intent = find(context, call);
  const reason = oneOf(call.form, 'cancellation_reason', [
    'duplicate',
    'fraudulent',
    'requested_by_customer',
    'abandoned',
  ]);
  if (!isOpen(intent)) {
    throw stateRefused(
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action, processing.`,
      UNEXPECTED_STATE,
    );
  }
  const after = context.store.intent.put({
    ...intent,
    canceled_at: seconds(context.now()),
    cancellation_reason: reason ?? null,
    next_action: null,
    status: 'canceled',
  });
  context.emit('payment_intent.canceled', after, call);
  return after;
}
