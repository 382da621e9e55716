import { Buffer } from 'node:buffer';
import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { SeatPlan } from '../../durable-objects/core/plan.ts';
import type { SeatSnapshot } from '../../durable-objects/protocol/seats-rpc.ts';
import { saleOf } from '../../durable-objects/stubs.ts';
import { requireEvent } from '../catalogue-access.ts';
import type { AppContext, AppEnv } from '../context.ts';
import type { EventRecord } from '../db/event-record.ts';
import { ProblemError } from '../problem.ts';
import { ask } from '../rpc.ts';
import { eventId } from '../schemas/common.ts';
import {
  planResponse,
  seatsQuery,
  seatsResponse,
  seatStatusResponse,
} from '../schemas/inventory.ts';
import { seatListJson } from '../seat-list.ts';
import { log } from '../telemetry/log.ts';
import { problems } from './problems.ts';

/** A version of a plan never changes: an edit is a new version. */
const IMMUTABLE = 'public, max-age=31536000, immutable';
const SOON_STALE = 'public, max-age=60';

const seats = createRoute({
  method: 'get',
  path: '/api/inventory/events/{eventId}/seats',
  tags: ['Seats'],
  summary: 'All seats; for large plans geometry and status apart',
  description:
    'Without `part`, every seat in full. `part=plan` is geometry and prices; name its `version` to keep it for good. `part=status` is two bits a seat, in the order of the expanded plan.',
  request: { params: z.object({ eventId }), query: seatsQuery },
  responses: {
    200: {
      description: 'The seats, or the part that was asked for.',
      content: {
        'application/json': { schema: z.union([seatsResponse, planResponse, seatStatusResponse]) },
      },
    },
    ...problems('invalid_request', 'event_not_found', 'overloaded'),
  },
});

/** The seat list and its two parts. */
export function seatRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(seats, async (c) => {
    const { part, version } = c.req.valid('query');
    const known = await requireEvent(c, c.req.valid('param').eventId);
    if (part === 'plan') {
      const record = version === undefined ? known : ((await withPlan(c, known, version)) ?? known);
      const { plan, categories } = record.definition;
      c.header('cache-control', version === plan.version ? IMMUTABLE : SOON_STALE);
      return c.json(
        {
          planVersion: plan.version,
          seatCount: record.seatCount,
          categories: [...categories],
          plan: { venueId: plan.venueId, version: plan.version, sections: copied(plan.sections) },
        },
        200,
      );
    }
    const { snapshot, record } = await readSnapshot(c, known);
    const { plan, categories } = record.definition;
    c.header('cache-control', 'no-store');
    if (part === 'status') {
      return c.json(
        {
          version: snapshot.version,
          planVersion: snapshot.planVersion,
          seatCount: record.seatCount,
          packed: Buffer.from(snapshot.packed).toString('base64'),
        },
        200,
      );
    }
    // Written as text: 60,000 seats a time are too many to build objects for.
    const head = JSON.stringify({
      version: snapshot.version,
      planVersion: snapshot.planVersion,
      categories,
    });
    const text = `${head.slice(0, -1)},"seats":${seatListJson(plan, snapshot.packed)}}`;
    return c.body(text, 200, { 'content-type': 'application/json' }) as never;
  });
}

function copied(sections: SeatPlan['sections']) {
  return sections.map((section) =>
    section.shape === 'area' ? section : { ...section, rows: [...section.rows] },
  );
}

/** All statuses, and the event with the very plan that they are of. */
async function readSnapshot(
  c: AppContext,
  known: EventRecord,
): Promise<{ snapshot: SeatSnapshot; record: EventRecord }> {
  const { eventId } = known.definition;
  const snapshot = await ask(() => saleOf(c.env, eventId).seats());
  if (!snapshot) throw new ProblemError('unavailable');
  const record = await withPlan(c, known, snapshot.planVersion);
  if (record) return { snapshot, record };
  // The catalogue has another plan than the sale: statuses would sit on the wrong seats.
  log({
    name: 'problem',
    part: 'catalogue',
    eventId,
    detail: 'plan version differs from the sale',
  });
  throw new ProblemError('unavailable');
}

/** The event with this version of its plan; null when the catalogue does not have it. */
async function withPlan(
  c: AppContext,
  known: EventRecord,
  version: number,
): Promise<EventRecord | null> {
  const { eventId, plan } = known.definition;
  if (plan.version === version) return known;
  try {
    return await c.get('services').catalogue.withPlan(eventId, version, Date.now());
  } catch {
    return null;
  }
}
