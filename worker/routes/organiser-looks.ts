import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { OrganiserAction } from '../../durable-objects/protocol/organiser-rpc.ts';
import { saleOf } from '../../durable-objects/stubs.ts';
import type { AppEnv } from '../context.ts';
import { ProblemError } from '../problem.ts';
import { ask } from '../rpc.ts';
import { seatId } from '../schemas/common.ts';
import {
  auditQuery,
  auditResponse,
  driftResponse,
  seatHistoryResponse,
  summaryResponse,
  troublesResponse,
} from '../schemas/organiser.ts';
import { iso } from '../times.ts';
import { base, GUARDED, params, PATH, requireSale } from './organiser-base.ts';
import { json, problems } from './problems.ts';

const summary = createRoute({
  ...base,
  method: 'get',
  path: `${PATH}/summary`,
  summary: 'Where the sale stands: seats, orders by stage, money taken and given back',
  request: { params },
  responses: { 200: json(summaryResponse, 'The summary.'), ...problems(...GUARDED) },
});

const drift = createRoute({
  ...base,
  method: 'get',
  path: `${PATH}/drift`,
  summary: 'The books of the sale beside those of Postgres',
  request: { params },
  responses: { 200: json(driftResponse, 'The last comparison.'), ...problems(...GUARDED) },
});

const troubles = createRoute({
  ...base,
  method: 'get',
  path: `${PATH}/troubles`,
  summary: 'Orders that need a person: refunds that failed, bookings that Postgres refuses',
  request: { params },
  responses: {
    200: json(troublesResponse, 'At most a hundred of each kind.'),
    ...problems(...GUARDED),
  },
});

const seatHistory = createRoute({
  ...base,
  method: 'get',
  path: `${PATH}/seats/{seatId}/history`,
  summary: 'All that happened to a seat: who, when, from what, to what, why; oldest first',
  request: { params: params.extend({ seatId }) },
  responses: {
    200: json(seatHistoryResponse, 'The history.'),
    ...problems(...GUARDED, 'unknown_seat'),
  },
});

const audit = createRoute({
  ...base,
  method: 'get',
  path: `${PATH}/audit`,
  summary: 'What organisers did: who, when, what, why; newest first',
  request: { params, query: auditQuery },
  responses: {
    200: json(auditResponse, 'One page.'),
    ...problems(...GUARDED, 'invalid_request'),
  },
});

/** What an organiser sees of a sale. None of it changes anything. */
export function organiserLooks(app: OpenAPIHono<AppEnv>): void {
  app.openapi(summary, async (c) => {
    const { eventId } = c.req.valid('param');
    await requireSale(c, eventId);
    const outcome = await ask(() => saleOf(c.env, eventId).summary());
    if (!outcome.ok) throw new ProblemError(outcome.code);
    c.header('cache-control', 'no-store');
    const { at, captured, refunded, refunding, ...rest } = outcome.summary;
    return c.json(
      {
        ...rest,
        at: iso(at),
        captured: { ...captured },
        refunded: { ...refunded },
        refunding: { ...refunding },
      },
      200,
    );
  });

  app.openapi(drift, async (c) => {
    const { eventId } = c.req.valid('param');
    await requireSale(c, eventId);
    const outcome = await ask(() => saleOf(c.env, eventId).drift());
    if (!outcome.ok) throw new ProblemError(outcome.code);
    c.header('cache-control', 'no-store');
    if (outcome.drift === null) return c.json({ drift: null }, 200);
    const { at, object, postgres, unfiled, explained } = outcome.drift;
    const sale = { ...object };
    const shown = { at: iso(at), sale, postgres: { ...postgres }, unfiled, explained };
    return c.json({ drift: shown }, 200);
  });

  app.openapi(troubles, async (c) => {
    const { eventId } = c.req.valid('param');
    await requireSale(c, eventId);
    const outcome = await ask(() => saleOf(c.env, eventId).troubles());
    if (!outcome.ok) throw new ProblemError(outcome.code);
    c.header('cache-control', 'no-store');
    const found = outcome.troubles.map(({ orderId, ...rest }) => ({ bookingId: orderId, ...rest }));
    return c.json({ troubles: found }, 200);
  });

  app.openapi(seatHistory, async (c) => {
    const { eventId, seatId: seat } = c.req.valid('param');
    await requireSale(c, eventId);
    const outcome = await ask(() => saleOf(c.env, eventId).seatHistory({ seatId: seat }));
    if (!outcome.ok) throw new ProblemError(outcome.code);
    c.header('cache-control', 'no-store');
    const events = outcome.events.map(({ orderId, at, ...rest }) => ({
      bookingId: orderId,
      at: iso(at),
      ...rest,
    }));
    return c.json({ seatId: seat, events }, 200);
  });

  app.openapi(audit, async (c) => {
    const { eventId } = c.req.valid('param');
    const before = c.req.valid('query').before ?? null;
    await requireSale(c, eventId);
    const outcome = await ask(() => saleOf(c.env, eventId).actions({ before }));
    if (!outcome.ok) throw new ProblemError(outcome.code);
    c.header('cache-control', 'no-store');
    const { actions, before: next } = outcome.page;
    return c.json({ actions: actions.map(auditRow), before: next }, 200);
  });
}

function auditRow({ seq, at, actor, requestId, deed, subject, why, details }: OrganiserAction) {
  return {
    number: seq,
    at: iso(at),
    accountId: actor,
    requestId,
    action: deed,
    subject,
    reason: why,
    details: { ...details },
  };
}
