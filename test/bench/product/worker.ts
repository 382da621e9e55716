import { leafAt } from '../../../durable-objects/stubs.ts';
import type { EventId } from '../../../durable-objects/core/ids.ts';
import type { Tick } from '../../../durable-objects/core/tick.ts';
import worker from '../../../worker/index.ts';
import type { Env } from '../../../worker/env.ts';

export { EventSale, WaitingRoom } from '../../../worker/index.ts';

/** The product as it is, plus one address that publishes a tick on demand, so that a broadcast can be timed. */
export default {
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    // Cheap: what is measured passes here.
    const [, eventId] = request.url.split('/bench/publish/');
    if (eventId === undefined) return worker.fetch(request, env, ctx);
    await leafAt(env, eventId as EventId, 0).publish({ tick: await request.json<Tick>() });
    return Response.json({ ok: true });
  },
};
