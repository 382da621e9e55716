import type { EventId } from '../durable-objects/core/ids.ts';
import { publicTick } from '../durable-objects/core/tick.ts';
import type { Tick } from '../durable-objects/core/tick.ts';
import { leafAt } from '../durable-objects/stubs.ts';
import type { AppContext } from './context.ts';
import type { EventRecord } from './db/event-record.ts';
import { ProblemError } from './problem.ts';
import { ask } from './rpc.ts';

/** A tick is published at most once a second, so nobody needs to be asked more often, ms. */
const FRESH_MS = 1_000;
const ENTRIES_MAX = 1_000;

const ticks = new Map<EventId, { tick: Tick; until: number }>();

/** The public tick, asked of any one leaf at most once a second per isolate. */
export async function currentTick(c: AppContext, record: EventRecord): Promise<Tick> {
  const { eventId, settings } = record.definition;
  const now = Date.now();
  const known = ticks.get(eventId);
  if (known && known.until > now) return known.tick;
  const index = Math.floor(Math.random() * settings.leaves);
  const heard = await ask(() => leafAt(c.env, eventId, index).lastTick());
  if (!heard) throw new ProblemError('unavailable');
  const tick = publicTick(heard);
  if (ticks.size >= ENTRIES_MAX) ticks.clear();
  ticks.set(eventId, { tick, until: now + FRESH_MS });
  return tick;
}
