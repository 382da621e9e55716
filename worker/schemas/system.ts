import { z } from 'zod';
import { time } from './common.ts';

/** Answer of `GET /api/config`: what the site must know and anybody may. */
export const configResponse = z
  .object({
    stripePublishableKey: z.string(),
    stripeJsUrl: z.string(),
    environment: z.enum(['local', 'production']),
    passwordMin: z.int(),
    accessTokenSeconds: z.int(),
    turnstile: z
      .object({ siteKey: z.string(), scriptUrl: z.string() })
      .nullable()
      .meta({ description: 'Set: registering and signing in need a `challengeToken`.' }),
  })
  .meta({ id: 'Config' });

const check = z.object({ ok: z.boolean(), ms: z.int() });

const breaker = z
  .enum(['closed', 'open', 'probing'])
  .meta({ description: 'Of the isolate that answers: `open` refuses calls for a while.' });

const books = z
  .object({
    ok: z.boolean(),
    comparedAt: time
      .nullable()
      .meta({ description: 'When the cron last looked at the sales on now; null: not lately.' }),
    differing: z
      .int()
      .meta({ description: 'Sales whose books differ from Postgres’s for minutes.' }),
    since: time.nullable().meta({ description: 'Of the one that differs longest.' }),
  })
  .meta({ description: 'Of each sale: `GET /api/organiser/events/:eventId/drift`.' });

/** Answer of `GET /healthz`; 503 when a part does not answer, or the books of a sale differ. */
export const healthResponse = z
  .object({
    ok: z.boolean(),
    version: z.string(),
    checks: z.object({ postgres: check, redis: check, stripe: check }),
    books,
    breakers: z.object({ postgres: breaker, redis: breaker, stripe: breaker }),
  })
  .meta({ id: 'Health' });

/** Answer of `GET /.well-known/jwks.json` (RFC 7517). */
export const jwksResponse = z
  .object({
    keys: z.array(
      z.object({
        kty: z.string(),
        crv: z.string(),
        x: z.string(),
        kid: z.string(),
        alg: z.string(),
        use: z.string(),
      }),
    ),
  })
  .meta({ id: 'JwkSet' });

/** Answer of the webhook: taken, or not ours. */
export const webhookResponse = z
  .object({ received: z.literal(true), outcome: z.enum(['settled', 'ignored']) })
  .meta({ id: 'WebhookReceipt' });

/** Public configuration as the site receives it. */
export type Config = z.infer<typeof configResponse>;
