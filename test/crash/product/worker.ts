import type { AccountId, EventId } from '../../../durable-objects/core/ids.ts';
import { saleOf } from '../../../durable-objects/stubs.ts';
import { reconcileSales } from '../../../worker/cron.ts';
import worker from '../../../worker/index.ts';
import type { Env } from '../../../worker/env.ts';

/** The nudge comes as if so much later, ms: Stripe's undelivered news is looked for only when it is a minute old. */
const LATER_MS = 60_000;

export { EventSale, WaitingRoom } from '../../../worker/index.ts';

/**
 * The product as it is, plus what bare workerd lacks, cron, and a way to read the object's own book:
 * `/crash/nudge/:eventId` and, with a list of accounts, `/crash/orders/:eventId`.
 */
export default {
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    const [, first, what, eventId] = new URL(request.url).pathname.split('/');
    if (first !== 'crash') return worker.fetch(request, env, ctx);
    const sale = saleOf(env, (eventId ?? '') as EventId);
    if (what === 'nudge') {
      await reconcileSales(env, Date.now() + LATER_MS);
      return Response.json(await sale.reconcile());
    }
    const accounts = await request.json<AccountId[]>();
    const orders = [];
    for (const accountId of accounts) orders.push(...(await sale.orders({ accountId })));
    return Response.json(orders);
  },
};
