import type Stripe from 'stripe';
import type { Call, Context } from './context.ts';
import { seconds } from './context.ts';
import { formatAmount } from './currencies.ts';
import { badParameter, resourceMissing, stateRefused } from './errors.ts';
import { newId } from './ids.ts';
import { createdFilter, page } from './lists.ts';
import { behaviourOf } from './methods.ts';
import { allowOnly, integer, mergeMetadata, oneOf, text } from './params.ts';
import type { Charge, Refund } from './state.ts';

type Cause = Pick<Call, 'idempotencyKey' | 'requestId'> | null;

function chargeToRefund(context: Context, call: Call): Charge {
  const intentId = text(call.form, 'payment_intent');
  const chargeId = text(call.form, 'charge');
  if (intentId === undefined && chargeId === undefined) {
    throw badParameter(
      'One of the following params should be provided for this request: payment_intent or charge.',
      undefined,
      'parameter_missing',
    );
  }
  if (intentId !== undefined) {
    const intent = context.store.intent.get(intentId);
    if (intent === undefined) throw resourceMissing('payment_intent', intentId, 'payment_intent');
    const charge = context.store.charge.get(intent.latest_charge ?? '');
    if (charge === undefined || !charge.paid) {
      throw stateRefused(
        `This PaymentIntent (${intentId}) does not have a successful charge to refund.`,
      );
    }
    return charge;
  }
  const charge = context.store.charge.get(chargeId ?? '');
  if (charge === undefined) throw resourceMissing('charge', chargeId ?? '', 'id');
  if (!charge.paid) {
    throw stateRefused(`Charge ${charge.id} is not paid, so it cannot be refunded.`);
  }
  return charge;
}

function amountToRefund(call: Call, charge: Charge): number {
  const remaining = charge.amount - charge.amount_refunded;
  if (remaining === 0) {
    throw stateRefused(`Charge ${charge.id} has already been refunded.`, 'charge_already_refunded');
  }
  const amount = integer(call.form, 'amount') ?? remaining;
  if (amount < 1) {
    throw badParameter(
      'This value must be greater than or equal to 1.',
      'amount',
      'parameter_invalid_integer',
    );
  }
  if (amount > remaining) {
    // Stripe gives this refusal no code, only the parameter.
    throw stateRefused(
      `Refund amount (${formatAmount(amount, charge.currency)}) is greater than unrefunded amount on charge (${formatAmount(remaining, charge.currency)})`,
      undefined,
      'amount',
    );
  }
  return amount;
}

function withRefunded(context: Context, charge: Charge, refunded: number): Charge {
  return context.store.charge.put({
    ...charge,
    amount_refunded: refunded,
    refunded: refunded === charge.amount,
  });
}

/** Ends an asynchronous refund; a failed one gives its amount back to the charge. */
function finish(context: Context, id: string, status: 'failed' | 'succeeded', cause: Cause): void {
  const before = context.store.refund.get(id);
  if (before === undefined || before.status === 'failed' || before.status === status) return;
  const { pending_reason: _, ...rest } = before;
  const after = context.store.refund.put({
    ...rest,
    ...(status === 'failed' && { failure_reason: 'expired_or_canceled_card' }),
    status,
  });
  const charge = context.store.charge.get(after.charge);
  if (status === 'failed' && charge !== undefined) {
    withRefunded(context, charge, charge.amount_refunded - after.amount);
  }
  context.emit('refund.updated', after, cause);
  if (status === 'failed') context.emit('refund.failed', after, cause);
  context.emit('charge.refund.updated', after, cause);
}

/** How a refund of this charge begins and ends, by its test card and the switches. */
function course(context: Context, charge: Charge): { first: string; last: 'failed' | 'succeeded' } {
  const method = context.store.method.get(charge.payment_method ?? '');
  const behaviour = method === undefined ? undefined : behaviourOf(method).refund;
  const pending = behaviour === 'pends' || context.switches.values.refunds.pendingFirst;
  return {
    first: pending ? 'pending' : 'succeeded',
    last: behaviour === 'fails' ? 'failed' : 'succeeded',
  };
}

function scheduleEnd(context: Context, refund: Refund, last: 'failed' | 'succeeded'): void {
  if (refund.status === last) return;
  context.later(context.switches.values.refunds.settleMs, () =>
    finish(context, refund.id, last, null),
  );
}

/** Takes up the asynchronous refunds of an earlier run. */
export function resumeRefunds(context: Context): void {
  for (const refund of context.store.refund.rows()) {
    const charge = context.store.charge.get(refund.charge);
    if (charge === undefined || refund.status === 'failed') continue;
    scheduleEnd(context, refund, course(context, charge).last);
  }
}

/** `POST /v1/refunds`: whole or in part, by `payment_intent` or `charge`. */
export function createRefund(context: Context, call: Call): Refund {
  allowOnly(call.form, ['amount', 'charge', 'metadata', 'payment_intent', 'reason']);
  const reason = oneOf(call.form, 'reason', ['duplicate', 'fraudulent', 'requested_by_customer']);
  const metadata = mergeMetadata(call.form, {});
  const charge = chargeToRefund(context, call);
  const amount = amountToRefund(call, charge);
  const { first, last: usual } = course(context, charge);
  const last = context.switches.failsRefund() ? 'failed' : usual;
  const refund: Refund = context.store.refund.put({
    id: newId('re'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: seconds(context.now()),
    currency: charge.currency,
    customer: null,
    customer_account: null,
    destination_details: {
      card: {
        reference_status: 'pending',
        reference_type: 'acquirer_reference_number',
        type: 'refund',
      },
      type: 'card',
    },
    metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    ...(first === 'pending' && { pending_reason: 'processing' as const }),
    reason: reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: first,
    transfer_reversal: null,
  });
  context.emit('refund.created', refund, call);
  const after = withRefunded(context, charge, charge.amount_refunded + amount);
  context.emit('charge.refunded', after, call);
  scheduleEnd(context, refund, last);
  return refund;
}

/** `GET /v1/refunds/:id` */
export function retrieveRefund(context: Context, call: Call): Refund {
  const refund = context.store.refund.get(call.id);
  if (refund === undefined) throw resourceMissing('refund', call.id, 'id');
  return refund;
}

/** `GET /v1/refunds`, newest first, of one intent or charge if asked. */
export function listRefunds(context: Context, call: Call): Stripe.ApiList<Refund> {
  const { form } = call;
  allowOnly(form, [
    'charge',
    'created',
    'ending_before',
    'limit',
    'payment_intent',
    'starting_after',
  ]);
  const intent = text(form, 'payment_intent');
  const charge = text(form, 'charge');
  const created = createdFilter(form);
  return page(call, 'refund', context.store.refund, (refund) =>
    (intent === undefined || refund.payment_intent === intent) &&
    (charge === undefined || refund.charge === charge) &&
    created(refund.created)
      ? refund
      : undefined,
  );
}
