import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono, z } from '@hono/zod-openapi';
import type { EventId } from '../../durable-objects/core/ids.ts';
import type { PlanOutcome } from '../../durable-objects/protocol/organiser-rpc.ts';
import { saleOf } from '../../durable-objects/stubs.ts';
import { refundAnswer } from '../booking-answers.ts';
import type { AppContext, AppEnv } from '../context.ts';
import { ProblemError } from '../problem.ts';
import { ask } from '../rpc.ts';
import { bookingId } from '../schemas/common.ts';
import {
  organiserCommand,
  planChanged,
  planRequest,
  refundRequest,
  refundResponse,
  switchResponse,
} from '../schemas/organiser.ts';
import { base, GUARDED, params, PATH, requireSale } from './organiser-base.ts';
import { BODY, body, json, problems } from './problems.ts';

function switchRoute(path: 'pause' | 'resume', summary: string) {
  return createRoute({
    ...base,
    method: 'post',
    path: `${PATH}/${path}`,
    summary,
    request: { params, ...body(organiserCommand) },
    responses: {
      200: json(switchResponse, 'Every queue page says so.'),
      ...problems(...GUARDED, ...BODY, 'request_reused'),
    },
  });
}

const pause = switchRoute('pause', 'Call nobody in until the sale is resumed; joins go on');
const resume = switchRoute('resume', 'Call people in again');

const plan = createRoute({
  ...base,
  method: 'put',
  path: `${PATH}/plan`,
  summary: 'Sell another seat plan or other prices from now on',
  description:
    'Refused unless every seat that is held, paid for or sold is in it. What is held stays at its price. Pages that show the seats load them again by themselves.',
  request: { params, ...body(planRequest) },
  responses: {
    200: json(planChanged, 'The plan that is sold from now on.'),
    ...problems(...GUARDED, ...BODY, 'request_reused', 'plan_seats_missing', 'plan_invalid'),
  },
});

const refund = createRoute({
  ...base,
  method: 'post',
  path: `${PATH}/orders/{orderId}/refund`,
  summary: 'Give a paid booking back, whole or some of its seats',
  description:
    'For what each seat was sold. The seats are free and their tickets void at once; the money follows, retried until it is there. The buyer is told the reason.',
  request: { params: params.extend({ orderId: bookingId }), ...body(refundRequest) },
  responses: {
    200: json(refundResponse, 'Begun; `status` of the refund says whether it is done.'),
    ...problems(
      ...GUARDED,
      ...BODY,
      'booking_not_found',
      'not_paid',
      'already_refunded',
      'request_reused',
      'unknown_seat',
      'duplicate_seat',
    ),
  },
});

/** What an organiser does with a running sale. Each action leaves its trace in the audit. */
export function organiserRoutes(app: OpenAPIHono<AppEnv>): void {
  const switched = async (c: AppContext, id: EventId, paused: boolean, command: Command) => {
    await requireSale(c, id);
    const { requestId, reason: why } = command;
    const request = { actor: c.get('access').sub, requestId, why, paused };
    const outcome = await ask(() => saleOf(c.env, id).setPaused(request));
    if (!outcome.ok) throw new ProblemError(outcome.code);
    return { paused };
  };

  app.openapi(pause, async (c) =>
    c.json(await switched(c, c.req.valid('param').eventId, true, c.req.valid('json')), 200),
  );

  app.openapi(resume, async (c) =>
    c.json(await switched(c, c.req.valid('param').eventId, false, c.req.valid('json')), 200),
  );

  app.openapi(plan, async (c) => {
    const { eventId } = c.req.valid('param');
    const { requestId, reason: why, sections, categories } = c.req.valid('json');
    await requireSale(c, eventId);
    const request = { actor: c.get('access').sub, requestId, why, draft: { sections, categories } };
    const outcome = await ask(() => saleOf(c.env, eventId).changePlan(request));
    if (!outcome.ok) throw planProblem(outcome);
    const { planVersion, seatCount } = outcome;
    return c.json({ planVersion, seatCount }, 200);
  });

  app.openapi(refund, async (c) => {
    const { eventId, orderId } = c.req.valid('param');
    const { requestId, reason: why, seatIds } = c.req.valid('json');
    await requireSale(c, eventId);
    const request = { actor: c.get('access').sub, requestId, why, orderId, seatIds };
    const outcome = await ask(() => saleOf(c.env, eventId).refundOrder(request));
    if (!outcome.ok)
      throw new ProblemError(
        outcome.code,
        'seatIds' in outcome ? { seatIds: [...outcome.seatIds] } : {},
      );
    const { status } = outcome.order;
    return c.json({ refund: refundAnswer(outcome.refund), status }, 200);
  });
}

function planProblem(outcome: PlanOutcome & { ok: false }): ProblemError {
  switch (outcome.code) {
    case 'plan_invalid':
      return new ProblemError(outcome.code, { detail: outcome.reason });
    case 'plan_seats_missing': {
      const detail = `${outcome.missing} seats that are held or sold are not in this plan.`;
      return new ProblemError(outcome.code, { detail, seatIds: [...outcome.seatIds] });
    }
    default:
      return new ProblemError(outcome.code);
  }
}

type Command = z.infer<typeof organiserCommand>;
