import { createMiddleware } from 'hono/factory';
import { addressOf } from '../context.ts';
import type { AppEnv } from '../context.ts';
import { ProblemError, tryLater } from '../problem.ts';
import { servicesOf } from '../services.ts';
import { settingsOf } from '../settings.ts';
import { log } from '../telemetry/log.ts';

/** Time after which a caller over the coarse limit may try again, ms. */
const EDGE_RETRY_MS = 10_000;

/** Refuses to serve with unusable settings: a sale that cannot keep its promises does not open. */
export const configured = createMiddleware<AppEnv>((c, next) => {
  const outcome = settingsOf(c.env);
  if (!outcome.ok) {
    log({ name: 'misconfigured', variables: outcome.wrong.join(', ') });
    throw new ProblemError('unavailable');
  }
  c.set('services', servicesOf(c.env));
  return next();
});

/** The coarse first gate per network address. Stripe's webhooks come from few addresses and pass. */
export const edgeLimit = createMiddleware<AppEnv>(async (c, next) => {
  if (c.env.EDGE_LIMIT && !c.req.path.startsWith('/api/webhooks/')) {
    const { success } = await c.env.EDGE_LIMIT.limit({ key: addressOf(c) });
    if (!success) throw tryLater('rate_limited', EDGE_RETRY_MS);
  }
  return next();
});
