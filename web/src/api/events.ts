import { http } from './http.ts';
import type { Answer } from './problem.ts';
import type { Config, DrawTerms, SaleEvent } from './types.ts';

/** All events on the site. */
export function listEvents(): Promise<Answer<{ events: SaleEvent[] }>> {
  return http({ method: 'GET', path: '/api/events' });
}

/** One event; `draw` where its lobby is drawn and the sale has answered. */
export function getEvent(
  eventId: string,
): Promise<Answer<SaleEvent & { draw?: DrawTerms | null }>> {
  return http({ method: 'GET', path: `/api/events/${encodeURIComponent(eventId)}` });
}

/** Public configuration. */
export function getConfig(): Promise<Answer<Config>> {
  return http({ method: 'GET', path: '/api/config' });
}
