import { OpenAPIHono } from '@hono/zod-openapi';
import type { Hook } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import type { AppContext, AppEnv } from './context.ts';
import { jsonBody } from './middleware/body.ts';
import { cors } from './middleware/cors.ts';
import { configured, edgeLimit } from './middleware/guard.ts';
import { securityHeaders } from './middleware/headers.ts';
import { requestId } from './middleware/request-id.ts';
import { methodsOf, unmatched } from './not-found.ts';
import { documentation } from './openapi.ts';
import { OURS } from './paths.ts';
import { ProblemError, renderProblem } from './problem.ts';
import { authRoutes } from './routes/auth.ts';
import { bookingRoutes } from './routes/booking.ts';
import { eventRoutes } from './routes/events.ts';
import { fairnessRoutes } from './routes/fairness.ts';
import { inventoryRoutes } from './routes/inventory.ts';
import { liveRoutes } from './routes/live.ts';
import { offerRoutes } from './routes/offer.ts';
import { organiserLooks } from './routes/organiser-looks.ts';
import { organiserRoutes } from './routes/organiser.ts';
import { paymentRoutes } from './routes/payment.ts';
import { queueRoutes } from './routes/queue.ts';
import { seatRoutes } from './routes/seats.ts';
import { systemRoutes } from './routes/system.ts';
import { verifyEmailRoutes } from './routes/verify-email.ts';
import { webhookRoutes } from './routes/webhook.ts';
import { errorWords, log } from './telemetry/log.ts';

/** The whole HTTP side: request id, headers, gates, routes, and one place where failures are rendered. */
export function createApp(): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid });
  app.use('*', requestId, securityHeaders);
  app.onError((error, c) => renderProblem(c, toProblem(error, c), c.get('requestId')));
  app.use('/api/*', configured, edgeLimit, cors, jsonBody);
  app.use('/ws/*', configured, edgeLimit);
  app.use('/healthz', configured);
  app.use('/.well-known/*', configured);

  authRoutes(app);
  verifyEmailRoutes(app);
  eventRoutes(app);
  fairnessRoutes(app);
  queueRoutes(app);
  seatRoutes(app);
  inventoryRoutes(app);
  bookingRoutes(app);
  offerRoutes(app);
  paymentRoutes(app);
  organiserRoutes(app);
  organiserLooks(app);
  webhookRoutes(app);
  systemRoutes(app);
  liveRoutes(app);
  documentation(app);

  const methodsFor = methodsOf(app);
  app.notFound((c) => {
    const { path } = c.req;
    if (!OURS.test(path) && c.env.ASSETS) return c.env.ASSETS.fetch(c.req.raw);
    return renderProblem(c, unmatched(methodsFor(path)), c.get('requestId'));
  });
  return app;
}

/** Wrong input: an id in the path that cannot exist is "not found", all else is `invalid_request` by field. */
const refuseInvalid: Hook<unknown, AppEnv, string, unknown> = (result) => {
  if (result.success) return undefined;
  const { issues } = result.error;
  if (result.target === 'param') {
    const name = issues[0]?.path[0];
    if (name === 'eventId') throw new ProblemError('event_not_found');
    throw new ProblemError(name === 'holdId' ? 'hold_not_found' : 'booking_not_found');
  }
  const errors = issues.slice(0, 20).map((issue) => ({
    field: issue.path.map(String).join('.') || 'body',
    message: issue.message,
  }));
  throw new ProblemError('invalid_request', { errors });
};

function toProblem(error: Error, c: AppContext): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof HTTPException && error.status === 415) {
    return new ProblemError('unsupported_media_type');
  }
  if (error instanceof HTTPException && error.status < 500) {
    return new ProblemError('invalid_request');
  }
  log({
    name: 'unexpected',
    requestId: c.get('requestId'),
    route: c.req.path,
    detail: errorWords(error),
    stack: error.stack?.slice(0, 2000),
  });
  return new ProblemError('internal');
}
