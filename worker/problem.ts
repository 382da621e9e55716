import type { Context } from 'hono';
import { ERRORS } from '../durable-objects/protocol/errors.ts';
import type { ErrorCode } from '../durable-objects/protocol/errors.ts';
import type { Problem } from './schemas/common.ts';

/** What a failure may carry beside its code; see the `Problem` schema. */
export type ProblemExtras = Partial<
  Pick<
    Problem,
    'errors' | 'seatIds' | 'alternatives' | 'limit' | 'owned' | 'reason' | 'retryAfterMs' | 'where'
  >
> & {
  /** Replaces the code's own sentence, for words made by others (a bank's). */
  detail?: string;
};

/** The one error of the edge: thrown anywhere under a route, rendered in one place as RFC 9457. */
export class ProblemError extends Error {
  readonly code: ErrorCode;
  readonly extras: ProblemExtras;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, extras: ProblemExtras = {}, headers: Record<string, string> = {}) {
    super(code);
    this.code = code;
    this.extras = extras;
    this.headers = headers;
  }
}

/** A `ProblemError` that says when to try again, in the body and as `Retry-After`. */
export function tryLater(
  code: ErrorCode,
  retryAfterMs: number,
  headers: Record<string, string> = {},
  extras: ProblemExtras = {},
): ProblemError {
  const seconds = String(Math.max(1, Math.ceil(retryAfterMs / 1000)));
  return new ProblemError(
    code,
    { ...extras, retryAfterMs },
    { ...headers, 'retry-after': seconds },
  );
}

/** Renders a failure. `requestId` and path make it findable in the logs; nothing internal is shown. */
export function renderProblem(c: Context, error: ProblemError, requestId: string): Response {
  const [status, sentence] = ERRORS[error.code];
  const { detail, ...extras } = error.extras;
  const body: Problem = {
    type: `urn:onsale:problem:${error.code}`,
    title: sentence,
    status,
    code: error.code,
    detail: detail ?? sentence,
    instance: c.req.path,
    requestId,
    ...extras,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...error.headers,
    },
  });
}
