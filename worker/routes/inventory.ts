import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { EventId } from '../../durable-objects/core/ids.ts';
import type {
  Hold,
  LockOutcome,
  LockRequest,
  LockWish,
} from '../../durable-objects/protocol/seats-rpc.ts';
import { saleOf } from '../../durable-objects/stubs.ts';
import { requireAdmission } from '../admission.ts';
import { requireEvent } from '../catalogue-access.ts';
import type { AppContext, AppEnv } from '../context.ts';
import { Mailboxes } from '../mailbox.ts';
import {
  revokedAmong,
  signedInWhenUsed,
  signedOut,
  stillSignedIn,
} from '../middleware/signed-in.ts';
import { owningSale } from '../owned.ts';
import { ProblemError } from '../problem.ts';
import { ask } from '../rpc.ts';
import { holdId } from '../schemas/common.ts';
import {
  bestRequest,
  extendRequest,
  foundResponse,
  holdResponse,
  lockRequest,
} from '../schemas/inventory.ts';
import type { HoldAnswer } from '../schemas/inventory.ts';
import { iso } from '../times.ts';
import { BEARER, BODY, bearerAuth, body, json, problems } from './problems.ts';

/** Told in the API's description only: to validate one header, all of a request's would be read. */
const admissionHeader = [
  { in: 'header' as const, name: 'x-admission-token', schema: { type: 'string' as const } },
];

/** Codes of every lock, whichever way its seats are chosen. */
const LOCKING = [
  ...BEARER,
  ...BODY,
  'not_admitted',
  'admission_expired',
  'event_not_found',
  'hold_exists',
  'request_reused',
  'sale_not_open',
  'sale_closed',
  'too_many_seats',
  'hold_not_found',
  'hold_expired',
  'order_closed',
  'overloaded',
] as const;

const lock = createRoute({
  method: 'post',
  path: '/api/inventory/lock-seats',
  tags: ['Seats'],
  summary: 'Hold seats, all or none',
  security: bearerAuth,
  middleware: [signedInWhenUsed] as const,
  parameters: admissionHeader,
  request: body(lockRequest),
  responses: {
    201: json(holdResponse, 'The seats are yours until `expiresAt`.'),
    ...problems(...LOCKING, 'seats_unavailable', 'orphan_seat', 'unknown_seat', 'duplicate_seat'),
  },
});

const best = createRoute({
  method: 'post',
  path: '/api/inventory/best-available',
  tags: ['Seats'],
  summary: 'Find the best seats for a party and hold them',
  description:
    'Neighbours in one row nearest the stage that leave no single seat beside them; where there are none, such as leave one; where no such neighbours are left, the closest together. Standing places by count. Otherwise like `lock-seats`.',
  security: bearerAuth,
  middleware: [signedInWhenUsed] as const,
  parameters: admissionHeader,
  request: body(bestRequest),
  responses: {
    201: json(foundResponse, 'The seats are yours until `expiresAt`.'),
    ...problems(...LOCKING, 'none_left', 'unknown_category', 'unknown_section'),
  },
});

const extend = createRoute({
  method: 'post',
  path: '/api/inventory/holds/{holdId}/extend',
  tags: ['Seats'],
  summary: 'Keep held seats longer, up to the end of the admission',
  description:
    'The hold then lasts as long as one taken now (`rules.holdSeconds`), but not past the end of the admission. Asked again with the same `requestId` it gives no more.',
  security: bearerAuth,
  middleware: [stillSignedIn] as const,
  request: { params: z.object({ holdId }), ...body(extendRequest) },
  responses: {
    200: json(holdResponse, 'The hold as it is now.'),
    ...problems(
      ...BEARER,
      ...BODY,
      'hold_not_found',
      'hold_expired',
      'order_closed',
      'admission_expired',
      'request_reused',
      'overloaded',
    ),
  },
});

const release = createRoute({
  method: 'delete',
  path: '/api/inventory/holds/{holdId}',
  tags: ['Seats'],
  summary: 'Give held seats back',
  security: bearerAuth,
  middleware: [stillSignedIn] as const,
  request: { params: z.object({ holdId }) },
  responses: {
    204: { description: 'The seats are free again.' },
    ...problems(...BEARER, 'hold_not_found', 'order_closed', 'overloaded'),
  },
});

/** Locks, swaps, extensions and releases. */
export function inventoryRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(lock, async (c) => {
    const { eventId, ...wanted } = c.req.valid('json');
    const { hold } = await lockSeats(c, eventId, wanted);
    return c.json(holdAnswer(hold), 201);
  });

  app.openapi(best, async (c) => {
    const { eventId, requestId, replaces, ...wish } = c.req.valid('json');
    const { hold, found } = await lockSeats(c, eventId, { requestId, replaces, best: wish });
    if (found === undefined) throw new Error('seats were found and nothing is told of them');
    const { together, orphans } = found;
    return c.json({ ...holdAnswer(hold), together, orphans: [...orphans] }, 201);
  });

  app.openapi(extend, async (c) => {
    const { holdId } = c.req.valid('param');
    const { requestId } = c.req.valid('json');
    const { sale } = await owningSale(c, 'hold', holdId);
    const accountId = c.get('access').sub;
    const outcome = await ask(() => sale().extendHold({ accountId, holdId, requestId }));
    if (!outcome.ok) throw new ProblemError(outcome.code);
    return c.json(holdAnswer(outcome.hold), 200);
  });

  app.openapi(release, async (c) => {
    const { holdId } = c.req.valid('param');
    const { sale } = await owningSale(c, 'hold', holdId);
    const accountId = c.get('access').sub;
    const outcome = await ask(() => sale().releaseHold({ accountId, holdId }));
    if (!outcome.ok) throw new ProblemError(outcome.code);
    return c.body(null, 204);
  });
}

/** Locks for an admitted caller; every refusal is thrown as its problem. */
async function lockSeats(
  c: AppContext,
  eventId: EventId,
  wanted: LockWish,
): Promise<LockOutcome & { ok: true }> {
  const { sub: accountId, sid } = c.get('access');
  await requireEvent(c, eventId);
  const admissionId = await requireAdmission(c, accountId, eventId);
  const request: LockRequest = { accountId, admissionId, ...wanted };
  c.set('sessionAsked', true);
  const outcome = await locks
    .of(eventId)
    .ask({ sid, request }, (letters) => lockTogether(c, eventId, letters));
  if (outcome === 'signed_out') throw signedOut();
  if (!outcome.ok) throw lockProblem(outcome);
  return outcome;
}

function holdAnswer({ holdId, seatIds, expiresAt, extendableUntil, total }: Hold): HoldAnswer {
  return {
    holdId,
    seatIds: [...seatIds],
    expiresAt: iso(expiresAt),
    extendableUntil: iso(extendableUntil),
    total: { amount: total.amount, currency: total.currency },
  };
}

interface Letter {
  sid: string;
  request: LockRequest;
}

/** Locks that come at the same time to one sale, sent together. */
const locks = new Mailboxes<Letter, LockOutcome | 'signed_out'>();

/** One look-up of revoked sessions and one call to the sale for all. */
async function lockTogether(
  c: AppContext,
  eventId: EventId,
  letters: readonly Letter[],
): Promise<(LockOutcome | 'signed_out')[]> {
  const revoked = await revokedAmong(
    c,
    letters.map((letter) => letter.sid),
  );
  const requests = letters.flatMap(({ request }, index) => (revoked[index] ? [] : [request]));
  const outcomes =
    requests.length === 0 ? [] : await ask(() => saleOf(c.env, eventId).lockAll({ requests }));
  const next = outcomes.values();
  return letters.map((_, index) => {
    if (revoked[index]) return 'signed_out';
    const { value } = next.next();
    if (value === undefined) throw new Error('fewer answers than locks');
    return value;
  });
}

function lockProblem(outcome: LockOutcome & { ok: false }): ProblemError {
  switch (outcome.code) {
    case 'seats_unavailable':
    case 'orphan_seat':
      return new ProblemError(outcome.code, {
        seatIds: [...outcome.seatIds],
        alternatives: [...outcome.alternatives],
      });
    case 'unknown_seat':
    case 'duplicate_seat':
      return new ProblemError(outcome.code, { seatIds: [...outcome.seatIds] });
    case 'too_many_seats':
      return new ProblemError(outcome.code, { limit: outcome.limit, owned: outcome.owned });
    default:
      return new ProblemError(outcome.code);
  }
}
