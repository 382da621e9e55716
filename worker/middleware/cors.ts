import { createMiddleware } from 'hono/factory';
import type { AppContext, AppEnv } from '../context.ts';
import { ProblemError } from '../problem.ts';

const ALLOWED_METHODS = 'GET, POST, PUT, DELETE';
const ALLOWED_HEADERS = 'authorization, content-type, x-admission-token, x-request-id';
const EXPOSED_HEADERS =
  'x-request-id, retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset';

/**
 * Whether a browser's page may talk to us: the public origin, or the very origin that is asked. No
 * `Origin` means no browser page, which CORS is not about.
 */
export function allowedOrigin(c: AppContext): string | null | undefined {
  const origin = c.req.header('origin');
  if (origin === undefined) return undefined;
  const own = new URL(c.req.url).origin;
  return origin === own || origin === c.get('services').settings.publicOrigin ? origin : null;
}

/** CORS for the public origin alone; a foreign page is refused before anything happens. */
export const cors = createMiddleware<AppEnv>(async (c, next) => {
  const origin = allowedOrigin(c);
  if (origin === undefined) return next();
  if (origin === null) throw new ProblemError('forbidden', { detail: 'This origin may not ask.' });
  if (c.req.method === 'OPTIONS') {
    return new Response(null, {
      status: 204,
      headers: {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': ALLOWED_METHODS,
        'access-control-allow-headers': ALLOWED_HEADERS,
        'access-control-max-age': '600',
        vary: 'origin',
      },
    });
  }
  await next();
  c.res.headers.set('access-control-allow-origin', origin);
  c.res.headers.set('access-control-expose-headers', EXPOSED_HEADERS);
  c.res.headers.append('vary', 'origin');
});
