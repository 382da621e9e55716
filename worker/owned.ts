import { eventOf } from '../durable-objects/core/ids.ts';
import type { HoldId, OrderId } from '../durable-objects/core/ids.ts';
import { saleOf } from '../durable-objects/stubs.ts';
import type { EventSaleRpc } from '../durable-objects/stubs.ts';
import { requireEvent } from './catalogue-access.ts';
import type { AppContext } from './context.ts';
import type { EventRecord } from './db/event-record.ts';
import { ProblemError } from './problem.ts';

/** The sale that a hold or booking belongs to; `sale` makes a fresh stub each time. */
export interface OwningSale {
  record: EventRecord;
  sale: () => EventSaleRpc;
}

/**
 * Finds the sale from the id itself. An id that names no event, or none that exists, is simply not
 * found: it never makes an object.
 */
export async function owningSale(
  c: AppContext,
  kind: 'hold' | 'book',
  id: HoldId | OrderId,
): Promise<OwningSale> {
  const missing = kind === 'hold' ? 'hold_not_found' : 'booking_not_found';
  const eventId = eventOf(kind, id);
  if (eventId === null) throw new ProblemError(missing);
  try {
    const record = await requireEvent(c, eventId);
    return { record, sale: () => saleOf(c.env, eventId) };
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'event_not_found') {
      throw new ProblemError(missing);
    }
    throw error;
  }
}
