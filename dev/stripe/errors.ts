import type Stripe from 'stripe';

/** The `error` object of a Stripe answer. */
export interface StripeErrorBody {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  message: string;
  code?: string;
  decline_code?: string;
  param?: string;
  charge?: string;
  doc_url?: string;
  request_log_url?: string;
  payment_intent?: Stripe.PaymentIntent;
  payment_method?: Stripe.PaymentMethod;
}

/**
 * A refusal in Stripe's shape, thrown by handlers and rendered in one place. `executed` says whether the
 * endpoint had begun its work: only then does Stripe keep the answer under the idempotency key
 * (docs.stripe.com/api/idempotent_requests).
 */
export class StripeRefusal extends Error {
  readonly status: number;
  readonly error: StripeErrorBody;
  readonly executed: boolean;

  constructor(status: number, error: StripeErrorBody, executed: boolean) {
    super(error.message);
    this.status = status;
    this.error = error.code === undefined ? error : { ...error, doc_url: docUrl(error.code) };
    this.executed = executed;
  }
}

function docUrl(code: string): string {
  return `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`;
}

/** 400 before any work: the parameters themselves are wrong. */
export function badParameter(message: string, param?: string, code?: string): StripeRefusal {
  return new StripeRefusal(
    400,
    {
      type: 'invalid_request_error',
      message,
      ...(code !== undefined && { code }),
      ...(param !== undefined && { param }),
    },
    false,
  );
}

/** 400 `parameter_missing`. */
export function parameterMissing(param: string): StripeRefusal {
  return badParameter(`Missing required param: ${param}.`, param, 'parameter_missing');
}

/** 400 in the course of the work: the object's state does not allow it. */
export function stateRefused(message: string, code?: string, param?: string): StripeRefusal {
  return new StripeRefusal(
    400,
    {
      type: 'invalid_request_error',
      message,
      ...(code !== undefined && { code }),
      ...(param !== undefined && { param }),
    },
    true,
  );
}

/** 404 `resource_missing`, with the parameter's name as Stripe gives it. */
export function resourceMissing(object: string, id: string, param: string): StripeRefusal {
  return new StripeRefusal(
    404,
    {
      type: 'invalid_request_error',
      code: 'resource_missing',
      message: `No such ${object}: '${id}'`,
      param,
    },
    true,
  );
}

/** 401 for a missing or unknown key, or a publishable key where a secret one is needed. */
export function unauthorized(message: string, code?: string): StripeRefusal {
  return new StripeRefusal(
    401,
    { type: 'invalid_request_error', message, ...(code !== undefined && { code }) },
    false,
  );
}
