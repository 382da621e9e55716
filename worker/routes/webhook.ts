import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { saleOf } from '../../durable-objects/stubs.ts';
import { requireEvent } from '../catalogue-access.ts';
import type { AppContext, AppEnv } from '../context.ts';
import { readWebhook } from '../payments/webhook.ts';
import { ProblemError, tryLater } from '../problem.ts';
import { ask } from '../rpc.ts';
import { webhookResponse } from '../schemas/system.ts';
import { log } from '../telemetry/log.ts';
import { json, problems } from './problems.ts';

const webhook = createRoute({
  method: 'post',
  path: '/api/webhooks/stripe',
  tags: ['Payment'],
  summary: 'What Stripe tells us, signed',
  request: { headers: z.object({ 'stripe-signature': z.string().optional() }) },
  responses: {
    200: json(webhookResponse, 'Taken, or none of our business.'),
    ...problems('invalid_signature', 'body_too_large', 'payments_unavailable', 'overloaded'),
  },
});

/**
 * Stripe's side of `settle`. The signature is checked before anything else; an answer other than 200
 * makes Stripe send it again, which is wanted whenever the outcome is unknown.
 */
export function webhookRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(webhook, async (c) => {
    const { stripe, settings } = c.get('services');
    const signature = c.req.header('stripe-signature');
    if (!signature) throw new ProblemError('invalid_signature');
    const body = await c.req.text();
    const message = await readWebhook(stripe, settings.stripe.webhookSecret, body, signature);
    if (!message.ok) throw new ProblemError(message.code);
    if (message.about === 'other') return ignored(c, message.type, message.reason);

    const { eventId, orderId, stripeEventId } = message;
    try {
      await requireEvent(c, eventId);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== 'event_not_found') throw error;
      return ignored(c, message.type, 'unknown_event');
    }
    const outcome = await ask(() => saleOf(c.env, eventId).settle({ orderId, stripeEventId }));
    if (!outcome.ok) {
      if (outcome.code === 'payments_unavailable') {
        throw tryLater(outcome.code, outcome.retryAfterMs);
      }
      return ignored(c, message.type, outcome.code);
    }
    return c.json({ received: true, outcome: 'settled' } as const, 200);
  });
}

function ignored(c: AppContext, type: string, reason: string) {
  log({ name: 'webhook_ignored', requestId: c.get('requestId'), type, reason });
  return c.json({ received: true, outcome: 'ignored' } as const, 200);
}
