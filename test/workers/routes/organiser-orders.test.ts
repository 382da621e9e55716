import { abortAllDurableObjects } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { EventId } from '../../../durable-objects/core/ids.ts';
import { expandPlan } from '../../../durable-objects/core/plan-geometry.ts';
import { concertPlan } from '../../../durable-objects/core/plan-samples.ts';
import type { SectionSpec } from '../../../durable-objects/core/plan.ts';
import { saleOf } from '../../../durable-objects/stubs.ts';
import { loadEvent } from '../../../worker/db/catalogue.ts';
import { databaseAt } from '../../../worker/db/database.ts';
import type { Booking } from '../../../worker/schemas/booking.ts';
import type { HoldAnswer } from '../../../worker/schemas/inventory.ts';
import type { IntentAnswer } from '../../../worker/schemas/payment.ts';
import { freshSale, organise } from './organiser-support.ts';
import type { Audit } from './organiser-support.ts';
import { admit, ask, freshId, pay, tokenOf, workerEnv } from './support.ts';

const concert = concertPlan();
const db = databaseAt(workerEnv.DATABASE_URL ?? '');

interface Plan {
  planVersion: number;
  plan: { version: number; sections: SectionSpec[] };
}

interface SeatList {
  planVersion: number;
  seats: { id: string; status: string }[];
}

describe('another plan while the sale is on (failure case F10)', () => {
  const change = (id: string, over: object = {}) =>
    organise<{ code: string; detail: string; seatIds?: string[]; planVersion?: number }>(
      'PUT',
      `${id}/plan`,
      {
        requestId: freshId(),
        reason: 'The camera stand moves.',
        sections: concert.plan.sections,
        categories: concert.categories,
        ...over,
      },
    );
  const seatsOf = async (id: string) =>
    (await ask<SeatList>('GET', `/api/inventory/events/${id}/seats`)).body;

  it('is refused with the seats that are missing, and else sold at once, everywhere, also after a crash', async () => {
    const id = await freshSale();
    const [first, ...others] = concert.plan.sections;
    const [mine = ''] = expandPlan(concert.plan).map((seat) => seat.id);
    const token = await tokenOf(25);
    const admission = await admit(token, id);
    const held = await ask<{ holdId: string; total: object }>('POST', '/api/inventory/lock-seats', {
      token,
      headers: { 'x-admission-token': admission },
      body: { eventId: id, seatIds: [mine], requestId: freshId() },
    });
    expect(held.status).toBe(201);
    const planBefore = (await seatsOf(id)).planVersion;

    const refused = await change(id, { sections: others });
    expect([refused.status, refused.body.code, refused.body.seatIds]).toEqual([
      409,
      'plan_seats_missing',
      [mine],
    ]);
    expect((await seatsOf(id)).planVersion).toBe(planBefore);

    const extra = { ...first, id: 'NEW', name: 'New block' };
    const dearer = concert.categories.map((band) => ({
      ...band,
      price: { ...band.price, amount: band.price.amount + 100 },
    }));
    const requestId = freshId();
    const wanted = { requestId, sections: [extra, ...others, first], categories: dearer };
    const done = await change(id, wanted);
    expect(done.status).toBe(200);
    const version = done.body.planVersion ?? 0;
    expect(version).toBeGreaterThan(planBefore);
    expect(await change(id, wanted)).toMatchObject({ status: 200, body: { planVersion: version } });
    expect((await change(id, { requestId })).body.code).toBe('request_reused');

    const check = async () => {
      const list = await seatsOf(id);
      expect(list.planVersion).toBe(version);
      const odd = list.seats.filter((seat) => seat.status !== 'available');
      expect(odd).toMatchObject([{ id: mine, status: 'held' }]);
      expect(list.seats[0]?.id).toMatch(/^NEW-/);
      const path = `/api/inventory/events/${id}/seats?part=plan&version=${version}`;
      const plan = await ask<Plan>('GET', path);
      expect(plan.body).toMatchObject({ planVersion: version, plan: { version } });
      expect(plan.headers.get('cache-control')).toContain('immutable');
    };
    await check();
    await abortAllDurableObjects();
    await check();
    const booked = await ask<{ total: object }>('POST', '/api/booking/create', {
      token,
      body: { holdId: held.body.holdId },
    });
    expect(booked.body.total).toEqual(held.body.total);
    const { definition } = (await loadEvent(db, id as EventId)) ?? {};
    expect(definition?.plan.version).toBe(version);
    expect(definition?.categories.map((band) => band.price.amount)).toEqual(
      dearer.map((band) => band.price.amount),
    );
    const { body: audit } = await organise<Audit>('GET', `${id}/audit`);
    expect(audit.actions).toMatchObject([{ number: 1, action: 'plan', requestId }]);
  });

  const [first] = concert.plan.sections;
  const withSection = (over: object) => ({ sections: [{ ...first, ...over }] });
  it.each([
    [400, 'invalid_request', 'a section with a sign in its id', withSection({ id: 'A/B' })],
    [400, 'invalid_request', 'a row of no seats', withSection({ rows: [0] })],
    [400, 'invalid_request', 'half a seat', withSection({ rows: [1.5] })],
    [400, 'invalid_request', 'rows on top of each other', withSection({ rowGap: 0 })],
    [400, 'invalid_request', 'a shape nobody knows', withSection({ shape: 'star' })],
    [400, 'invalid_request', 'nothing', { sections: [] }],
    [400, 'invalid_request', 'a negative price', negative()],
    [422, 'plan_invalid', 'a price band that is not there', withSection({ categoryId: 'x' })],
    [422, 'plan_invalid', 'a section twice', { sections: [first, first] }],
  ])('answers %i %s to %s, and changes nothing', async (status, code, _, over) => {
    const answer = await change('coldplay-mumbai', over);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    const plan = await ask<Plan>('GET', '/api/inventory/events/coldplay-mumbai/seats?part=plan');
    expect(plan.body.planVersion).toBe(concert.plan.version);
  });

  function negative() {
    const [band] = concert.categories;
    return { categories: [{ ...band, price: { amount: -1, currency: 'INR' } }] };
  }
});

interface SaleSummaryAnswer {
  refunded: { amount: number };
  refunding: { amount: number };
}

interface SeatTold {
  events: { from: string; to: string; actor: string; why: string }[];
}

interface DriftAnswer {
  drift: { explained: boolean } | null;
}

describe('a refund', () => {
  interface Refunded {
    code: string;
    status: string;
    seatIds?: string[];
    refund: { amount: { amount: number }; seatIds: string[]; reason: string };
  }
  const giveBack = (id: string, bookingId: string, over: object = {}) =>
    organise<Refunded>('POST', `${id}/orders/${bookingId}/refund`, {
      requestId: freshId(),
      reason: 'The view is blocked.',
      ...over,
    });

  /** A fan's way to two tickets; told whether the money was taken. */
  async function buy(id: string, token: string, seatIds: string[], paid = true): Promise<Booking> {
    const post = <Body>(path: string, body: object, headers = {}) =>
      ask<Body>('POST', path, { token, body, headers });
    const admission = { 'x-admission-token': await admit(token, id) };
    const lock = { eventId: id, seatIds, requestId: freshId() };
    const held = await post<HoldAnswer>('/api/inventory/lock-seats', lock, admission);
    const { holdId } = held.body;
    const { bookingId } = (await post<Booking>('/api/booking/create', { holdId })).body;
    const intent = await post<IntentAnswer>('/api/payment/create-intent', { bookingId });
    if (paid) await pay(intent.body, 'pm_card_visa');
    await post('/api/payment/confirm', { bookingId });
    return (await ask<Booking>('GET', `/api/bookings/${bookingId}`, { token })).body;
  }

  it('of one seat pays it back, voids its ticket, and is told; the rest comes with the next', async () => {
    const id = await freshSale();
    const token = await tokenOf(26);
    const [one = '', two = ''] = expandPlan(concert.plan).map((seat) => seat.id);
    const booking = await buy(id, token, [one, two]);
    expect(booking.status).toBe('confirmed');
    const requestId = freshId();
    const wanted = { requestId, seatIds: [one] };
    const done = await giveBack(id, booking.bookingId, wanted);
    expect(done).toMatchObject({
      status: 200,
      body: { status: 'confirmed', refund: { seatIds: [one], reason: 'The view is blocked.' } },
    });
    const again = await giveBack(id, booking.bookingId, wanted);
    expect(again.body.refund.amount).toEqual(done.body.refund.amount);
    const reused = await giveBack(id, booking.bookingId, { requestId, seatIds: [two] });
    expect([reused.status, reused.body.code]).toEqual([409, 'request_reused']);
    const seen = await ask<Booking>('GET', `/api/bookings/${booking.bookingId}`, { token });
    expect(seen.body.tickets.map((ticket) => ticket.seatId)).toEqual([two]);
    expect(seen.body.refunds).toHaveLength(1);
    const { body: stands } = await organise<SaleSummaryAnswer>('GET', `${id}/summary`);
    const price = booking.total.amount / 2;
    expect(stands).toMatchObject({
      paused: false,
      orders: { confirmed: 1 },
      seats: { sold: 1, held: 0, available: expandPlan(concert.plan).length - 1, blocked: 0 },
      captured: { amount: 2 * price, currency: 'INR' },
      troubles: 0,
    });
    expect(stands.refunded.amount + stands.refunding.amount).toBe(price);
    // Again and again: Postgres is asked after the cron has its answer.
    const nudged = async () => {
      await saleOf(workerEnv, id as EventId).reconcile();
      const { body } = await organise<DriftAnswer>('GET', `${id}/drift`);
      return body.drift;
    };
    await expect.poll(nudged, { timeout: 5_000 }).toMatchObject({
      explained: true,
      unfiled: 0,
      sale: { confirmed: 1, seats: 1, captured: 2 * price },
      postgres: { confirmed: 1, seats: 1, captured: 2 * price },
    });

    const { body: seat } = await organise<SeatTold>('GET', `${id}/seats/${one}/history`);
    expect(seat.events.map(({ from, to }) => `${from} → ${to}`)).toEqual([
      'free → hold',
      'hold → held',
      'held → paying',
      'paying → paid',
      'paid → confirmed',
      'confirmed → free',
    ]);
    expect(seat.events.at(-1)).toMatchObject({ actor: 'organiser', why: 'The view is blocked.' });
    const nowhere = await organise<{ code: string }>('GET', `${id}/seats/NONE-A-1/history`);
    expect([nowhere.status, nowhere.body.code]).toEqual([422, 'unknown_seat']);

    const rest = await giveBack(id, booking.bookingId);
    expect(rest.body.refund.seatIds).toEqual([two]);
    const over = await giveBack(id, booking.bookingId);
    expect([over.status, over.body.code]).toEqual([409, 'already_refunded']);
    const { body: audit } = await organise<Audit>('GET', `${id}/audit`);
    expect(audit.actions.map(({ action, subject }) => [action, subject])).toEqual([
      ['refund', booking.bookingId],
      ['refund', booking.bookingId],
    ]);
  });

  it('of what was not paid, of seats of others, or in another event is refused and leaves no trace', async () => {
    const [id, other] = [await freshSale(), await freshSale()];
    const [one = '', two = ''] = expandPlan(concert.plan).map((seat) => seat.id);
    const booking = await buy(id, await tokenOf(27), [one], false);
    const code = async (...args: Parameters<typeof giveBack>) => {
      const { status, body } = await giveBack(...args);
      return [status, body.code];
    };
    expect(await code(id, booking.bookingId)).toEqual([409, 'not_paid']);
    const paid = await buy(id, await tokenOf(28), [two]);
    const { bookingId } = paid;
    expect(await code(id, bookingId, { seatIds: [one] })).toEqual([422, 'unknown_seat']);
    expect(await code(id, bookingId, { seatIds: [two, two] })).toEqual([422, 'duplicate_seat']);
    expect(await code(id, bookingId, { seatIds: [] })).toEqual([400, 'invalid_request']);
    expect(await code(other, bookingId)).toEqual([404, 'booking_not_found']);
    expect(await code(id, 'nonsense')).toEqual([404, 'booking_not_found']);
    expect((await organise<Audit>('GET', `${id}/audit`)).body.actions).toEqual([]);
  });
});
