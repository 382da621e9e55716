import type { EventId } from '../durable-objects/core/ids.ts';
import type { AppContext } from './context.ts';
import type { EventRecord } from './db/event-record.ts';
import { ProblemError } from './problem.ts';
import { errorWords, log } from './telemetry/log.ts';

/** The event, or the problem `event_not_found`; `unavailable` when Postgres is away and nothing is known. */
export async function requireEvent(c: AppContext, eventId: EventId): Promise<EventRecord> {
  let record: EventRecord | null;
  try {
    record = await c.get('services').catalogue.event(eventId);
  } catch (error) {
    throw catalogueDown(c, error);
  }
  if (!record) throw new ProblemError('event_not_found');
  return record;
}

/** All current events; `unavailable` when Postgres is away and nothing is known. */
export async function listEvents(c: AppContext): Promise<readonly EventRecord[]> {
  try {
    return await c.get('services').catalogue.events(Date.now());
  } catch (error) {
    throw catalogueDown(c, error);
  }
}

function catalogueDown(c: AppContext, error: unknown): ProblemError {
  const cause = error instanceof Error && error.cause ? error.cause : error;
  log({
    name: 'problem',
    part: 'postgres',
    requestId: c.get('requestId'),
    detail: errorWords(cause),
  });
  return new ProblemError('unavailable');
}
