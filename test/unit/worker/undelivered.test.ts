import { expect, test } from 'vitest';
import { startStripe } from '../../../dev/stripe/server.ts';
import type { AccountId, EventId, OrderId } from '../../../durable-objects/core/ids.ts';
import { openStripe } from '../../../worker/payments/stripe-client.ts';
import { stripePayments } from '../../../worker/payments/stripe-payments.ts';
import { undelivered } from '../../../worker/payments/undelivered.ts';

test('F11: news of our orders and refunds that never arrived are found at Stripe a minute later, and no others', async () => {
  const standin = await startStripe({
    port: 0,
    webhookUrl: 'http://localhost:9/nobody',
    webhookSecret: 'whsec_local',
  });
  try {
    const client = openStripe({
      secretKey: 'sk_test_local',
      publishableKey: 'pk_test_local',
      webhookSecret: 'whsec_local',
      apiBase: new URL(standin.url),
      jsUrl: new URL('http://localhost/v3/'),
    });
    standin.switches.set({ webhook: { drop: true }, refunds: { settleMs: 1 } });
    const orderId = 'book_show_order0001' as OrderId;
    const payments = stripePayments(client);
    const made = await payments.createIntent({
      eventId: 'show' as EventId,
      orderId,
      accountId: '10000000-0000-4000-8000-000000000001' as AccountId,
      total: { amount: 250_000, currency: 'INR' },
      description: 'Two seats',
    });
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
