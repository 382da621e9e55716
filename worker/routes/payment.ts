import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { bookingAnswer } from '../booking-answers.ts';
import type { AppEnv } from '../context.ts';
import { tellOrRefuse } from '../middleware/limited.ts';
import { requireSession, signedInMeanwhile, signedInWhenUsed } from '../middleware/signed-in.ts';
import { owningSale } from '../owned.ts';
import { ProblemError, tryLater } from '../problem.ts';
import { ask } from '../rpc.ts';
import {
  intentResponse,
  paymentRequest,
  processingResponse,
  settledResponse,
} from '../schemas/payment.ts';
import { BEARER, BODY, bearerAuth, body, json, problems } from './problems.ts';

const createIntent = createRoute({
  method: 'post',
  path: '/api/payment/create-intent',
  tags: ['Payment'],
  summary: 'Start to pay a booking; asked again, the same intent',
  security: bearerAuth,
  middleware: [signedInWhenUsed] as const,
  request: body(paymentRequest),
  responses: {
    200: json(intentResponse, 'What the Payment Element needs.'),
    ...problems(
      ...BEARER,
      ...BODY,
      'booking_not_found',
      'hold_expired',
      'order_closed',
      'payments_unavailable',
      'overloaded',
    ),
  },
});

const confirm = createRoute({
  method: 'post',
  path: '/api/payment/confirm',
  tags: ['Payment'],
  summary: 'Ask what became of the payment; safe to repeat',
  description:
    'Reads the intent again and acts on it. 200 tells the end (`confirmed`, or when the money came too late for the seats `offered` others, or `refunding` and `refunded`), 202 means that the bank has not answered yet.',
  security: bearerAuth,
  // Settling only acts on what Stripe says, as its webhook does at any time: the answer is what a session is for.
  middleware: [signedInMeanwhile] as const,
  request: body(paymentRequest),
  responses: {
    200: json(settledResponse, 'Confirmed with tickets, offered other seats, or given back.'),
    202: json(processingResponse, 'Not known yet; ask again.'),
    ...problems(
      ...BEARER,
      ...BODY,
      'payment_failed',
      'booking_not_found',
      'payments_unavailable',
      'overloaded',
    ),
  },
});

/** Paying. Amounts come from the sale, never from the caller. */
export function paymentRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(createIntent, async (c) => {
    const { bookingId: orderId } = c.req.valid('json');
    const accountId = c.get('access').sub;
    const { sale } = await owningSale(c, 'book', orderId);
    const { limits } = c.get('services');
    const now = Date.now();
    const [known, use] = await Promise.all([
      ask(() => sale().order({ accountId, orderId })),
      limits.take('payment', accountId, now),
      requireSession(c),
    ]);
    if (!known.ok) throw new ProblemError('booking_not_found');
    // A reload of the checkout asks for the intent that it has: only a new one is a start.
    if (known.order.paymentIntentId === null) tellOrRefuse(c, use);
    else if (use.allowed) c.executionCtx.waitUntil(limits.giveBack('payment', accountId, now));
    const outcome = await ask(() => sale().startPayment({ accountId, orderId }));
    if (!outcome.ok) {
      throw outcome.code === 'payments_unavailable'
        ? tryLater(outcome.code, outcome.retryAfterMs)
        : new ProblemError(outcome.code);
    }
    const { paymentIntentId, clientSecret, order } = outcome;
    const total = { amount: order.total.amount, currency: order.total.currency };
    c.header('cache-control', 'no-store');
    return c.json({ paymentIntentId, clientSecret, total }, 200);
  });

  app.openapi(confirm, async (c) => {
    const { bookingId: orderId } = c.req.valid('json');
    const accountId = c.get('access').sub;
    const { record, sale } = await owningSale(c, 'book', orderId);
    const outcome = await ask(() => sale().settle({ orderId, accountId }));
    if (!outcome.ok) {
      throw outcome.code === 'payments_unavailable'
        ? tryLater(outcome.code, outcome.retryAfterMs)
        : new ProblemError('booking_not_found');
    }
    const { result, order } = outcome;
    if (result === 'failed') {
      const problem = order.paymentProblem;
      throw new ProblemError(
        'payment_failed',
        problem ? { detail: problem.message, reason: problem.code } : {},
      );
    }
    const answer = await bookingAnswer(c.get('services').settings.authSecret, record, order);
    c.header('cache-control', 'no-store');
    if (result === 'processing') return c.json({ status: result, booking: answer }, 202);
    return c.json({ status: result, tickets: answer.tickets, booking: answer }, 200);
  });
}
