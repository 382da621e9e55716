import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { log } from '../telemetry/log.ts';
import { requestPoint } from '../telemetry/telemetry.ts';

/** What we take over from a caller: enough for a UUID or a trace id, nothing that could forge a log line. */
const SANE = /^[A-Za-z0-9._-]{8,64}$/;

/** Longer than any warm answer should take (issue 2, "Speed": 50 ms at idle, with room for load). */
const SLOW_MS = 1_000;

/** Gives each request an id and answers it as `x-request-id`; counts it, and logs it when it failed or was slow. */
export const requestId = createMiddleware<AppEnv>(async (c, next) => {
  const given = c.req.header('x-request-id');
  const id = given !== undefined && SANE.test(given) ? given : crypto.randomUUID();
  c.set('requestId', id);
  const started = Date.now();
  await next();
  const durationMs = Date.now() - started;
  const { status } = c.res;
  if (status !== 101) c.res.headers.set('x-request-id', id);
  const route = c.req.routePath;
  if (route === '*' || route === '/*') return;
  // What a sale does is logged by name where it happens; of requests, only those that failed on our side
  // or were slow: thirteen million polls would be thirteen million lines.
  if (status >= 500 || durationMs >= SLOW_MS) {
    log({ name: 'request', requestId: id, method: c.req.method, route, status, durationMs });
  }
  requestPoint(c.env, { route: `${c.req.method} ${route}`, status, durationMs });
});
