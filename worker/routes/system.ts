import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { publicKeys } from '../../durable-objects/protocol/tokens.ts';
import type { AppEnv } from '../context.ts';
import { checkHealth } from '../health.ts';
import { PASSWORD } from '../schemas/auth.ts';
import { configResponse, healthResponse, jwksResponse } from '../schemas/system.ts';
import { json, problems } from './problems.ts';

const config = createRoute({
  method: 'get',
  path: '/api/config',
  tags: ['System'],
  summary: 'Public configuration of the site',
  responses: { 200: json(configResponse, 'Configuration.'), ...problems() },
});

const jwks = createRoute({
  method: 'get',
  path: '/.well-known/jwks.json',
  tags: ['System'],
  summary: 'Public keys by which a gate checks tickets',
  responses: { 200: json(jwksResponse, 'A JWK set.'), ...problems() },
});

const health = createRoute({
  method: 'get',
  path: '/healthz',
  tags: ['System'],
  summary: 'Whether every part answers, and the sales and Postgres have the same books',
  responses: {
    200: json(healthResponse, 'All parts answer, and no books differ.'),
    503: json(healthResponse, 'A part does not answer, or books differ; the sale may still go on.'),
  },
});

/** What is neither a fan's nor an event's. */
export function systemRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(config, (c) => {
    const { settings } = c.get('services');
    const { turnstile } = settings;
    c.header('cache-control', 'public, max-age=60');
    return c.json(
      {
        stripePublishableKey: settings.stripe.publishableKey,
        stripeJsUrl: settings.stripe.jsUrl.href,
        environment: settings.production ? ('production' as const) : ('local' as const),
        passwordMin: PASSWORD.min,
        accessTokenSeconds: settings.accessTokenSeconds,
        turnstile: turnstile && {
          siteKey: turnstile.siteKey,
          scriptUrl: new URL('/turnstile/v0/api.js', turnstile.apiBase).href,
        },
      },
      200,
    );
  });

  app.openapi(jwks, async (c) => {
    const keys = await publicKeys(c.get('services').settings.authSecret);
    c.header('cache-control', 'public, max-age=3600');
    return c.json(jwksResponse.parse(keys), 200);
  });

  app.openapi(health, async (c) => {
    const version = c.env.CF_VERSION_METADATA?.id || 'local';
    const answer = await checkHealth(c.get('services'), version);
    c.header('cache-control', 'no-store');
    return answer.ok ? c.json(answer, 200) : c.json(answer, 503);
  });
}
