import { Stripe } from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StripeStandin } from '../../../dev/stripe/server.ts';
import type { Receiver } from './harness.ts';
import { WEBHOOK_SECRET, sdk, start, startReceiver } from './harness.ts';

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

function typesOf(from: Receiver): string[] {
  return from.received.map((delivered) => delivered.event.type);
}

async function undelivered(): Promise<string[]> {
  const events = await stripe.events.list({ delivery_success: false });
  return events.data.map((event) => event.type);
}

describe('webhooks', () => {
  it('are signed so that the SDK verifies them, and carry the object as it was', async () => {
    const intent = await pay();
    await receiver.until((received) => received.length === 3);
    expect(typesOf(receiver).sort()).toEqual([
      'charge.succeeded',
      'payment_intent.created',
      'payment_intent.succeeded',
    ]);
    for (const { body, signature } of receiver.received) {
      const event = stripe.webhooks.constructEvent(body, signature, WEBHOOK_SECRET);
      expect(event).toMatchObject({ object: 'event', livemode: false, pending_webhooks: 1 });
      expect(() => stripe.webhooks.constructEvent(`${body} `, signature, WEBHOOK_SECRET)).toThrow(
        Stripe.errors.StripeSignatureVerificationError,
      );
      expect(() => stripe.webhooks.constructEvent(body, signature, 'whsec_other')).toThrow(
        Stripe.errors.StripeSignatureVerificationError,
      );
    }
    const created = receiver.received.find(
      ({ event }) => event.type === 'payment_intent.created',
    )?.event;
    expect(created?.data.object).toMatchObject({
      id: intent.id,
      status: 'requires_payment_method',
    });
  });

  it.each([
    ['pm_card_visa_chargeDeclined', ['charge.failed', 'payment_intent.payment_failed']],
    ['pm_card_threeDSecure2Required', ['payment_intent.requires_action']],
  ])('tell what became of %s', async (method, expected) => {
    await pay(method).catch(() => undefined);
    await receiver.until((received) => received.length === 1 + expected.length);
    expect(typesOf(receiver)).toEqual(expect.arrayContaining(expected));
  });

  it('are sent again until they are taken, and listed as undelivered meanwhile', async () => {
    standin.switches.set({ webhook: { retryBaseMs: 20 } });
    receiver.status = 500;
    await stripe.paymentIntents.create(ORDER);
    await receiver.until((received) => received.length >= 2);
    expect(await undelivered()).toEqual(['payment_intent.created']);
    receiver.status = 200;
    await expect.poll(undelivered).toEqual([]);
    const ids = new Set(receiver.received.map((delivered) => delivered.event.id));
    expect(ids.size).toBe(1);
    const events = await stripe.events.list({ delivery_success: true });
    expect(events.data[0]).toMatchObject({ pending_webhooks: 0 });
  });

  it('can be doubled', async () => {
    standin.switches.set({ webhook: { duplicate: 2 } });
    await stripe.paymentIntents.create(ORDER);
    await receiver.until((received) => received.length === 3);
    expect(new Set(receiver.received.map((delivered) => delivered.event.id)).size).toBe(1);
  });

  it('can come in the wrong order', async () => {
    standin.switches.set({ webhook: { reorder: true, reorderWindowMs: 50 } });
    await pay();
    await receiver.until((received) => received.length === 3);
    expect(typesOf(receiver)).toEqual([
      'payment_intent.succeeded',
      'charge.succeeded',
      'payment_intent.created',
    ]);
  });

  it('can be lost, by type, and be sent by hand later', async () => {
    standin.switches.set({ webhook: { drop: true, types: ['payment_intent.succeeded'] } });
    await pay();
    await receiver.until((received) => received.length === 2);
    await expect.poll(undelivered).toEqual(['payment_intent.succeeded']);
    const answer = await fetch(`${standin.url}/_standin/webhooks/resend`, { method: 'POST' });
    expect(await answer.json()).toEqual({ resent: 1 });
    await receiver.until((received) => received.length === 3);
    await expect.poll(undelivered).toEqual([]);
  });

  it('can be late', async () => {
    standin.switches.set({ webhook: { delayMs: 80 } });
    const before = Date.now();
    await stripe.paymentIntents.create(ORDER);
    await receiver.until((received) => received.length === 1);
    expect(Date.now() - before).toBeGreaterThanOrEqual(79);
  });
});
