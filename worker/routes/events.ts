import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { listEvents, requireEvent } from '../catalogue-access.ts';
import type { AppEnv } from '../context.ts';
import type { EventRecord } from '../db/event-record.ts';
import { drawTermsOf } from '../sale-record.ts';
import { eventId } from '../schemas/common.ts';
import { eventsResponse, oneEvent } from '../schemas/events.ts';
import type { Event } from '../schemas/events.ts';
import { iso } from '../times.ts';
import { json, problems } from './problems.ts';

/** How long a browser or a cache may keep the catalogue. */
const CACHE = 'public, max-age=5, stale-while-revalidate=60';

const list = createRoute({
  method: 'get',
  path: '/api/events',
  tags: ['Events'],
  summary: 'Events, soonest first',
  responses: { 200: json(eventsResponse, 'Events.'), ...problems() },
});

const one = createRoute({
  method: 'get',
  path: '/api/events/{eventId}',
  tags: ['Events'],
  summary: 'One event with its price bands and the rules of its sale',
  request: { params: z.object({ eventId }) },
  responses: { 200: json(oneEvent, 'The event.'), ...problems('event_not_found') },
});

/** The catalogue, from memory. */
export function eventRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(list, async (c) => {
    const now = Date.now();
    const records = await listEvents(c);
    c.header('cache-control', CACHE);
    return c.json({ events: records.map((record) => toEvent(record, now)) }, 200);
  });

  app.openapi(one, async (c) => {
    const record = await requireEvent(c, c.req.valid('param').eventId);
    c.header('cache-control', CACHE);
    const { eventId, settings } = record.definition;
    const draw = settings.lobby === 'draw' ? await drawTermsOf(c, eventId) : null;
    return c.json({ ...toEvent(record, Date.now()), draw }, 200);
  });
}

function toEvent(record: EventRecord, now: number): Event {
  const { definition } = record;
  const { settings, plan } = definition;
  const { admission } = settings;
  const open = now >= settings.opensAt;
  return {
    id: definition.eventId,
    name: definition.name,
    description: record.description,
    venue: { id: plan.venueId, name: definition.venueName, city: record.city },
    timeZone: definition.timeZone,
    startsAt: iso(definition.startsAt),
    opensAt: iso(settings.opensAt),
    closesAt: iso(settings.closesAt),
    sale: now >= settings.closesAt ? 'ended' : open ? 'on_sale' : 'upcoming',
    categories: [...definition.categories],
    seatCount: record.seatCount,
    planVersion: plan.version,
    rules: {
      lobby: settings.lobby,
      requireVerifiedEmail: settings.requireVerifiedEmail ?? false,
      seatsPerAccount: settings.seatsPerAccount,
      refuseOrphans: settings.refuseOrphans ?? false,
      holdSeconds: seconds(settings.holdTtlMs),
      holdMaxSeconds: seconds(Math.max(settings.holdTtlMs, settings.admission.sessionMs)),
      payingSeconds: seconds(settings.payingTtlMs),
      admission: {
        batchSize: admission.batchSize,
        everySeconds: admission.everyMs / 1000,
        slots: admission.slots,
        claimWindowSeconds: seconds(admission.claimWindowMs),
        graceSeconds: seconds(admission.graceMs),
        sessionSeconds: seconds(admission.sessionMs),
      },
    },
  };
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}
