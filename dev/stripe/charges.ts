import type Stripe from 'stripe';
import type { Decline } from './cards.ts';
import type { Call, Context } from './context.ts';
import { seconds } from './context.ts';
import { resourceMissing } from './errors.ts';
import { newId } from './ids.ts';
import { behaviourOf } from './methods.ts';
import type { Charge, Intent, Method } from './state.ts';

function cardDetails(method: Method, amount: number): Stripe.Charge.PaymentMethodDetails {
  const card = method.object.card;
  return {
    type: 'card',
    card: {
      amount_authorized: amount,
      authorization_code: null,
      brand: card?.brand ?? null,
      checks: {
        address_line1_check: null,
        address_postal_code_check: null,
        cvc_check: card?.checks?.cvc_check ?? null,
      },
      country: card?.country ?? null,
      electronic_commerce_indicator: null,
      exp_month: card?.exp_month ?? 12,
      exp_year: card?.exp_year ?? 2099,
      fingerprint: card?.fingerprint ?? null,
      funding: card?.funding ?? null,
      installments: null,
      last4: card?.last4 ?? null,
      mandate: null,
      network: card?.brand ?? null,
      network_transaction_id: null,
      regulated_status: null,
      three_d_secure: null,
      transaction_link_id: null,
      wallet: null,
    },
  };
}

function outcomeOf(decline: Decline | undefined): Stripe.Charge.Outcome {
  return {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: decline === undefined ? 'approved_by_network' : 'declined_by_network',
    reason: decline === undefined ? null : (decline.declineCode ?? decline.code),
    risk_level: 'normal',
    risk_score: 10,
    seller_message:
      decline === undefined ? 'Payment complete.' : 'The bank did not return any further details.',
    type: decline === undefined ? 'authorized' : 'issuer_declined',
  };
}

/** Charges the method for the intent's amount: a succeeded or failed charge, stored. */
export function charge(context: Context, intent: Intent, method: Method): Charge {
  const { decline } = behaviourOf(method);
  const ok = decline === undefined;
  return context.store.charge.put({
    id: newId('ch'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: ok ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: method.object.billing_details,
    calculated_statement_descriptor: 'ONSALE',
    captured: ok,
    created: seconds(context.now()),
    currency: intent.currency,
    customer: null,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: outcomeOf(decline),
    paid: ok,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: cardDetails(method, intent.amount),
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: ok ? 'succeeded' : 'failed',
    transfer_data: null,
    transfer_group: null,
  });
}

/** `GET /v1/charges/:id` */
export function retrieveCharge(context: Context, call: Call): Charge {
  const found = context.store.charge.get(call.id);
  if (found === undefined) throw resourceMissing('charge', call.id, 'id');
  return found;
}
