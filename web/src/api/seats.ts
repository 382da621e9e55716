import { authorized } from './authorized.ts';
import { http } from './http.ts';
import type { Answer } from './problem.ts';
import type { BestRequest, FoundAnswer, HoldAnswer, PlanPart, StatusPart } from './types.ts';

const base = (eventId: string): string =>
  `/api/inventory/events/${encodeURIComponent(eventId)}/seats`;

/** Geometry and prices; `version` names a plan that never changes, so that it can be cached. */
export function getPlan(eventId: string, version?: number): Promise<Answer<PlanPart>> {
  const suffix = version === undefined ? '' : `&version=${version}`;
  return http({ method: 'GET', path: `${base(eventId)}?part=plan${suffix}` });
}

/** All statuses, packed. */
export function getStatuses(eventId: string): Promise<Answer<StatusPart>> {
  return http({ method: 'GET', path: `${base(eventId)}?part=status` });
}

/** Holds seats, all or none. Asking again with the same `requestId` is safe. */
export function lockSeats(request: {
  eventId: string;
  seatIds: readonly string[];
  requestId: string;
  admissionToken: string;
  /** A hold whose place these seats take. */
  replaces?: string;
}): Promise<Answer<HoldAnswer>> {
  const { admissionToken, ...body } = request;
  return authorized({
    method: 'POST',
    path: '/api/inventory/lock-seats',
    body,
    headers: { 'x-admission-token': admissionToken },
  });
}

/** Keeps held seats longer. Asking again with the same `requestId` gives no more. */
export function extendHold(holdId: string, requestId: string): Promise<Answer<HoldAnswer>> {
  return authorized({
    method: 'POST',
    path: `/api/inventory/holds/${encodeURIComponent(holdId)}/extend`,
    body: { requestId },
  });
}

/** Finds the best seats for a party and holds them. Asking again with the same `requestId` is safe. */
export function findSeats(body: BestRequest, admissionToken: string): Promise<Answer<FoundAnswer>> {
  return authorized({
    method: 'POST',
    path: '/api/inventory/best-available',
    body,
    headers: { 'x-admission-token': admissionToken },
  });
}

/** Gives held seats back. */
export function releaseHold(holdId: string): Promise<Answer<void>> {
  return authorized({
    method: 'DELETE',
    path: `/api/inventory/holds/${encodeURIComponent(holdId)}`,
  });
}
