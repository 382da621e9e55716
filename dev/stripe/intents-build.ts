import type Stripe from 'stripe';
import type { Call, Context } from './context.ts';
import { seconds } from './context.ts';
import { checkAmount, checkCurrency } from './currencies.ts';
import { badParameter, parameterMissing } from './errors.ts';
import { newId, randomText } from './ids.ts';
import { flag, integer, list, map, mergeMetadata, oneOf, requiredText, text } from './params.ts';
import type { Intent } from './state.ts';

/** The parameters of `POST /v1/payment_intents` that the stand-in knows. */
export const CREATE_PARAMS = [
  'allowed_payment_method_types',
  'amount',
  'automatic_payment_methods',
  'capture_method',
  'confirm',
  'confirmation_method',
  'currency',
  'description',
  'metadata',
  'payment_method',
  'payment_method_data',
  'receipt_email',
  'return_url',
  'setup_future_usage',
  'statement_descriptor_suffix',
  'use_stripe_sdk',
] as const;

function automaticMethods(call: Call): Stripe.PaymentIntent.AutomaticPaymentMethods | null {
  const given = map(call.form, 'automatic_payment_methods');
  // Automatic methods are the default since API version 2023-08-16.
  if (given === undefined) return { allow_redirects: 'always', enabled: true };
  const enabled = flag(given, 'enabled');
  if (enabled === undefined) throw parameterMissing('automatic_payment_methods[enabled]');
  if (!enabled) return null;
  const redirects = oneOf(given, 'allow_redirects', ['always', 'never']);
  return { allow_redirects: redirects ?? 'always', enabled: true };
}

/** Checks what the site does not use and this server therefore does not have. */
function refuseUnsupported(call: Call): void {
  for (const [name, only] of [
    ['capture_method', ['automatic', 'automatic_async']],
    ['confirmation_method', ['automatic']],
  ] as const) {
    const value = text(call.form, name);
    if (value !== undefined && !only.some((known) => known === value)) {
      throw badParameter(`The Stripe stand-in has only ${name}: ${only.join(', ')}`, name);
    }
  }
  const types = list(call.form, 'allowed_payment_method_types');
  if (types !== undefined && types.some((type) => type !== 'card')) {
    throw badParameter('The Stripe stand-in has only cards', 'allowed_payment_method_types');
  }
}

/** A new intent in `requires_payment_method` from the call's parameters; nothing is stored. */
export function buildIntent(context: Context, call: Call): Intent {
  const { form } = call;
  const amount = integer(form, 'amount');
  if (amount === undefined) throw parameterMissing('amount');
  const currency = checkCurrency(requiredText(form, 'currency'));
  checkAmount(amount, currency);
  refuseUnsupported(call);
  const id = newId('pi');
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types:
      list(form, 'allowed_payment_method_types') === undefined ? null : ['card'],
    amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: automaticMethods(call),
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: `${id}_secret_${randomText(25)}`,
    confirmation_method: 'automatic',
    created: seconds(context.now()),
    currency,
    customer: null,
    customer_account: null,
    description: text(form, 'description') ?? null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: mergeMetadata(form, {}),
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: {
        installments: null,
        mandate_options: null,
        network: null,
        request_three_d_secure: 'automatic',
      },
    },
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: text(form, 'receipt_email') ?? null,
    review: null,
    setup_future_usage: oneOf(form, 'setup_future_usage', ['off_session', 'on_session']) ?? null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: text(form, 'statement_descriptor_suffix') ?? null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  };
}
