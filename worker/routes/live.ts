import type { OpenAPIHono } from '@hono/zod-openapi';
import { EVENT_ID } from '../../durable-objects/core/ids.ts';
import type { EventId } from '../../durable-objects/core/ids.ts';
import { BEARER_PREFIX, LIVE_PROTOCOL } from '../../durable-objects/protocol/live.ts';
import { LIVE_HEADERS } from '../../durable-objects/protocol/queue-rpc.ts';
import type { Moved } from '../../durable-objects/protocol/queue-rpc.ts';
import { leafAt } from '../../durable-objects/stubs.ts';
import { requireEvent } from '../catalogue-access.ts';
import type { AppEnv } from '../context.ts';
import { mayJoin } from '../may-join.ts';
import { allowedOrigin } from '../middleware/cors.ts';
import { checkAccess } from '../middleware/signed-in.ts';
import { atOwnLeaf } from '../own-leaf.ts';
import { ProblemError, tryLater } from '../problem.ts';
import { ask } from '../rpc.ts';

/**
 * The live connection. Browsers cannot set headers on a socket, so the access token comes as an offered
 * subprotocol. Once it is checked the socket belongs to the fan's leaf; the token does not travel on.
 */
export function liveRoutes(app: OpenAPIHono<AppEnv>): void {
  app.get('/ws/events/:eventId', async (c) => {
    if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
      throw new ProblemError('upgrade_required', {}, { upgrade: 'websocket' });
    }
    if (allowedOrigin(c) === null) {
      throw new ProblemError('forbidden', { detail: 'This origin may not ask.' });
    }
    const offered = (c.req.header('sec-websocket-protocol') ?? '')
      .split(',')
      .map((name) => name.trim());
    if (!offered.includes(LIVE_PROTOCOL)) {
      throw new ProblemError('invalid_request', {
        errors: [{ field: 'Sec-WebSocket-Protocol', message: `Offer ${LIVE_PROTOCOL}.` }],
      });
    }
    const bearer = offered.find((name) => name.startsWith(BEARER_PREFIX));
    const access = await checkAccess(c, bearer?.slice(BEARER_PREFIX.length));
    const id = c.req.param('eventId');
    if (!EVENT_ID.test(id)) throw new ProblemError('event_not_found');
    const { definition } = await requireEvent(c, id as EventId);

    const headers = new Headers();
    for (const [name, value] of c.req.raw.headers) {
      if (name.startsWith('sec-websocket-') || name === 'connection' || name === 'upgrade') {
        headers.set(name, value);
      }
    }
    headers.set('sec-websocket-protocol', LIVE_PROTOCOL);
    headers.set(LIVE_HEADERS.account, access.sub);
    headers.set(LIVE_HEADERS.tokenExpires, String(access.exp * 1000));
    if (!mayJoin(definition.settings, access)) headers.set(LIVE_HEADERS.mayNotJoin, '1');
    const { settings, eventId } = definition;
    const answer = await atOwnLeaf(access.sub, settings.leaves, (leaf) =>
      ask(() => connect(() => leafAt(c.env, eventId, leaf).fetch(c.req.url, { headers }))),
    );
    return answer.response;
  });
}

/** The leaf's answer: a socket, or at which leaf to try. One who was cut off just now is refused. */
async function connect(
  fetchLeaf: () => Promise<Response>,
): Promise<{ ok: true; response: Response } | ({ ok: false } & Moved)> {
  const response = await fetchLeaf();
  if (response.status === 429) {
    throw tryLater('rate_limited', Number(response.headers.get(LIVE_HEADERS.retryAfterMs)));
  }
  const leaf = response.headers.get(LIVE_HEADERS.leaf);
  return leaf === null ? { ok: true, response } : { ok: false, code: 'moved', leaf: Number(leaf) };
}
