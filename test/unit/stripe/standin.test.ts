import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stripe } from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StripeStandin } from '../../../dev/stripe/server.ts';
import type { Receiver } from './harness.ts';
import { WEBHOOK_SECRET, refusal, sdk, start, startReceiver } from './harness.ts';

let standin: StripeStandin;
let stripe: Stripe;
let receiver: Receiver;

beforeEach(async () => {
  receiver = await startReceiver();
  standin = await start(receiver.url);
  stripe = sdk(standin.port);
});

afterEach(async () => {
  await standin.close();
  await receiver.close();
});

const ORDER = {
  amount: 250_000,
  currency: 'inr',
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
} as const satisfies Stripe.PaymentIntentCreateParams;

function pay(method = 'pm_card_visa') {
  return stripe.paymentIntents.create({ ...ORDER, payment_method: method, confirm: true });
}

describe('faults', () => {
  it('are rate limits with Retry-After, which do not use up the idempotency key', async () => {
    standin.switches.set({ rateLimit: { next: 1, retryAfterSeconds: 7 } });
    const key = { idempotencyKey: 'k-429' };
    const error = await refusal(stripe.paymentIntents.create(ORDER, key));
    expect(error).toBeInstanceOf(Stripe.errors.StripeRateLimitError);
    expect(error).toMatchObject({ statusCode: 429, code: 'rate_limit' });
    expect(error.headers?.['retry-after']).toBe('7');
    expect(await stripe.paymentIntents.create(ORDER, key)).toMatchObject({ amount: 250_000 });
  });

  it('are 500s that stay under their key, done or not, as at Stripe', async () => {
    standin.switches.set({ fail: { next: 1, execute: true } });
    const key = { idempotencyKey: 'k-500' };
    const error = await refusal(stripe.paymentIntents.create(ORDER, key));
    expect(error).toBeInstanceOf(Stripe.errors.StripeAPIError);
    expect(await refusal(stripe.paymentIntents.create(ORDER, key))).toMatchObject({
      statusCode: 500,
    });
    expect((await stripe.paymentIntents.list()).data).toHaveLength(1);
  });

  it('are 503s that nobody remembers', async () => {
    standin.switches.set({ fail: { next: 1, status: 503 } });
    const key = { idempotencyKey: 'k-503' };
    expect(await refusal(stripe.paymentIntents.create(ORDER, key))).toMatchObject({
      statusCode: 503,
    });
    await stripe.paymentIntents.create(ORDER, key);
    expect((await stripe.paymentIntents.list()).data).toHaveLength(1);
  });

  it.each([
    ['timeoutBefore', 0],
    ['timeoutAfter', 1],
  ] as const)(
    'are time-outs: after %s there are %i intents, and the same key makes one',
    async (name, made) => {
      standin.switches.set({ [name]: { next: 1 } });
      const key = { idempotencyKey: `k-${name}` };
      const error = await refusal(stripe.paymentIntents.create(ORDER, { ...key, timeout: 150 }));
      expect(error).toBeInstanceOf(Stripe.errors.StripeConnectionError);
      expect((await stripe.paymentIntents.list()).data).toHaveLength(made);
      const intent = await stripe.paymentIntents.create(ORDER, key);
      expect((await stripe.paymentIntents.list()).data.map(({ id }) => id)).toEqual([intent.id]);
    },
  );

  it('can be confined to a method, a path and a caller', async () => {
    standin.switches.set({
      fail: { ratio: 1, method: 'POST', path: '/v1/payment_intents/*/cancel', caller: 'secret' },
    });
    const intent = await stripe.paymentIntents.create(ORDER);
    expect(await refusal(stripe.paymentIntents.cancel(intent.id))).toMatchObject({
      statusCode: 500,
    });
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: 'requires_payment_method',
    });
  });

  it('refuse a second call with a key in flight', async () => {
    standin.switches.set({ delayMs: 150 });
    const key = { idempotencyKey: 'k-busy' };
    const first = stripe.paymentIntents.create(ORDER, key);
    await expect
      .poll(async () => {
        const error = await stripe.paymentIntents.create(ORDER, key).catch((e: unknown) => e);
        return error instanceof Stripe.errors.StripeError ? [error.statusCode, error.code] : null;
      })
      .toEqual([409, 'idempotency_key_in_use']);
    await first;
    standin.switches.reset();
    expect((await stripe.paymentIntents.list()).data).toHaveLength(1);
  });

  it('leave a payment processing for a while, when it can be neither cancelled nor confirmed', async () => {
    standin.switches.set({ processingMs: 120 });
    const intent = await pay();
    expect(intent.status).toBe('processing');
    expect(await refusal(stripe.paymentIntents.cancel(intent.id))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
    await expect
      .poll(async () => (await stripe.paymentIntents.retrieve(intent.id)).status)
      .toBe('succeeded');
  });

  it('take the money of a canceled intent', async () => {
    const intent = await stripe.paymentIntents.create({ ...ORDER, payment_method: 'pm_card_visa' });
    await stripe.paymentIntents.cancel(intent.id);
    expect(await refusal(stripe.paymentIntents.confirm(intent.id))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
    standin.switches.set({ takesCanceled: true });
    expect(await stripe.paymentIntents.confirm(intent.id)).toMatchObject({
      status: 'succeeded',
      amount_received: ORDER.amount,
    });
  });

  it('are set over HTTP, and wrong switches are refused', async () => {
    const post = (body: unknown) =>
      fetch(`${standin.url}/_standin/switches`, { method: 'POST', body: JSON.stringify(body) });
    expect((await post({ delayMs: 5, webhook: { drop: true } })).status).toBe(200);
    const now = await fetch(`${standin.url}/_standin/switches`);
    expect(await now.json()).toMatchObject({ delayMs: 5, webhook: { drop: true, duplicate: 0 } });
    expect((await post({ delay: 5 })).status).toBe(400);
    expect((await post({ fail: { ratio: 2 } })).status).toBe(400);
    await pay();
    await fetch(`${standin.url}/_standin/reset`, { method: 'POST' });
    expect(standin.switches.get()).toMatchObject({ delayMs: 0, webhook: { drop: false } });
    expect((await stripe.paymentIntents.list()).data).toEqual([]);
  });
});

describe('refunds that end later', () => {
  async function settled(method: string) {
    standin.switches.set({ refunds: { settleMs: 40 } });
    const intent = await pay(method);
    const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 100_000 });
    await receiver.until((received) =>
      received.some(({ event }) => event.type === 'refund.updated'),
    );
    return { first: refund, last: await stripe.refunds.retrieve(refund.id) };
  }

  it('fail after having succeeded, and give the amount back to the charge', async () => {
    const { first, last } = await settled('pm_card_refundFail');
    expect([first.status, last.status]).toEqual(['succeeded', 'failed']);
    expect(last.failure_reason).toBe('expired_or_canceled_card');
    await receiver.until((received) =>
      received.some(({ event }) => event.type === 'refund.failed'),
    );
    expect(await stripe.charges.retrieve(first.charge as string)).toMatchObject({
      amount_refunded: 0,
      refunded: false,
    });
  });

  it('fail with any card as often as was set', async () => {
    standin.switches.set({ refunds: { failNext: 1 } });
    const { first, last } = await settled('pm_card_visa');
    expect([first.status, last.status]).toEqual(['succeeded', 'failed']);
    const again = await stripe.refunds.create({ charge: first.charge as string });
    expect(again).toMatchObject({ status: 'succeeded', amount: ORDER.amount });
    expect(standin.switches.get().refunds.failNext).toBe(0);
  });

  it('are pending before they succeed', async () => {
    const { first, last } = await settled('pm_card_pendingRefund');
    expect([first.status, last.status]).toEqual(['pending', 'succeeded']);
  });
});

describe('the browser', () => {
  it('may confirm with the publishable key and the client secret only, from another origin', async () => {
    const intent = await stripe.paymentIntents.create(ORDER);
    const post = (path: string, form: Record<string, string>) =>
      fetch(`${standin.url}${path}`, {
        method: 'POST',
        headers: { origin: 'https://shop.example' },
        body: new URLSearchParams({ key: 'pk_test_local', ...form }),
      });
    const stolen = await post(`/v1/payment_intents/${intent.id}/confirm`, {
      client_secret: `${intent.id}_secret_guess`,
      payment_method: 'pm_card_visa',
    });
    expect(stolen.status).toBe(400);
    expect((await post('/v1/payment_intents', { amount: '100', currency: 'inr' })).status).toBe(
      401,
    );
    const paid = await post(`/v1/payment_intents/${intent.id}/confirm`, {
      client_secret: intent.client_secret ?? '',
      payment_method: 'pm_card_visa',
    });
    expect(paid.headers.get('access-control-allow-origin')).toBe('*');
    const seen = await paid.json<Record<string, unknown>>();
    expect(seen).toMatchObject({ id: intent.id, status: 'succeeded' });
    expect(seen).not.toHaveProperty('metadata');
    expect(seen).not.toHaveProperty('latest_charge');
  });

  it('alone may send card numbers', async () => {
    const intent = await stripe.paymentIntents.create(ORDER);
    const raw = {
      payment_method_data: {
        type: 'card',
        card: { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' },
      },
    } as unknown as Stripe.PaymentIntentConfirmParams;
    const error = await refusal(stripe.paymentIntents.confirm(intent.id, raw));
    expect(error).toMatchObject({ statusCode: 402, rawType: 'invalid_request_error' });
  });

  it.each([
    ['success', 'succeeded'],
    ['failure', 'requires_payment_method'],
  ])('answers 3-D Secure once, with %s', async (outcome, status) => {
    const intent = await pay('pm_card_authenticationRequired');
    const answer = (clientSecret: string | null) =>
      fetch(`${standin.url}/_standin/3ds/${intent.id}`, {
        method: 'POST',
        body: new URLSearchParams({ client_secret: clientSecret ?? '', outcome }),
      });
    expect((await answer('guess')).status).toBe(404);
    expect((await answer(intent.client_secret)).status).toBe(200);
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe(status);
    expect((await answer(intent.client_secret)).status).toBe(409);
  });
});

describe('the log', () => {
  it('keeps intents, keys and unsent webhooks over a restart, even after half a line', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'stripe-standin-'));
    receiver.status = 503;
    const first = await start(receiver.url, dataDir);
    const key = { idempotencyKey: 'kept' };
    const intent = await sdk(first.port).paymentIntents.create(ORDER, key);
    await receiver.until((received) => received.length >= 1);
    await first.close();
    const file = join(dataDir, 'stripe.jsonl');
    writeFileSync(file, `${readFileSync(file, 'utf8')}["intent",{"id":"pi_hal`);
    receiver.status = 200;
    receiver.received.length = 0;

    const second = await start(receiver.url, dataDir);
    await receiver.until((received) => received.length === 1);
    const again = await sdk(second.port).paymentIntents.create(ORDER, key);
    expect(again.id).toBe(intent.id);
    await second.close();
    rmSync(dataDir, { recursive: true });
  });

  it('is not touched by a second process, which is told that the port is busy', async () => {
    const { startStripe } = await import('../../../dev/stripe/server.ts');
    await expect(
      startStripe({ port: standin.port, webhookSecret: WEBHOOK_SECRET }),
    ).rejects.toThrow(`port ${standin.port} is busy`);
  });
});
