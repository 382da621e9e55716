import { expect, test } from 'vitest';
import { startStripe } from '../../../dev/stripe/server.ts';
import type { AccountId, EventId, OrderId } from '../../../durable-objects/core/ids.ts';
import { openStripe } from '../../../worker/payments/stripe-client.ts';
import { stripePayments } from '../../../worker/payments/stripe-payments.ts';
import { settleEach, undelivered } from '../../../worker/payments/undelivered.ts';

/** Stripe, of whose events nobody hears. */
async function startUnheard(): ReturnType<typeof startStripe> {
  const standin = await startStripe({
    port: 0,
    webhookUrl: 'http://localhost:9/nobody',
    webhookSecret: 'whsec_local',
  });
  standin.switches.set({ webhook: { drop: true } });
  return standin;
}

function clientOf(url: string): ReturnType<typeof openStripe> {
  return openStripe({
    secretKey: 'sk_test_local',
    publishableKey: 'pk_test_local',
    webhookSecret: 'whsec_local',
    apiBase: new URL(url),
    jsUrl: new URL('http://localhost/v3/'),
  });
}

function intentOf(orderId: OrderId) {
  return {
    eventId: 'show' as EventId,
    orderId,
    accountId: '10000000-0000-4000-8000-000000000001' as AccountId,
    total: { amount: 250_000, currency: 'INR' },
    description: 'Two seats',
  };
}

test('F11: news of our orders and refunds that never arrived are found at Stripe a minute later, and no others', async () => {
  const standin = await startUnheard();
  try {
    const client = clientOf(standin.url);
    standin.switches.set({ refunds: { settleMs: 1 } });
    const orderId = 'book_show_order0001' as OrderId;
    const payments = stripePayments(client);
    const made = await payments.createIntent(intentOf(orderId));
    if (!made.ok) throw new Error(made.code);
    const card = { payment_method: 'pm_card_refundFail', return_url: 'http://localhost/' };
    await client.paymentIntents.confirm(made.intentId, card);
    const foreign = await client.paymentIntents.create({ amount: 100, currency: 'inr' });
    await client.paymentIntents.confirm(foreign.id, card);

    expect(await undelivered(client, Date.now())).toEqual([]);
    const found = await undelivered(client, Date.now() + 62_000);
    expect(found).toMatchObject([{ eventId: 'show', orderId, type: 'payment_intent.succeeded' }]);

    const amount = { amount: 250_000, currency: 'INR' };
    const refund = { intentId: made.intentId, refundId: `refund_${orderId}`, amount };
    expect(await payments.refund(refund)).toEqual({ ok: true, status: 'succeeded' });
    // The bank of this card sends refunds back a moment later.
    await expect.poll(() => payments.refund(refund)).toEqual({ ok: true, status: 'failed' });
    const later = await undelivered(client, Date.now() + 62_000);
    expect(later.at(-1)).toMatchObject({ eventId: 'show', orderId, type: 'refund.failed' });
  } finally {
    await standin.close();
  }
});

test('F11: after a long outage all of the news is found, not only a page of it', async () => {
  const standin = await startUnheard();
  try {
    const client = clientOf(standin.url);
    const payments = stripePayments(client);
    const pay = async (n: number): Promise<void> => {
      const made = await payments.createIntent(intentOf(`book_show_order${n}` as OrderId));
      if (!made.ok) throw new Error(made.code);
      const card = { payment_method: 'pm_card_visa', return_url: 'http://localhost/' };
      await client.paymentIntents.confirm(made.intentId, card);
    };
    for (let n = 1_000; n < 1_120; n++) await pay(n);
    const found = await undelivered(client, Date.now() + 62_000);
    expect(new Set(found.map(({ orderId }) => orderId)).size).toBe(120);
  } finally {
    await standin.close();
  }
});

test('F11: news about which one sale does not answer keeps no other order from its own', async () => {
  const asked: string[] = [];
  const news = ['a', 'b', 'a', 'c', 'd', 'e', 'f'].map((id, at) => ({
    about: 'order' as const,
    eventId: 'show' as EventId,
    orderId: id as OrderId,
    stripeEventId: `evt_${at}`,
    type: 'payment_intent.succeeded',
  }));
  await settleEach(news, async ({ orderId }) => {
    asked.push(orderId);
    if (orderId === 'a') throw new Error('the object is overloaded');
  });
  expect(asked.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});
