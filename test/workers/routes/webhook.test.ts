import { Stripe } from 'stripe';
import { describe, expect, it } from 'vitest';
import type { Booking } from '../../../worker/schemas/booking.ts';
import type { HoldAnswer } from '../../../worker/schemas/inventory.ts';
import type { IntentAnswer } from '../../../worker/schemas/payment.ts';
import { admit, ask, CONCERT, freshId, tokenOf, workerEnv } from './support.ts';

const SECRET = 'whsec_local';
const stripe = new Stripe('sk_test_local');
const subtle = Stripe.createSubtleCryptoProvider();

interface Receipt {
  received?: boolean;
  outcome?: string;
  code?: string;
}

async function deliver(event: object, over: { secret?: string; ageSeconds?: number } = {}) {
  const payload = JSON.stringify(event);
  const signature = await stripe.webhooks.generateTestHeaderStringAsync({
    payload,
    secret: over.secret ?? SECRET,
    timestamp: Math.floor(Date.now() / 1000) - (over.ageSeconds ?? 0),
    cryptoProvider: subtle,
  });
  return ask<Receipt>('POST', '/api/webhooks/stripe', {
    body: payload,
    headers: { 'stripe-signature': signature },
  });
}

function intentEvent(type: string, metadata: Record<string, string>, id = `evt_${freshId()}`) {
  return {
    id,
    object: 'event',
    type,
    data: { object: { id: 'pi_test', object: 'payment_intent', metadata } },
  };
}

describe('webhooks', () => {
  it('are refused without a signature, with a wrong one, or with a stale timestamp', async () => {
    const event = intentEvent('payment_intent.succeeded', {});
    const none = await ask<Receipt>('POST', '/api/webhooks/stripe', { body: event });
    const wrong = await deliver(event, { secret: 'whsec_of_somebody_else' });
    const stale = await deliver(event, { ageSeconds: 301 });
    const odd = await ask<Receipt>('POST', '/api/webhooks/stripe', {
      body: event,
      headers: { 'stripe-signature': 't=1,v1=zz' },
    });
    for (const answer of [none, wrong, stale, odd]) {
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_signature']);
    }
    const recent = await deliver(event, { ageSeconds: 200 });
    expect(recent.status).toBe(200);
  });

  it.each([
    ['an unknown type', intentEvent('customer.created', { eventId: CONCERT, orderId: 'x' })],
    ['an intent that is not ours', intentEvent('payment_intent.succeeded', {})],
    ['a malformed order', intentEvent('payment_intent.succeeded', { eventId: 'x', orderId: 'y' })],
    [
      'an unknown event',
      intentEvent('payment_intent.succeeded', {
        eventId: 'no-such-event',
        orderId: 'book_no-such-event_aaaaaaaaaaaa',
      }),
    ],
    [
      'an unknown order',
      intentEvent('payment_intent.succeeded', {
        eventId: CONCERT,
        orderId: `book_${CONCERT}_aaaaaaaaaaaa`,
      }),
    ],
  ])('about %s are taken and ignored', async (_what, event) => {
    const answer = await deliver(event);
    expect([answer.status, answer.body.outcome]).toEqual([200, 'ignored']);
  });

  it('settle an order without the browser, once, however often they come', async () => {
    const token = await tokenOf(21);
    const admission = await admit(token);
    const held = await ask<HoldAnswer>('POST', '/api/inventory/lock-seats', {
      token,
      headers: { 'x-admission-token': admission },
      body: { eventId: CONCERT, seatIds: ['S1-A-1'], requestId: freshId() },
    });
    const { body: booking } = await ask<Booking>('POST', '/api/booking/create', {
      token,
      body: { holdId: held.body.holdId },
    });
    const orderId = booking.bookingId;
    const { body: intent } = await ask<IntentAnswer>('POST', '/api/payment/create-intent', {
      token,
      body: { bookingId: orderId },
    });
    const event = intentEvent('payment_intent.succeeded', { eventId: CONCERT, orderId });

    // The webhook is only a hint: before Stripe says so itself, nothing is confirmed.
    await deliver(intentEvent('payment_intent.succeeded', { eventId: CONCERT, orderId }));
    const early = await ask<Booking>('GET', `/api/bookings/${orderId}`, { token });
    expect(early.body.status).toBe('paying');

    const base = workerEnv.STRIPE_API_BASE ?? '';
    await fetch(`${base}/v1/payment_intents/${intent.paymentIntentId}/confirm`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_local' },
      body: new URLSearchParams({
        payment_method: 'pm_card_visa',
        return_url: 'http://localhost/',
      }),
    });
    const answers = await Promise.all([deliver(event), deliver(event), deliver(event)]);
    expect(answers.map((answer) => [answer.status, answer.body.outcome])).toEqual([
      [200, 'settled'],
      [200, 'settled'],
      [200, 'settled'],
    ]);
    const { body: settled } = await ask<Booking>('GET', `/api/bookings/${orderId}`, { token });
    expect(settled.status).toBe('confirmed');
    expect(settled.tickets).toHaveLength(1);
  });
});
