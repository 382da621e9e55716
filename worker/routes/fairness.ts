import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { publicKeys } from '../../durable-objects/protocol/tokens.ts';
import { requireEvent } from '../catalogue-access.ts';
import type { AppEnv } from '../context.ts';
import { recordFreshMs, recordPageOf } from '../sale-record.ts';
import { eventId } from '../schemas/common.ts';
import { fairnessQuery, fairnessResponse } from '../schemas/fairness.ts';
import { json, problems } from './problems.ts';

const RECEIPT_KEY = 'receipt-1';

const fairness = createRoute({
  method: 'get',
  path: '/api/events/{eventId}/fairness',
  tags: ['Events'],
  summary:
    'The public record: how places were given out, how the lobby was drawn, who was called when',
  request: { params: z.object({ eventId }), query: fairnessQuery },
  responses: {
    200: json(fairnessResponse, 'One page: all of the record, and some of its links.'),
    ...problems('invalid_request', 'event_not_found', 'overloaded'),
  },
});

/** What everybody may verify, from before the sale until after it. */
export function fairnessRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(fairness, async (c) => {
    const { definition } = await requireEvent(c, c.req.valid('param').eventId);
    const from = Number(c.req.valid('query').from ?? 0);
    const page = await recordPageOf(c, definition.eventId, from);
    const { keys } = await publicKeys(c.get('services').settings.authSecret);
    const key = keys.find((candidate) => 'kid' in candidate && candidate.kid === RECEIPT_KEY);
    // Some seconds, for the record grows while the sale is on; a page that cannot change any more, a day.
    c.header('cache-control', `public, max-age=${recordFreshMs(page) / 1_000}`);
    return c.json({ ...page, receiptKey: key?.x ?? '' } as never, 200);
  });
}
