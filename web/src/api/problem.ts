import type { ErrorCode } from '../../../durable-objects/protocol/errors.ts';

/** Codes of failures that never reached the server, beside the server's own. */
export type ProblemCode = ErrorCode | 'offline' | 'timeout' | 'bad_answer';

/** Why a call did not do what it should, ready to be shown: a stable code and the request's id. */
export interface Problem {
  code: ProblemCode;
  /** HTTP status; 0 when no answer came. */
  status: number;
  /** The server's sentence in English; pages prefer their own words by `code`. */
  detail: string;
  requestId: string | null;
  retryAfterMs: number | null;
  /** Further members of the `problem+json` body, such as `seatIds` and `alternatives`. */
  extra: Readonly<Record<string, unknown>>;
}

/** Outcome of a call. Nothing in the client throws for an expected failure. */
export type Answer<Data> = { ok: true; data: Data } | { ok: false; problem: Problem };

/** A problem that arose on this side of the wire. */
export function localProblem(code: 'offline' | 'timeout' | 'bad_answer', detail: string): Problem {
  return { code, status: 0, detail, requestId: null, retryAfterMs: null, extra: {} };
}

/** Reads an error answer; a body that is not `problem+json` still gives a usable problem. */
export async function readProblem(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const text = (name: string): string | null => {
    const value = body[name];
    return typeof value === 'string' ? value : null;
  };
  const retryHeader = Number(response.headers.get('retry-after'));
  const retryBody = body['retryAfterMs'];
  return {
    code: (text('code') ?? (response.status >= 500 ? 'unavailable' : 'bad_answer')) as ProblemCode,
    status: response.status,
    detail: text('detail') ?? text('title') ?? response.statusText,
    requestId: text('requestId') ?? response.headers.get('x-request-id'),
    retryAfterMs:
      typeof retryBody === 'number' ? retryBody : retryHeader > 0 ? retryHeader * 1000 : null,
    extra: body,
  };
}

/** The seat ids of a named member of a problem, or none. */
export function seatIdsOf(problem: Problem, member: 'seatIds' | 'alternatives'): string[] {
  const value = problem.extra[member];
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (typeof item === 'string') return [item];
    if (typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'string')
      return [item.id];
    return [];
  });
}
