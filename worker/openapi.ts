import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv } from './context.ts';
import { docsPage, DOCS_STYLE } from './docs-page.ts';
import type { ApiDocument } from './docs-page.ts';

const INFO = {
  openapi: '3.1.0',
  info: {
    title: 'Onsale',
    version: '1',
    description:
      'Queue, seats and payment of an on-sale. JSON, camelCase; times are ISO 8601 in UTC; money is in minor units. Failures are `application/problem+json` (RFC 9457) with a stable `code`. Live connection: `WS /ws/events/{eventId}` with the subprotocols `onsale.v1` and `bearer.TOKEN`.',
  },
  tags: ['Accounts', 'Events', 'Queue', 'Seats', 'Bookings', 'Payment', 'Organiser', 'System'].map(
    (name) => ({
      name,
    }),
  ),
};

/** `GET /api/openapi.json`, made from the route schemas, and `GET /api/docs`, a page that shows it. */
export function documentation(app: OpenAPIHono<AppEnv>): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  let text: string | null = null;
  let page: string | null = null;
  const document = () => app.getOpenAPI31Document(INFO);

  app.get('/api/openapi.json', (c) => {
    text ??= JSON.stringify(document());
    c.header('cache-control', 'public, max-age=300');
    return c.body(text, 200, { 'content-type': 'application/json' });
  });
  app.get('/api/docs', (c) => {
    page ??= docsPage(JSON.parse(JSON.stringify(document())) as ApiDocument);
    c.header('cache-control', 'public, max-age=300');
    return c.html(page);
  });
  app.get('/api/docs.css', (c) => {
    c.header('cache-control', 'public, max-age=300');
    return c.body(DOCS_STYLE, 200, { 'content-type': 'text/css' });
  });
}
