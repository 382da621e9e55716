import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { OrderId } from '../../durable-objects/core/ids.ts';
import { bookingAnswer } from '../booking-answers.ts';
import type { AppContext, AppEnv } from '../context.ts';
import { stillSignedIn } from '../middleware/signed-in.ts';
import { owningSale } from '../owned.ts';
import { ProblemError } from '../problem.ts';
import { ask } from '../rpc.ts';
import { booking } from '../schemas/booking.ts';
import type { Booking } from '../schemas/booking.ts';
import { bookingId } from '../schemas/common.ts';
import { BEARER, bearerAuth, json, problems } from './problems.ts';

const common = {
  method: 'post' as const,
  tags: ['Bookings'],
  security: bearerAuth,
  middleware: stillSignedIn,
  request: { params: z.object({ bookingId }) },
  responses: {
    200: json(booking, 'The booking as it is now.'),
    ...problems(...BEARER, 'booking_not_found', 'offer_over', 'order_closed', 'overloaded'),
  },
};

const accept = createRoute({
  ...common,
  path: '/api/bookings/{bookingId}/offer/accept',
  summary: 'Take the seats that are set aside for late money; safe to repeat',
  description: 'At no charge: what was paid pays for them. `offer_over` when the time has passed.',
});

const decline = createRoute({
  ...common,
  path: '/api/bookings/{bookingId}/offer/decline',
  summary: 'Want the money back instead of the seats offered; safe to repeat',
});

/** The buyer's answer to seats that were offered because the money came too late for those chosen. */
export function offerRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(accept, async (c) => {
    return c.json(await answer(c, c.req.valid('param').bookingId, true), 200);
  });
  app.openapi(decline, async (c) => {
    return c.json(await answer(c, c.req.valid('param').bookingId, false), 200);
  });
}

async function answer(c: AppContext, orderId: OrderId, accepts: boolean): Promise<Booking> {
  const accountId = c.get('access').sub;
  const { record, sale } = await owningSale(c, 'book', orderId);
  const outcome = await ask(() => sale().answerOffer({ accountId, orderId, accept: accepts }));
  if (!outcome.ok)
    throw new ProblemError(outcome.code === 'event_not_found' ? 'booking_not_found' : outcome.code);
  c.header('cache-control', 'no-store');
  return bookingAnswer(c.get('services').settings.authSecret, record, outcome.order);
}
