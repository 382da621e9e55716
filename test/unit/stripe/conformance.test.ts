import { Stripe } from 'stripe';
import { beforeAll, describe, expect, it } from 'vitest';
import { ORDER, conformanceTarget, latestCharge, pay } from './conformance-target.ts';
import { refusal } from './harness.ts';

const target = conformanceTarget();
let stripe: Stripe;

beforeAll(() => {
  ({ stripe } = target());
});

describe('payment intents', () => {
  it('begin without a payment method, carry metadata and can be retrieved', async () => {
    const intent = await stripe.paymentIntents.create({ ...ORDER, metadata: { orderId: 'o 1&2' } });
    expect(intent).toMatchObject({
      object: 'payment_intent',
      amount: 2500,
      currency: 'usd',
      status: 'requires_payment_method',
      livemode: false,
      latest_charge: null,
      metadata: { orderId: 'o 1&2' },
      payment_method_types: expect.arrayContaining(['card']),
    });
    expect(intent.id).toMatch(/^pi_/);
    expect(intent.client_secret).toMatch(new RegExp(`^${intent.id}_secret_`));
    expect(intent.lastResponse.requestId).toMatch(/^req_/);
    const again = await stripe.paymentIntents.retrieve(intent.id);
    expect(again.client_secret).toBe(intent.client_secret);
  });

  it('succeed at once with a good card and embed the charge when asked', async () => {
    const intent = await pay(stripe, 'pm_card_visa', { expand: ['latest_charge'] });
    expect(intent).toMatchObject({
      status: 'succeeded',
      amount_received: 2500,
      latest_charge: {
        object: 'charge',
        amount: 2500,
        paid: true,
        captured: true,
        refunded: false,
        status: 'succeeded',
        payment_method_details: { type: 'card', card: { brand: 'visa', last4: '4242' } },
      },
    });
  });

  it('wait for confirmation when they have a method, and can be confirmed later', async () => {
    const intent = await stripe.paymentIntents.create({ ...ORDER, payment_method: 'pm_card_visa' });
    expect(intent.status).toBe('requires_confirmation');
    expect(await stripe.paymentIntents.confirm(intent.id)).toMatchObject({ status: 'succeeded' });
  });

  it.each([
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', null],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', null],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', null],
  ])('are declined with %s as %s, and take another card', async (method, code, declineCode) => {
    const intent = await stripe.paymentIntents.create(ORDER);
    const error = await refusal(
      stripe.paymentIntents.confirm(intent.id, { payment_method: method }),
    );
    expect(error).toBeInstanceOf(Stripe.errors.StripeCardError);
    expect(error).toMatchObject({ statusCode: 402, rawType: 'card_error', code });
    expect(error).toMatchObject(declineCode === null ? {} : { decline_code: declineCode });
    expect(error.payment_intent).toMatchObject({
      id: intent.id,
      status: 'requires_payment_method',
    });
    const after = await stripe.paymentIntents.retrieve(intent.id);
    expect(after).toMatchObject({
      status: 'requires_payment_method',
      payment_method: null,
      last_payment_error: { type: 'card_error', code },
    });
    expect(await stripe.charges.retrieve(latestCharge(after))).toMatchObject({
      status: 'failed',
      paid: false,
      failure_code: code,
    });
    const paid = await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
    expect(paid).toMatchObject({ status: 'succeeded', last_payment_error: null });
  });

  it('ask for 3-D Secure with a card that needs it', async () => {
    const intent = await pay(stripe, 'pm_card_threeDSecure2Required');
    expect(intent).toMatchObject({
      status: 'requires_action',
      next_action: { type: 'use_stripe_sdk' },
      latest_charge: null,
    });
  });

  it('send the cardholder to a page for 3-D Secure when given a return_url', async () => {
    const intent = await stripe.paymentIntents.create({
      amount: 2500,
      currency: 'usd',
      allowed_payment_method_types: ['card'],
      payment_method: 'pm_card_threeDSecure2Required',
      confirm: true,
      return_url: 'https://example.com/back',
    });
    expect(intent.next_action).toMatchObject({
      type: 'redirect_to_url',
      redirect_to_url: {
        return_url: 'https://example.com/back',
        url: expect.stringMatching(/^http/),
      },
    });
  });

  it('demand a return_url when redirecting methods are allowed', async () => {
    const error = await refusal(
      pay(stripe, 'pm_card_visa', { automatic_payment_methods: { enabled: true } }),
    );
    expect(error).toMatchObject({ statusCode: 400, rawType: 'invalid_request_error' });
    expect(error.message).toContain('return_url');
  });

  it('change amount and metadata while open, and only metadata afterwards', async () => {
    const intent = await stripe.paymentIntents.create({ ...ORDER, metadata: { a: '1', b: '2' } });
    const changed = await stripe.paymentIntents.update(intent.id, {
      amount: 5000,
      metadata: { a: '', c: '3' },
    });
    expect(changed.amount).toBe(5000);
    expect(changed.metadata).toEqual({ b: '2', c: '3' });
    await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
    const late = await stripe.paymentIntents.update(intent.id, { metadata: { d: '4' } });
    expect(late.metadata).toEqual({ b: '2', c: '3', d: '4' });
    expect(await refusal(stripe.paymentIntents.update(intent.id, { amount: 100 }))).toMatchObject({
      statusCode: 400,
      code: 'payment_intent_unexpected_state',
    });
  });

  it('can be cancelled while open and not afterwards', async () => {
    const open = await stripe.paymentIntents.create(ORDER);
    expect(
      await stripe.paymentIntents.cancel(open.id, { cancellation_reason: 'abandoned' }),
    ).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'abandoned',
      canceled_at: expect.any(Number),
    });
    const paid = await pay(stripe, 'pm_card_visa');
    for (const call of [
      () => stripe.paymentIntents.cancel(open.id),
      () => stripe.paymentIntents.cancel(paid.id),
      () => stripe.paymentIntents.confirm(open.id, { payment_method: 'pm_card_visa' }),
      () => stripe.paymentIntents.confirm(paid.id, { payment_method: 'pm_card_visa' }),
    ]) {
      const error = await refusal(call());
      expect(error).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError);
      expect(error).toMatchObject({
        statusCode: 400,
        code: 'payment_intent_unexpected_state',
      });
    }
  });

  it('cannot be confirmed without a payment method', async () => {
    const intent = await stripe.paymentIntents.create(ORDER);
    expect(await refusal(stripe.paymentIntents.confirm(intent.id))).toMatchObject({
      statusCode: 400,
      code: 'payment_intent_unexpected_state',
    });
  });

  it.each([
    [{ amount: 10 }, 'amount_too_small', 'amount'],
    [{ amount: 999_999_999 }, 'amount_too_large', 'amount'],
    [{ amount: -5 }, 'parameter_invalid_integer', 'amount'],
    [{ amount: 12.5 }, 'parameter_invalid_integer', 'amount'],
    [{ amount: undefined }, 'parameter_missing', 'amount'],
    [{ currency: undefined }, 'parameter_missing', 'currency'],
    [{ seats: 4 }, 'parameter_unknown', 'seats'],
    [{ payment_method: 'pm_nothing' }, 'resource_missing', 'payment_method'],
  ])('refuse %o as %s', async (wrong, code, param) => {
    const params = { ...ORDER, ...wrong } as unknown as Stripe.PaymentIntentCreateParams;
    expect(await refusal(stripe.paymentIntents.create(params))).toMatchObject({
      rawType: 'invalid_request_error',
      code,
      param,
    });
  });

  it('are 404 resource_missing when unknown', async () => {
    expect(await refusal(stripe.paymentIntents.retrieve('pi_unknown'))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      param: 'intent',
    });
  });

  it('are listed newest first, in pages', async () => {
    const first = await stripe.paymentIntents.create(ORDER);
    const second = await stripe.paymentIntents.create(ORDER);
    const page = await stripe.paymentIntents.list({ limit: 1 });
    expect(page).toMatchObject({ object: 'list', has_more: true });
    expect(page.data.map((intent) => intent.id)).toEqual([second.id]);
    const next = await stripe.paymentIntents.list({ limit: 1, starting_after: second.id });
    expect(next.data.map((intent) => intent.id)).toEqual([first.id]);
  });
});
