import { Stripe } from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StripeStandin } from '../../../dev/stripe/server.ts';
import { startStripe } from '../../../dev/stripe/server.ts';
import type { AccountId, EventId, OrderId } from '../../../durable-objects/core/ids.ts';
import type { Payments } from '../../../durable-objects/protocol/ports.ts';
import { openStripe } from '../../../worker/payments/stripe-client.ts';
import { stripePayments } from '../../../worker/payments/stripe-payments.ts';

let standin: StripeStandin;
let client: Stripe;
let payments: Payments;
/** How far the clock of Stripe is ahead of ours. */
let passedMs = 0;

const settings = (apiBase: string) => ({
  secretKey: 'sk_test_local',
  publishableKey: 'pk_test_local',
  webhookSecret: 'whsec_local',
  apiBase: new URL(apiBase),
  jsUrl: new URL('http://localhost/v3/'),
});

beforeAll(async () => {
  standin = await startStripe({
    port: 0,
    webhookSecret: 'whsec_local',
    now: () => Date.now() + passedMs,
  });
  client = openStripe(settings(standin.url));
  payments = stripePayments(client);
});

afterAll(async () => {
  await standin.close();
});

let made = 0;

async function intent(): Promise<string> {
  made += 1;
  const outcome = await payments.createIntent(request(made));
  if (!outcome.ok) throw new Error(outcome.code);
  return outcome.intentId;
}

function request(n: number) {
  return {
    eventId: 'show' as EventId,
    orderId: `book_show_order000${n}` as OrderId,
    accountId: '10000000-0000-4000-8000-000000000001' as AccountId,
    total: { amount: 250_000, currency: 'INR' },
    description: 'Two seats',
  };
}

function confirm(id: string, card: string) {
  return client.paymentIntents.confirm(id, {
    payment_method: card,
    return_url: 'http://localhost/',
  });
}

describe('payments at Stripe', () => {
  it('make one intent per order, however often it is asked for', async () => {
    const first = await payments.createIntent(request(900));
    const again = await payments.createIntent(request(900));
    expect(first.ok).toBe(true);
    expect(again).toEqual(first);
  });

  it('tell unpaid, declined with the bank’s words, processing, paid and cancelled apart', async () => {
    const id = await intent();
    const fresh = await payments.retrieveIntent(id);
    expect(fresh).toMatchObject({ ok: true, intent: { state: 'unpaid', problem: null } });

    await confirm(id, 'pm_card_chargeDeclinedInsufficientFunds').catch(() => undefined);
    const declined = await payments.retrieveIntent(id);
    expect(declined).toMatchObject({
      intent: { state: 'unpaid', problem: { code: 'insufficient_funds' } },
    });

    await confirm(id, 'pm_card_threeDSecure2Required');
    expect(await payments.retrieveIntent(id)).toMatchObject({ intent: { state: 'processing' } });

    const paid = await intent();
    await confirm(paid, 'pm_card_visa');
    expect(await payments.retrieveIntent(paid)).toMatchObject({
      intent: { state: 'succeeded', amountReceived: { amount: 250_000, currency: 'INR' } },
    });

    const given = await intent();
    expect(await payments.cancelIntent(given)).toEqual({ ok: true, intent: { state: 'canceled' } });
    expect(await payments.cancelIntent(given)).toEqual({ ok: true, intent: { state: 'canceled' } });
  });

  it('answer a cancel that comes too late with the money that came (failure case F5)', async () => {
    const id = await intent();
    await confirm(id, 'pm_card_visa');
    expect(await payments.cancelIntent(id)).toMatchObject({
      ok: true,
      intent: { state: 'succeeded' },
    });
  });

  it('refund once, however often it is asked for (failure case F7)', async () => {
    const id = await intent();
    await confirm(id, 'pm_card_visa');
    const amount = { amount: 250_000, currency: 'INR' };
    const first = await payments.refund({ intentId: id, refundId: 'refund-1', amount });
    const again = await payments.refund({ intentId: id, refundId: 'refund-1', amount });
    const other = await payments.refund({ intentId: id, refundId: 'refund-2', amount });
    expect([first.ok, again.ok]).toEqual([true, true]);
    expect(other).toEqual({ ok: true, status: 'succeeded' });
    const refunds = await client.refunds.list({ payment_intent: id });
    expect(refunds.data).toHaveLength(1);
  });

  it('ask after a refund that a slow bank has had for days, and never for a second one (failure case F7)', async () => {
    standin.switches.set({ refunds: { pendingFirst: true, settleMs: 600_000 } });
    const id = await intent();
    await confirm(id, 'pm_card_visa');
    const part = { amount: 100_000, currency: 'INR' };
    const refund = { intentId: id, refundId: 'refund-slow', amount: part };
    expect(await payments.refund(refund)).toEqual({ ok: true, status: 'pending' });
    passedMs += 3 * 24 * 3_600_000;
    expect(await payments.refund(refund)).toEqual({ ok: true, status: 'pending' });
    const { data } = await client.refunds.list({ payment_intent: id });
    expect(data.map((one) => one.amount)).toEqual([100_000]);
    standin.switches.reset();
  });

  it.each([
    ['JPY, which has no minor units', { amount: 12_000, currency: 'JPY' }],
    ['KWD, which has three digits of them', { amount: 12_340, currency: 'KWD' }],
  ])('take and give back the very amount in %s', async (_, total) => {
    made += 1;
    const outcome = await payments.createIntent({ ...request(made), total });
    if (!outcome.ok) throw new Error(outcome.code);
    const { intentId } = outcome;
    await confirm(intentId, 'pm_card_visa');
    expect(await payments.retrieveIntent(intentId)).toMatchObject({
      intent: { state: 'succeeded', amountReceived: total },
    });
    const refundId = `refund-${made}`;
    expect(await payments.refund({ intentId, refundId, amount: total })).toMatchObject({
      ok: true,
    });
    const { data } = await client.refunds.list({ payment_intent: intentId });
    expect(data.map((one) => one.amount)).toEqual([total.amount]);
  });

  it.each([-1, 0, 0.5])('give nothing back when asked for %d of 250,000', async (amount) => {
    const intentId = await intent();
    await confirm(intentId, 'pm_card_visa');
    const refundId = `refund-wrong-${made}`;
    const asked = payments.refund({ intentId, refundId, amount: { amount, currency: 'INR' } });
    await expect(asked).rejects.toThrow(Stripe.errors.StripeInvalidRequestError);
    expect((await client.refunds.list({ payment_intent: intentId })).data).toEqual([]);
  });

  it('give nothing back when asked for more than is left, and say that it failed for good', async () => {
    const intentId = await intent();
    await confirm(intentId, 'pm_card_visa');
    const refund = { intentId, refundId: `refund-much-${made}` };
    const amount = { amount: 250_001, currency: 'INR' };
    expect(await payments.refund({ ...refund, amount })).toEqual({ ok: true, status: 'failed' });
    expect((await client.refunds.list({ payment_intent: intentId })).data).toEqual([]);
  });

  it('call no answer an unknown outcome, never a failure (failure case F14)', async () => {
    const nobody = stripePayments(openStripe(settings('http://localhost:9')));
    const outcome = await nobody.createIntent(request(901));
    expect(outcome).toMatchObject({ code: 'payments_unavailable', limited: false });
  });

  it('leave Stripe alone for a while after five failures in a row, and know the one intent afterwards (F14, F15)', async () => {
    standin.switches.set({ rateLimit: { next: 1_000, path: '/v1/payment_intents' } });
    const own = stripePayments(client);
    expect(await own.createIntent(request(902))).toMatchObject({ limited: true });
    for (let i = 0; i < 7; i++)
      expect(await own.createIntent(request(902))).toMatchObject({ code: 'payments_unavailable' });
    const spared = standin.switches.get().rateLimit.next;
    await own.createIntent(request(902));
    expect(standin.switches.get().rateLimit.next).toBe(spared);
    standin.switches.reset();
    expect((await payments.createIntent(request(902))).ok).toBe(true);
  });

  it('make the intent though Stripe keeps a failure under its key for a day, the same one when asked again (F14)', async () => {
    standin.switches.set({ fail: { next: 1, path: '/v1/payment_intents' } });
    const first = await payments.createIntent(request(903));
    const again = await payments.createIntent(request(903));
    expect(first.ok).toBe(true);
    expect(again).toEqual(first);
    standin.switches.reset();
  });

  it('give back once though the refund was made and answered with a failure (F14, F7)', async () => {
    const intentId = await intent();
    await confirm(intentId, 'pm_card_visa');
    standin.switches.set({ fail: { next: 1, path: '/v1/refunds', method: 'POST', execute: true } });
    const amount = { amount: 100_000, currency: 'INR' };
    const refund = { intentId, refundId: 'refund-cut', amount };
    expect(await payments.refund(refund)).toEqual({ ok: true, status: 'succeeded' });
    expect((await client.refunds.list({ payment_intent: intentId })).data).toHaveLength(1);
    standin.switches.reset();
  });
});
