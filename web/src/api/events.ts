import { http } from './http.ts';
import type { Answer } from './problem.ts';
import type { Config, SaleEvent } from './types.ts';

/** All events on the site. */
export function listEvents(): Promise<Answer<{ events: SaleEvent[] }>> {
  return http({ method: 'GET', path: '/api/events' });
}

/** One event. */
export function getEvent(eventId: string): Promise<Answer<SaleEvent>> {
  return http({ method: 'GET', path: `/api/events/${encodeURIComponent(eventId)}` });
}

/** Public configuration. */
export function getConfig(): Promise<Answer<Config>> {
  return http({ method: 'GET', path: '/api/config' });
}
