import { http } from './http.ts';
import type { Answer } from './problem.ts';
import type { Config, DrawTerms, SaleEvent } from './types.ts';

/** All events on the site. */
export function listEvents(): Promise<Answer<{ events: SaleEvent[] }>> {
  return http({ method: 'GET', path: '/api/events' });
}

type OneEvent = SaleEvent & { draw?: DrawTerms | null };

/** How long the pages of a tab go by what one of them has heard of an event, ms. */
const KNOWN_MS = 10 * 60_000;
let known: { at: number; event: OneEvent } | undefined;

/** One event; `draw` where its lobby is drawn and the sale has answered. */
export async function getEvent(eventId: string): Promise<Answer<OneEvent>> {
  const answer = await http<OneEvent>({
    method: 'GET',
    path: `/api/events/${encodeURIComponent(eventId)}`,
  });
  if (answer.ok) known = { at: performance.now(), event: answer.data };
  return answer;
}

/**
 * The event as another page of this tab has just heard of it, else asked for. For pages on the way from the event's to
 * the seats: at an opening millions go it in the same minutes, and what they read here does not change.
 */
export async function knownEvent(eventId: string): Promise<Answer<OneEvent>> {
  const { at = -Infinity, event } = known ?? {};
  const told = event?.rules.lobby !== 'draw' || Boolean(event.draw);
  const fresh = event?.id === eventId && told && performance.now() - at < KNOWN_MS;
  return fresh ? { ok: true, data: event } : getEvent(eventId);
}

/** Public configuration. */
export function getConfig(): Promise<Answer<Config>> {
  return http({ method: 'GET', path: '/api/config' });
}
