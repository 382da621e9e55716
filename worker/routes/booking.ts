import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { bookingAnswer } from '../booking-answers.ts';
import { bookingOf, bookingsOf } from '../booking-list.ts';
import type { AppEnv } from '../context.ts';
import { takeOrRefuse } from '../middleware/limited.ts';
import { signedInMeanwhile, stillSignedIn } from '../middleware/signed-in.ts';
import { owningSale } from '../owned.ts';
import { ProblemError } from '../problem.ts';
import { ask } from '../rpc.ts';
import { booking, bookingsResponse, createBookingRequest } from '../schemas/booking.ts';
import { bookingId } from '../schemas/common.ts';
import { BEARER, BODY, bearerAuth, body, json, problems } from './problems.ts';

const create = createRoute({
  method: 'post',
  path: '/api/booking/create',
  tags: ['Bookings'],
  summary: 'Make a booking of a hold; asked again, the same one',
  security: bearerAuth,
  middleware: [stillSignedIn] as const,
  request: body(createBookingRequest),
  responses: {
    201: json(booking, 'The booking, to be paid until `expiresAt`.'),
    ...problems(...BEARER, ...BODY, 'hold_not_found', 'hold_expired', 'order_closed', 'overloaded'),
  },
});

const list = createRoute({
  method: 'get',
  path: '/api/bookings',
  tags: ['Bookings'],
  summary: 'Own bookings with tickets, newest first',
  security: bearerAuth,
  middleware: [signedInMeanwhile] as const,
  responses: { 200: json(bookingsResponse, 'Bookings.'), ...problems(...BEARER) },
});

const one = createRoute({
  method: 'get',
  path: '/api/bookings/{bookingId}',
  tags: ['Bookings'],
  summary: 'One own booking with tickets',
  security: bearerAuth,
  middleware: [signedInMeanwhile] as const,
  request: { params: z.object({ bookingId }) },
  responses: { 200: json(booking, 'The booking.'), ...problems(...BEARER, 'booking_not_found') },
});

/** Bookings, from the hold to the ticket. */
export function bookingRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(create, async (c) => {
    const { holdId } = c.req.valid('json');
    const accountId = c.get('access').sub;
    const { record, sale } = await owningSale(c, 'hold', holdId);
    await takeOrRefuse(c, 'booking', accountId);
    const outcome = await ask(() => sale().createOrder({ accountId, holdId }));
    if (!outcome.ok) throw new ProblemError(outcome.code);
    const secret = c.get('services').settings.authSecret;
    return c.json(await bookingAnswer(secret, record, outcome.order), 201);
  });

  app.openapi(list, async (c) => {
    c.header('cache-control', 'no-store');
    return c.json({ bookings: await bookingsOf(c, c.get('access').sub) }, 200);
  });

  app.openapi(one, async (c) => {
    c.header('cache-control', 'no-store');
    return c.json(await bookingOf(c, c.get('access').sub, c.req.valid('param').bookingId), 200);
  });
}
