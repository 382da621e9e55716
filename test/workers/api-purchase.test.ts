import { describe, expect, it } from 'vitest';
import { verifyToken } from '../../durable-objects/protocol/tokens.ts';
import type { Booking } from '../../worker/schemas/booking.ts';
import type { FoundAnswer, HoldAnswer, Seats, StatusPart } from '../../worker/schemas/inventory.ts';
import type { IntentAnswer } from '../../worker/schemas/payment.ts';
import { admit, ask, CONCERT, freshId, pay, tokenOf, workerEnv } from './routes/support.ts';

interface Settled {
  status: string;
  tickets: { id: string; seatId: string; code: string }[];
}

async function freeSeats(count: number): Promise<string[]> {
  const { body } = await ask<Seats>('GET', `/api/inventory/events/${CONCERT}/seats`);
  const free = body.seats.filter((seat) => seat.status === 'available').map((seat) => seat.id);
  return free.slice(0, count);
}

async function lock(
  token: string,
  admission: string,
  seatIds: string[],
  requestId = freshId(),
  replaces?: string,
) {
  return ask<HoldAnswer & { code?: string; alternatives?: string[]; seatIds: string[] }>(
    'POST',
    '/api/inventory/lock-seats',
    {
      token,
      headers: { 'x-admission-token': admission },
      body: { eventId: CONCERT, seatIds, requestId, ...(replaces && { replaces }) },
    },
  );
}

describe('the whole purchase by API alone', () => {
  it('takes a fan from the queue to signed tickets that Postgres has', async () => {
    const token = await tokenOf(1);
    const admission = await admit(token);
    const seatIds = await freeSeats(2);
    const held = await lock(token, admission, seatIds);
    expect(held.status).toBe(201);
    expect(held.body.total).toEqual({ amount: 2_500_000, currency: 'INR' });

    const made = await ask<Booking>('POST', '/api/booking/create', {
      token,
      body: { holdId: held.body.holdId },
    });
    expect(made.status).toBe(201);
    const { bookingId } = made.body;

    const started = await ask<IntentAnswer>('POST', '/api/payment/create-intent', {
      token,
      body: { bookingId },
    });
    expect(started.status).toBe(200);
    expect(started.body.total).toEqual(held.body.total);

    const declined = await pay(started.body, 'pm_card_chargeDeclinedInsufficientFunds');
    expect(declined).toBe('card_declined');
    const refused = await ask('POST', '/api/payment/confirm', { token, body: { bookingId } });
    expect(refused.status).toBe(402);
    expect(refused.body.code).toBe('payment_failed');
    expect(refused.body.reason).toBe('insufficient_funds');

    expect(await pay(started.body, 'pm_card_visa')).toBe('succeeded');
    const settled = await ask<Settled>('POST', '/api/payment/confirm', {
      token,
      body: { bookingId },
    });
    expect(settled.status).toBe(200);
    expect(settled.body.status).toBe('confirmed');
    expect(settled.body.tickets.map((ticket) => ticket.seatId).sort()).toEqual([...seatIds].sort());

    const code = settled.body.tickets[0]?.code ?? '';
    const checked = await verifyToken(workerEnv.AUTH_SECRET, 'ticket', code, Date.now());
    expect(checked.ok && checked.claims.booking).toBe(bookingId);

    await expect
      .poll(async () => {
        const { body } = await ask<Booking>('GET', `/api/bookings/${bookingId}`, { token });
        return body.filed;
      })
      .toBe(true);
    const list = await ask<{ bookings: Booking[] }>('GET', '/api/bookings', { token });
    expect(list.body.bookings[0]?.tickets.map((ticket) => ticket.code)).toEqual(
      settled.body.tickets.map((ticket) => ticket.code),
    );
    const status = await ask<StatusPart>(
      'GET',
      `/api/inventory/events/${CONCERT}/seats?part=status`,
    );
    expect(status.body.packed).not.toBe('A'.repeat(status.body.packed.length));
  });

  it('answers a repeated lock with the first hold and refuses the seats to others, with alternatives', async () => {
    const [first, second] = [await tokenOf(2), await tokenOf(3)];
    const [admission, other] = [await admit(first), await admit(second)];
    const seatIds = await freeSeats(2);
    const requestId = freshId();
    const held = await lock(first, admission, seatIds, requestId);
    const again = await lock(first, admission, seatIds, requestId);
    expect(again.body.holdId).toBe(held.body.holdId);

    const lost = await lock(second, other, seatIds);
    expect(lost.status).toBe(409);
    expect(lost.body.code).toBe('seats_unavailable');
    expect(lost.body.seatIds).toEqual(seatIds);
    expect(lost.body.alternatives?.length).toBeGreaterThan(0);

    const released = await ask('DELETE', `/api/inventory/holds/${held.body.holdId}`, {
      token: first,
    });
    expect(released.status).toBe(204);
    const won = await lock(second, other, seatIds);
    expect(won.status).toBe(201);
  });

  it('swaps seats within a hold and its booking, and lets the hold last to the end of the admission', async () => {
    const token = await tokenOf(6);
    const admission = await admit(token);
    const [first = '', second = ''] = await freeSeats(2);
    const held = await lock(token, admission, [first]);
    const { holdId } = held.body;
    const made = await ask<Booking>('POST', '/api/booking/create', { token, body: { holdId } });

    const swapped = await lock(token, admission, [second], freshId(), holdId);
    expect([swapped.status, swapped.body.holdId, swapped.body.seatIds]).toEqual([
      201,
      holdId,
      [second],
    ]);
    expect(swapped.body.expiresAt).toBe(held.body.expiresAt);
    expect(await freeSeats(1)).toEqual([first]);
    const booking = await ask<Booking>('GET', `/api/bookings/${made.body.bookingId}`, { token });
    expect(booking.body.items.map((item) => item.seatId)).toEqual([second]);
    const lost = await lock(token, admission, [first], freshId(), `${holdId.slice(0, -4)}aaaa`);
    expect([lost.status, lost.body.code]).toEqual([404, 'hold_not_found']);

    const path = `/api/inventory/holds/${holdId}/extend`;
    const extended = await ask<HoldAnswer>('POST', path, { token, body: { requestId: freshId() } });
    expect(extended.status).toBe(200);
    expect(Date.parse(extended.body.expiresAt)).toBeGreaterThan(Date.parse(held.body.expiresAt));
    expect(Date.parse(extended.body.expiresAt)).toBeLessThanOrEqual(
      Date.parse(extended.body.extendableUntil),
    );
    await ask('DELETE', `/api/inventory/holds/${holdId}`, { token });
  });

  it('finds the best seats and others, without giving up the first, and places to stand', async () => {
    const token = await tokenOf(7);
    const headers = { 'x-admission-token': await admit(token) };
    const best = (wish: object, requestId = freshId()) =>
      ask<FoundAnswer>('POST', '/api/inventory/best-available', {
        token,
        headers,
        body: { eventId: CONCERT, requestId, ...wish },
      });
    const requestId = freshId();
    const found = await best({ size: 3, categoryId: 'gold' }, requestId);
    expect(found.status).toBe(201);
    const { holdId, seatIds } = found.body;
    expect(found.body).toMatchObject({
      together: true,
      orphans: [],
      total: { amount: 2_250_000, currency: 'INR' },
    });
    const [row, ...rows] = seatIds.map((seatId) => seatId.replace(/-\d+$/, ''));
    expect(rows).toEqual([row, row]);
    expect(row).toMatch(/^G\d-A$/);
    expect((await best({ size: 3, categoryId: 'gold' }, requestId)).body).toEqual(found.body);

    const others = await best({ size: 3, categoryId: 'gold', replaces: holdId, others: true });
    expect([others.status, others.body.holdId]).toEqual([201, holdId]);
    expect(others.body.seatIds.some((seatId) => seatIds.includes(seatId))).toBe(false);

    const stand = await best({ size: 2, section: 'F', replaces: holdId });
    expect(stand.body).toMatchObject({
      holdId,
      seatIds: ['F-P1', 'F-P2'],
      together: true,
      total: { amount: 1_000_000, currency: 'INR' },
    });
    await ask('DELETE', `/api/inventory/holds/${holdId}`, { token });
  });

  it('keeps holds and bookings from everybody else, as if there were none', async () => {
    const [owner, stranger] = [await tokenOf(4), await tokenOf(5)];
    const held = await lock(owner, await admit(owner), await freeSeats(1));
    const { holdId } = held.body;
    const made = await ask<Booking>('POST', '/api/booking/create', {
      token: owner,
      body: { holdId },
    });
    const { bookingId } = made.body;
    const tries = [
      await ask('DELETE', `/api/inventory/holds/${holdId}`, { token: stranger }),
      await ask('POST', '/api/booking/create', { token: stranger, body: { holdId } }),
      await ask('GET', `/api/bookings/${bookingId}`, { token: stranger }),
      await ask('POST', '/api/payment/create-intent', { token: stranger, body: { bookingId } }),
      await ask('POST', '/api/payment/confirm', { token: stranger, body: { bookingId } }),
    ];
    expect(tries.map((answer) => [answer.status, answer.body.code])).toEqual([
      [404, 'hold_not_found'],
      [404, 'hold_not_found'],
      [404, 'booking_not_found'],
      [404, 'booking_not_found'],
      [404, 'booking_not_found'],
    ]);
    const still = await ask<Booking>('GET', `/api/bookings/${bookingId}`, { token: owner });
    expect(still.body.status).toBe('held');
  });
});
