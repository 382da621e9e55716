import { z } from '@hono/zod-openapi';
import type { EventId } from '../../durable-objects/core/ids.ts';
import type { ErrorCode } from '../../durable-objects/protocol/errors.ts';
import { requireEvent } from '../catalogue-access.ts';
import type { AppContext } from '../context.ts';
import { organiser } from '../middleware/organiser.ts';
import { ProblemError } from '../problem.ts';
import { eventId } from '../schemas/common.ts';
import { BEARER, bearerAuth } from './problems.ts';

/** Where an organiser's routes begin. */
export const PATH = '/api/organiser/events/{eventId}';
/** Codes that any of them may answer. */
export const GUARDED: readonly ErrorCode[] = [
  ...BEARER,
  'forbidden',
  'event_not_found',
  'overloaded',
];
/** What all of them are: behind a bearer token of an organiser. */
export const base = { tags: ['Organiser'], security: bearerAuth, middleware: organiser };
/** The event that the path names. */
export const params = z.object({ eventId });

/**
 * The event must be there. While the catalogue does not answer the sale itself is asked: it knows its event,
 * and can be paused in an outage too.
 */
export async function requireSale(c: AppContext, eventId: EventId): Promise<void> {
  try {
    await requireEvent(c, eventId);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'unavailable') throw error;
  }
}
