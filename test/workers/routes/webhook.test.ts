import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { Stripe } from 'stripe';
import { describe, expect, it } from 'vitest';
import type { Booking } from '../../../worker/schemas/booking.ts';
import type { HoldAnswer } from '../../../worker/schemas/inventory.ts';
import type { IntentAnswer, settledResponse } from '../../../worker/schemas/payment.ts';
import type { z } from 'zod';
import { admit, ask, CONCERT, freshId, tokenOf, workerEnv } from './support.ts';

const SECRET = 'whsec_local';
const stripe = new Stripe('sk_test_local');
const subtle = Stripe.createSubtleCryptoProvider();

type Settled = z.infer<typeof settledResponse>;

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
    const { orderId, intentId } = await startedToPay(token, ['S1-A-1']);
    const event = intentEvent('payment_intent.succeeded', { eventId: CONCERT, orderId });

    // The webhook is only a hint: before Stripe says so itself, nothing is confirmed.
    await deliver(intentEvent('payment_intent.succeeded', { eventId: CONCERT, orderId }));
    const early = await ask<Booking>('GET', `/api/bookings/${orderId}`, { token });
    expect(early.body.status).toBe('paying');

    await payAtStripe(intentId);
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

  it('offer other seats for money that came too late, and the buyer takes them or has it back (F4)', async () => {
    const [late, second, other] = await Promise.all([tokenOf(22), tokenOf(23), tokenOf(24)]);
    const first = await startedToPay(late, ['S1-B-1']);
    const again = await startedToPay(second, ['S1-B-2']);
    await forget([first.orderId, again.orderId]);
    await startedToPay(other, ['S1-B-1', 'S1-B-2']);
    for (const { intentId } of [first, again]) await payAtStripe(intentId);

    const told = await ask<Settled>('POST', '/api/payment/confirm', {
      token: late,
      body: { bookingId: first.orderId },
    });
    expect([told.status, told.body.status]).toEqual([200, 'offered']);
    expect(told.body.booking.offer?.items).toHaveLength(1);
    const answer = (orderId: string, what: string, token: string) =>
      ask<Booking>('POST', `/api/bookings/${orderId}/offer/${what}`, { token });
    expect((await answer(first.orderId, 'accept', other)).status).toBe(404);
    const taken = await answer(first.orderId, 'accept', late);
    expect([taken.status, taken.body.status]).toEqual([200, 'confirmed']);
    expect(taken.body.tickets[0]?.seatId).toBe(told.body.booking.offer?.items[0]?.seatId);
    expect(taken.body.history.map(({ to }) => to)).toContain('offered');
    expect(taken.body.history.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['seats_locked', 'intent_made', 'offer_made', 'offer_taken']),
    );
    expect(await answer(first.orderId, 'decline', late)).toMatchObject({
      status: 409,
      body: { code: 'offer_over' },
    });

    await deliver(
      intentEvent('payment_intent.succeeded', { eventId: CONCERT, orderId: again.orderId }),
    );
    const declined = await answer(again.orderId, 'decline', second);
    expect([declined.status, declined.body.offer]).toEqual([200, null]);
    await expect
      .poll(async () => {
        const path = `/api/bookings/${again.orderId}`;
        const { body } = await ask<Booking>('GET', path, { token: second });
        return [body.status, body.refunds[0]?.status, body.filed];
      })
      .toEqual(['refunded', 'succeeded', true]);
  });
});

/** A fan inside, with a hold, a booking and its intent. */
async function startedToPay(token: string, seatIds: string[]) {
  const held = await ask<HoldAnswer>('POST', '/api/inventory/lock-seats', {
    token,
    headers: { 'x-admission-token': await admit(token) },
    body: { eventId: CONCERT, seatIds, requestId: freshId() },
  });
  const { holdId } = held.body;
  const made = await ask<Booking>('POST', '/api/booking/create', { token, body: { holdId } });
  const { bookingId } = made.body;
  const started = await ask<IntentAnswer>('POST', '/api/payment/create-intent', {
    token,
    body: { bookingId },
  });
  return { orderId: bookingId, intentId: started.body.paymentIntentId };
}

/** What the object knew is gone back to: these orders ended unpaid, as where Stripe said canceled and took the money all the same. */
async function forget(orderIds: readonly string[]): Promise<void> {
  const { EVENT_SALE } = workerEnv as unknown as { EVENT_SALE: DurableObjectNamespace };
  await runInDurableObject(EVENT_SALE.getByName(CONCERT), (_, { storage }) => {
    const ids = JSON.stringify(orderIds);
    const of = 'WHERE order_id IN (SELECT value FROM json_each(?))';
    storage.sql.exec(`DELETE FROM seats ${of}`, ids);
    storage.sql.exec(
      `UPDATE orders SET open = 0, owned = 0, body = json_set(body, '$.stage', 'expired') ${of}`,
      ids,
    );
  });
  await abortAllDurableObjects();
}

async function payAtStripe(intentId: string): Promise<void> {
  const base = workerEnv.STRIPE_API_BASE ?? '';
  const paid = await fetch(`${base}/v1/payment_intents/${intentId}/confirm`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_local' },
    body: new URLSearchParams({ payment_method: 'pm_card_visa', return_url: 'http://localhost/' }),
  });
  expect(paid.status).toBe(200);
}
