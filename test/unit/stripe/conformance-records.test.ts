import { randomUUID } from 'node:crypto';
import { Stripe } from 'stripe';
import { beforeAll, describe, expect, it } from 'vitest';
import { ORDER, conformanceTarget, latestCharge, pay } from './conformance-target.ts';
import { refusal } from './harness.ts';

const target = conformanceTarget();
let stripe: Stripe;

beforeAll(() => {
  ({ stripe } = target());
});

// The SDK hands out its HTTP client's own response: `Headers` from fetch, a plain object from Node.
function headerOf(answer: Stripe.Response<unknown>, name: string): string | undefined {
  const headers: unknown = answer.lastResponse.headers;
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  return answer.lastResponse.headers[name];
}

describe('refunds', () => {
  it('give back a part, then the rest, then nothing more', async () => {
    const intent = await pay(stripe, 'pm_card_visa');
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
      () => stripe.paymentIntents.create({ ...ORDER, amount: 9999 }, { idempotencyKey }),
      () => stripe.refunds.create({ payment_intent: 'pi_x' }, { idempotencyKey }),
    ]) {
      const error = await refusal(call());
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
    const intent = await pay(stripe, 'pm_card_visa');
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
    const stranger = new Stripe('sk_test_wrong_key_0000', target().address);
    const error = await refusal(stranger.paymentIntents.list());
    expect(error).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
    expect(error.statusCode).toBe(401);
  });
});
