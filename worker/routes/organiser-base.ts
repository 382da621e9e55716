import { z } from '@hono/zod-openapi';
import type { ErrorCode } from '../../durable-objects/protocol/errors.ts';
import { organiser } from '../middleware/organiser.ts';
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
