import { randomUUID } from 'node:crypto';
import { Stripe } from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StripeStandin } from '../../../dev/stripe/server.ts';
import { refusal, sdk, start } from './harness.ts';

/**
 * What the site relies on at Stripe, driven with Stripe's own SDK. Runs against the stand-in, or, with
 * STRIPE_TEST_SECRET_KEY, against Stripe's test mode: both must pass.
 */
const realKey = process.env['STRIPE_TEST_SECRET_KEY'];

let standin: StripeStandin | undefined;
let stripe: Stripe;

beforeAll(async () => {
  if (realKey !== undefined) {
    stripe = new Stripe(realKey, { maxNetworkRetries: 2 });
    return;
  }
  standin = await start();
  stripe = sdk(standin.port);
});

afterAll(async () => {
  await standin?.close();
});

const ORDER = {
  amount: 2500,
  currency: 'usd',
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
} as const satisfies Stripe.PaymentIntentCreateParams;

function pay(method: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) {
  return stripe.paymentIntents.create({
    ...ORDER,
    payment_method: method,
    confirm: true,
    ...more,
  });
}

function latestCharge(intent: Stripe.PaymentIntent): string {
  if (typeof intent.latest_charge !== 'string') throw new Error('no charge id');
  return intent.latest_charge;
}

// The SDK hands out its HTTP client's own response: `Headers` from fetch, a plain object from Node.
function headerOf(answer: Stripe.Response<unknown>, name: string): string | undefined {
  const headers: unknown = answer.lastResponse.headers;
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  return answer.lastResponse.headers[name];
}

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
    const intent = await pay('pm_card_visa', { expand: ['latest_charge'] });
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
    const intent = await pay('pm_card_threeDSecure2Required');
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
      pay('pm_card_visa', { automatic_payment_methods: { enabled: true } }),
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
    const paid = await pay('pm_card_visa');
    for (const call of [
      stripe.paymentIntents.cancel(open.id),
      stripe.paymentIntents.cancel(paid.id),
      stripe.paymentIntents.confirm(open.id, { payment_method: 'pm_card_visa' }),
      stripe.paymentIntents.confirm(paid.id, { payment_method: 'pm_card_visa' }),
    ]) {
      const error = await refusal(call);
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

describe('refunds', () => {
  it('give back a part, then the rest, then nothing more', async () => {
    const intent = await pay('pm_card_visa');
    const part = await stripe.refunds.create({
      payment_intent: intent.id,
      amount: 1000,
      reason: 'requested_by_customer',
      metadata: { orderId: 'o1' },
    });
    expect(part).toMatchObject({
      object: 'refund',
      amount: 1000,
      status: 'succeeded',
      payment_intent: intent.id,
      charge: intent.latest_charge,
      reason: 'requested_by_customer',
      metadata: { orderId: 'o1' },
    });
    const tooMuch = await refusal(
      stripe.refunds.create({ payment_intent: intent.id, amount: 1501 }),
    );
    expect(tooMuch).toMatchObject({ statusCode: 400, rawType: 'invalid_request_error' });
    expect(tooMuch.message).toContain('greater than unrefunded amount');
    const rest = await stripe.refunds.create({ charge: latestCharge(intent) });
    expect(rest.amount).toBe(1500);
    expect(await refusal(stripe.refunds.create({ payment_intent: intent.id }))).toMatchObject({
      statusCode: 400,
      code: 'charge_already_refunded',
    });
    expect(await stripe.charges.retrieve(latestCharge(intent))).toMatchObject({
      amount_refunded: 2500,
      refunded: true,
    });
    const list = await stripe.refunds.list({ payment_intent: intent.id });
    expect(list.data.map((refund) => refund.id)).toEqual([rest.id, part.id]);
    expect(await stripe.refunds.retrieve(part.id)).toMatchObject({ id: part.id, amount: 1000 });
  });

  it('need a successful charge', async () => {
    const intent = await stripe.paymentIntents.create(ORDER);
    expect(await refusal(stripe.refunds.create({ payment_intent: intent.id }))).toMatchObject({
      statusCode: 400,
      rawType: 'invalid_request_error',
    });
    expect(await refusal(stripe.refunds.create({ payment_intent: 'pi_unknown' }))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
  });
});

describe('idempotency keys', () => {
  it('give the same answer again, marked as replayed', async () => {
    const idempotencyKey = randomUUID();
    const first = await stripe.paymentIntents.create(ORDER, { idempotencyKey });
    const second = await stripe.paymentIntents.create(ORDER, { idempotencyKey });
    expect(second.id).toBe(first.id);
    expect(headerOf(first, 'idempotent-replayed')).toBeUndefined();
    expect(headerOf(second, 'idempotent-replayed')).toBe('true');
    expect(headerOf(second, 'original-request')).toBe(first.lastResponse.requestId);
  });

  it('refuse other parameters and other endpoints', async () => {
    const idempotencyKey = randomUUID();
    await stripe.paymentIntents.create(ORDER, { idempotencyKey });
    for (const call of [
      stripe.paymentIntents.create({ ...ORDER, amount: 9999 }, { idempotencyKey }),
      stripe.refunds.create({ payment_intent: 'pi_x' }, { idempotencyKey }),
    ]) {
      const error = await refusal(call);
      expect(error).toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
      expect(error).toMatchObject({ statusCode: 400, rawType: 'idempotency_error' });
    }
  });

  it('keep a declined answer, and do not charge again', async () => {
    const intent = await stripe.paymentIntents.create(ORDER);
    const idempotencyKey = randomUUID();
    const confirm = () =>
      stripe.paymentIntents.confirm(
        intent.id,
        { payment_method: 'pm_card_visa_chargeDeclined' },
        { idempotencyKey },
      );
    const first = await refusal(confirm());
    const second = await refusal(confirm());
    expect(second).toMatchObject({ code: 'card_declined', charge: first.charge });
    expect(second.headers?.['idempotent-replayed']).toBe('true');
  });

  it('do not keep an answer to wrong parameters', async () => {
    const idempotencyKey = randomUUID();
    const wrong = { ...ORDER, amount: 1 };
    expect(await refusal(stripe.paymentIntents.create(wrong, { idempotencyKey }))).toMatchObject({
      code: 'amount_too_small',
    });
    const again = await stripe.paymentIntents.create(ORDER, { idempotencyKey });
    expect(again.status).toBe('requires_payment_method');
  });
});

describe('events', () => {
  it('record what happened and are filtered by type, types and time', async () => {
    const since = Math.floor(Date.now() / 1000) - 60;
    const intent = await pay('pm_card_visa');
    await expect
      .poll(async () => {
        const events = await stripe.events.list({
          types: ['payment_intent.succeeded', 'charge.succeeded'],
          created: { gte: since },
          limit: 20,
        });
        return events.data.map((event) => (event.data.object as { id: string }).id);
      })
      .toEqual(expect.arrayContaining([intent.id, intent.latest_charge]));
    const created = await stripe.events.list({ type: 'payment_intent.created', limit: 3 });
    expect(new Set(created.data.map((event) => event.type))).toEqual(
      new Set(['payment_intent.created']),
    );
    const [newest] = created.data;
    if (newest === undefined) throw new Error('no event');
    expect(await stripe.events.retrieve(newest.id)).toMatchObject({
      id: newest.id,
      object: 'event',
      type: 'payment_intent.created',
      request: { id: expect.any(String), idempotency_key: expect.any(String) },
    });
    const later = await stripe.events.list({ created: { gt: Math.floor(Date.now() / 1000) + 60 } });
    expect(later.data).toEqual([]);
  });
});

describe('keys', () => {
  it('are refused when wrong', async () => {
    const options = standin === undefined ? {} : { host: 'localhost', port: standin.port };
    const stranger = new Stripe('sk_test_wrong_key_0000', {
      ...options,
      ...(standin !== undefined && { protocol: 'http' as const }),
    });
    const error = await refusal(stranger.paymentIntents.list());
    expect(error).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
    expect(error.statusCode).toBe(401);
  });
});
