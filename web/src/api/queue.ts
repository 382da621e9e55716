import type { Tick } from '../../../durable-objects/core/tick.ts';
import { authorized } from './authorized.ts';
import { http } from './http.ts';
import type { Answer } from './problem.ts';
import type { Position } from './types.ts';

/** Joins, or returns the place this account already has. */
export function joinQueue(eventId: string): Promise<Answer<Position>> {
  return authorized({ method: 'POST', path: '/api/queue/join', body: { eventId } });
}

/** Own place. With `claim` one who is called comes in by asking: only while the fan is looking. */
export function queuePosition(
  eventId: string,
  options: { claim: boolean },
): Promise<Answer<Position>> {
  const path = `/api/queue/position/${encodeURIComponent(eventId)}`;
  return authorized({ method: 'GET', path: options.claim ? path : `${path}?claim=false` });
}

/** Gives the place up. Sent even if the page closes meanwhile. */
export function leaveQueue(eventId: string): Promise<Answer<void>> {
  return authorized({
    method: 'DELETE',
    path: `/api/queue/leave/${encodeURIComponent(eventId)}`,
    keepalive: true,
  });
}

/** The public tick. */
export function queueStatus(eventId: string): Promise<Answer<Tick>> {
  return http({ method: 'GET', path: `/api/queue/status/${encodeURIComponent(eventId)}` });
}
