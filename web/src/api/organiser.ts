import { authorized } from './authorized.ts';
import type { Answer } from './problem.ts';
import type { AuditRow, SaleSummary, Trouble } from './types.ts';

/** What a command of an organiser says; a repeat with the same `requestId` is safe. */
export interface Command {
  requestId: string;
  reason: string;
}

/** All that the organiser's page shows of a sale. */
export interface SaleDesk {
  summary: SaleSummary;
  troubles: readonly Trouble[];
  /** Newest first; the last hundred. */
  actions: readonly AuditRow[];
}

const base = (eventId: string): string => `/api/organiser/events/${encodeURIComponent(eventId)}`;

/** Where the sale stands, what needs a person, and what was done; the first that fails is told. */
export async function getDesk(eventId: string): Promise<Answer<SaleDesk>> {
  const get = <Part>(part: string): Promise<Answer<Part>> =>
    authorized({ method: 'GET', path: `${base(eventId)}/${part}` });
  const [summary, troubles, audit] = await Promise.all([
    get<SaleSummary>('summary'),
    get<{ troubles: Trouble[] }>('troubles'),
    get<{ actions: AuditRow[] }>('audit'),
  ]);
  if (!summary.ok) return summary;
  if (!troubles.ok) return troubles;
  if (!audit.ok) return audit;
  const { actions } = audit.data;
  return { ok: true, data: { summary: summary.data, troubles: troubles.data.troubles, actions } };
}

/** Stops calling people in, or goes on. */
export function setPaused(
  eventId: string,
  paused: boolean,
  command: Command,
): Promise<Answer<{ paused: boolean }>> {
  const path = `${base(eventId)}/${paused ? 'pause' : 'resume'}`;
  return authorized({ method: 'POST', path, body: command });
}

/** Gives a booking back, whole or some of its seats; the buyer reads the reason. */
export function giveBack(
  eventId: string,
  bookingId: string,
  command: Command & { seatIds?: readonly string[] },
): Promise<Answer<unknown>> {
  const path = `${base(eventId)}/orders/${encodeURIComponent(bookingId)}/refund`;
  return authorized({ method: 'POST', path, body: command });
}
