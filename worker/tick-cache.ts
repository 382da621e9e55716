import type { EventId } from '../durable-objects/core/ids.ts';
import { publicTick } from '../durable-objects/core/tick.ts';
import type { Tick } from '../durable-objects/core/tick.ts';
import { leafAt } from '../durable-objects/stubs.ts';
import type { AppContext } from './context.ts';
import type { EventRecord } from './db/event-record.ts';
import { Memo } from './memo.ts';
import { ProblemError } from './problem.ts';
import { ask } from './rpc.ts';

/** A tick is published at most once a second, so nobody needs to be asked more often, ms. */
const FRESH_MS = 1_000;
/** How much longer, while one request asks again for all, ms: fans are shown nothing older than 3 s. */
const STALE_MS = 1_000;
const ENTRIES_MAX = 1_000;

const ticks = new Memo<EventId, Tick>({
  freshMs: () => FRESH_MS,
  staleMs: STALE_MS,
  entriesMax: ENTRIES_MAX,
});

/**
 * The public tick, asked of any one leaf at most once a second per isolate. When that leaf does not answer, the last
 * frame is served on: its time says how old it is.
 */
export async function currentTick(c: AppContext, record: EventRecord): Promise<Tick> {
  const { eventId, settings } = record.definition;
  return ticks.get(eventId, async () => {
    const index = Math.floor(Math.random() * settings.leaves);
    const heard = await ask(() => leafAt(c.env, eventId, index).lastTick());
    if (!heard) throw new ProblemError('unavailable');
    return publicTick(heard);
  });
}
