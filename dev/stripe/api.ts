import { Stripe } from 'stripe';
import { callerOf, requireSecret } from './auth.ts';
import type { Call, Context } from './context.ts';
import { StripeRefusal } from './errors.ts';
import { browserView, expand } from './expand.ts';
import type { FormMap } from './form.ts';
import { parseForm } from './form.ts';
import type { IdempotencyKeys } from './idempotency.ts';
import { newId } from './ids.ts';
import type { Endpoint } from './routes.ts';
import { endpointOf } from './routes.ts';

/** A rendered answer; `hang` means: never send it. */
export type Answer =
  | { kind: 'hang' }
  | { kind: 'send'; status: number; body: string; headers: Record<string, string> };

/** An HTTP request as the API needs it. */
export interface Incoming {
  method: string;
  url: URL;
  body: string;
  header: (name: string) => string | undefined;
}

interface Result {
  status: number;
  body: string;
  executed: boolean;
}

const PRETTY = 2;

function render(status: number, value: unknown, executed: boolean): Result {
  return { status, body: JSON.stringify(value, null, PRETTY), executed };
}

function renderRefusal(refusal: StripeRefusal, call: Pick<Call, 'caller' | 'requestId'>): Result {
  const log = `https://dashboard.stripe.com/test/logs/${call.requestId}?t=${Math.floor(Date.now() / 1000)}`;
  const { payment_intent: intent, ...error } = refusal.error;
  const shown =
    intent === undefined
      ? {}
      : { payment_intent: call.caller === 'publishable' ? browserView(intent) : intent };
  return render(
    refusal.status,
    { error: { ...error, ...shown, request_log_url: log } },
    refusal.executed,
  );
}

function send(call: Call, result: Omit<Result, 'executed'>, extra: Record<string, string>): Answer {
  return {
    kind: 'send',
    status: result.status,
    body: result.body,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-cache, no-store',
      'request-id': call.requestId,
      'stripe-version': Stripe.API_VERSION,
      ...(call.idempotencyKey !== null && { 'idempotency-key': call.idempotencyKey }),
      ...extra,
    },
  };
}

function rateLimited(): StripeRefusal {
  return new StripeRefusal(
    429,
    {
      type: 'invalid_request_error',
      code: 'rate_limit',
      message:
        'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.',
    },
    false,
  );
}

function serverFailure(status: number): StripeRefusal {
  return new StripeRefusal(
    status,
    {
      type: 'api_error',
      message: 'An unknown error occurred. (The Stripe stand-in was told to fail by its switches.)',
    },
    status === 500,
  );
}

function execute(context: Context, endpoint: Endpoint, call: Call): Result {
  try {
    const answer = endpoint.run(context, call);
    const expanded = expand(context.store, call, answer);
    const shown =
      call.caller === 'publishable' && typeof expanded === 'object' && expanded !== null
        ? browserView(expanded)
        : expanded;
    return render(200, shown, true);
  } catch (error) {
    if (error instanceof StripeRefusal) return renderRefusal(error, call);
    throw error;
  }
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}

/** Runs a claimed call with its delay and failures; keeps the answer under the key when Stripe would. */
async function work(
  context: Context,
  endpoint: Endpoint,
  call: Call,
  finish: (kept: { status: number; body: string } | null) => void,
): Promise<Result> {
  let kept: Result | null = null;
  try {
    const delayMs = context.switches.delayFor(call);
    if (delayMs > 0) await pause(delayMs);
    if (!context.switches.hits('fail', call)) {
      const result = execute(context, endpoint, call);
      kept = result.executed ? result : null;
      return result;
    }
    const rule = context.switches.values.fail;
    if (rule.execute) execute(context, endpoint, call);
    const failure = renderRefusal(serverFailure(rule.status), call);
    kept = (rule.store ?? failure.executed) ? failure : null;
    return failure;
  } finally {
    finish(kept === null ? null : { status: kept.status, body: kept.body });
  }
}

async function answer(
  context: Context,
  keys: IdempotencyKeys,
  endpoint: Endpoint,
  call: Call,
): Promise<Answer> {
  if (context.switches.hits('timeoutBefore', call)) return { kind: 'hang' };
  if (context.switches.hits('rateLimit', call)) {
    const { retryAfterSeconds } = context.switches.values.rateLimit;
    return send(call, renderRefusal(rateLimited(), call), {
      'retry-after': String(retryAfterSeconds),
      'stripe-rate-limited-reason': 'global-rate',
    });
  }
  const hang = context.switches.hits('timeoutAfter', call);
  const claim = keys.claim(call);
  if (claim.kind === 'replay') {
    if (hang) return { kind: 'hang' };
    return send(call, claim.answer, {
      'idempotent-replayed': 'true',
      'original-request': claim.answer.requestId,
    });
  }
  const result = await work(context, endpoint, call, claim.finish);
  if (hang) return { kind: 'hang' };
  const first = call.idempotencyKey !== null && call.method === 'POST' && result.executed;
  return send(call, result, first ? { 'original-request': call.requestId } : {});
}

/** One request to `/v1/…` from authentication to the rendered answer. */
export async function serveApi(
  context: Context,
  keys: IdempotencyKeys,
  incoming: Incoming,
): Promise<Answer> {
  const { method, url } = incoming;
  const form: FormMap = parseForm(method === 'POST' ? incoming.body : url.search.slice(1));
  const call: Call = {
    method,
    path: url.pathname,
    id: '',
    form,
    caller: 'secret',
    requestId: newId('req').slice(0, 18),
    idempotencyKey: incoming.header('idempotency-key') ?? null,
    baseUrl: url.origin,
  };
  try {
    call.caller = callerOf(incoming.header('authorization'), form);
    const endpoint = endpointOf(method, url.pathname);
    if (!endpoint.browser) requireSecret(call.caller, form);
    call.id = endpoint.id;
    return await answer(context, keys, endpoint, call);
  } catch (error) {
    if (error instanceof StripeRefusal) return send(call, renderRefusal(error, call), {});
    throw error;
  }
}
