import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AccountId } from '../../durable-objects/core/ids.ts';
import { leafName } from '../../durable-objects/core/shard-plan.ts';
import type { ErrorCode } from '../../durable-objects/protocol/errors.ts';
import type { JoinOutcome } from '../../durable-objects/protocol/queue-rpc.ts';
import { leafAt } from '../../durable-objects/stubs.ts';
import { requireEvent } from '../catalogue-access.ts';
import type { AppEnv } from '../context.ts';
import { Mailboxes } from '../mailbox.ts';
import { mayJoin } from '../may-join.ts';
import { signedIn } from '../middleware/signed-in.ts';
import { atOwnLeaf } from '../own-leaf.ts';
import { ProblemError, tryLater } from '../problem.ts';
import { positionAnswer } from '../queue-answers.ts';
import { ask } from '../rpc.ts';
import { eventId } from '../schemas/common.ts';
import {
  joinRequest,
  positionQuery,
  positionResponse,
  statsResponse,
  tickResponse,
} from '../schemas/queue.ts';
import { currentTick } from '../tick-cache.ts';
import { iso } from '../times.ts';
import { BEARER, BODY, bearerAuth, body, json, problems } from './problems.ts';

const params = z.object({ eventId });
/** One second, as often as a tick can change. */
const TICK_CACHE = 'public, max-age=1';

const join = createRoute({
  method: 'post',
  path: '/api/queue/join',
  tags: ['Queue'],
  summary: 'Take a place; asked again, the same place',
  security: bearerAuth,
  middleware: [signedIn] as const,
  request: body(joinRequest),
  responses: {
    200: json(positionResponse, 'Your place.'),
    ...problems(
      ...BEARER,
      ...BODY,
      'email_not_verified',
      'event_not_found',
      'sale_closed',
      'overloaded',
      'room_full',
    ),
  },
});

const position = createRoute({
  method: 'get',
  path: '/api/queue/position/{eventId}',
  tags: ['Queue'],
  summary: 'Own place; one who is called comes in, unless `claim=false`',
  security: bearerAuth,
  middleware: [signedIn] as const,
  request: { params, query: positionQuery },
  responses: {
    200: json(positionResponse, 'Your place.'),
    ...problems(...BEARER, 'invalid_request', 'not_in_queue', 'event_not_found', 'overloaded'),
  },
});

const leave = createRoute({
  method: 'delete',
  path: '/api/queue/leave/{eventId}',
  tags: ['Queue'],
  summary: 'Give the place up for good',
  security: bearerAuth,
  middleware: [signedIn] as const,
  request: { params },
  responses: {
    204: { description: 'You have left.' },
    ...problems(...BEARER, 'not_in_queue', 'event_not_found', 'overloaded'),
  },
});

const stats = createRoute({
  method: 'get',
  path: '/api/queue/stats/{eventId}',
  tags: ['Queue'],
  summary: 'Figures of the queue',
  request: { params },
  responses: { 200: json(statsResponse, 'Figures.'), ...problems('event_not_found') },
});

const status = createRoute({
  method: 'get',
  path: '/api/queue/status/{eventId}',
  tags: ['Queue'],
  summary: 'The public tick: the same frame that every socket gets',
  request: { params },
  responses: { 200: json(tickResponse, 'The tick.'), ...problems('event_not_found') },
});

/**
 * The queue over HTTP. A join or a poll costs one call to the fan's leaf and nothing else: whether a
 * session was ended is looked up where seats or money move, and a place alone moves neither.
 */
export function queueRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(join, async (c) => {
    const { eventId } = c.req.valid('json');
    const accountId = c.get('access').sub;
    const { settings } = (await requireEvent(c, eventId)).definition;
    if (!mayJoin(settings, c.get('access'))) throw new ProblemError('email_not_verified');
    const outcome = await atOwnLeaf(accountId, settings.leaves, (leaf) =>
      joins
        .of(leafName(eventId, leaf))
        .ask(accountId, (accountIds) =>
          ask(() => leafAt(c.env, eventId, leaf).joinAll({ accountIds })),
        ),
    );
    if (!outcome.ok) throw refusal(outcome);
    const secret = c.get('services').settings.authSecret;
    return c.json(await positionAnswer(secret, eventId, accountId, outcome.position), 200);
  });

  app.openapi(position, async (c) => {
    const { eventId } = c.req.valid('param');
    const claim = c.req.valid('query').claim !== 'false';
    const accountId = c.get('access').sub;
    const { settings } = (await requireEvent(c, eventId)).definition;
    const outcome = await atOwnLeaf(accountId, settings.leaves, (leaf) =>
      ask(() => leafAt(c.env, eventId, leaf).position({ accountId, claim })),
    );
    if (!outcome.ok) throw refusal(outcome);
    const secret = c.get('services').settings.authSecret;
    return c.json(await positionAnswer(secret, eventId, accountId, outcome.position), 200);
  });

  app.openapi(leave, async (c) => {
    const { eventId } = c.req.valid('param');
    const accountId = c.get('access').sub;
    const { settings } = (await requireEvent(c, eventId)).definition;
    const outcome = await atOwnLeaf(accountId, settings.leaves, (leaf) =>
      ask(() => leafAt(c.env, eventId, leaf).leave({ accountId })),
    );
    if (!outcome.ok) throw refusal(outcome);
    return c.body(null, 204);
  });

  app.openapi(stats, async (c) => {
    const tick = await currentTick(c, await requireEvent(c, c.req.valid('param').eventId));
    const { phase, waiting, admitted, active, joined, left, ratePerMinute, at } = tick;
    c.header('cache-control', TICK_CACHE);
    const figures = { phase, waiting, admitted, active, joined, left, ratePerMinute };
    return c.json({ ...figures, updatedAt: iso(at) }, 200);
  });

  app.openapi(status, async (c) => {
    const tick = await currentTick(c, await requireEvent(c, c.req.valid('param').eventId));
    c.header('cache-control', TICK_CACHE);
    // The frame as it is: a copy by fields would lose what a newer sale adds.
    return c.body(JSON.stringify(tick), 200, { 'content-type': 'application/json' }) as never;
  });
}

/** Joins that come at the same time to one leaf, sent together. */
const joins = new Mailboxes<AccountId, JoinOutcome>();

/** Why a leaf would not, and when to try again if it said so. */
function refusal(outcome: { code: ErrorCode; retryAfterMs?: number }): ProblemError {
  const { code, retryAfterMs } = outcome;
  if (retryAfterMs === undefined) return new ProblemError(code);
  const where = code === 'room_full' ? { where: '/api/queue/join' } : {};
  return tryLater(code, retryAfterMs, {}, where);
}
