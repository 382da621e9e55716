import { retrieveCharge } from './charges.ts';
import type { Call, Context } from './context.ts';
import { StripeRefusal } from './errors.ts';
import { listEvents, retrieveEvent } from './events.ts';
import {
  cancelIntent,
  confirmIntent,
  createIntent,
  listIntents,
  retrieveIntent,
  updateIntent,
} from './intents.ts';
import { retrieveMethod } from './methods.ts';
import { createRefund, listRefunds, retrieveRefund } from './refunds.ts';

/** An endpoint: synchronous, so that a call's work is never interleaved with another's. */
export interface Endpoint {
  run: (context: Context, call: Call) => object;
  /** May also be called with the publishable key and a client secret. */
  browser: boolean;
  id: string;
}

type Row = readonly [method: string, path: string, run: Endpoint['run'], browser?: true];

const ROWS: readonly Row[] = [
  ['POST', '/v1/payment_intents', createIntent],
  ['GET', '/v1/payment_intents', listIntents],
  ['GET', '/v1/payment_intents/:id', retrieveIntent, true],
  ['POST', '/v1/payment_intents/:id', updateIntent],
  ['POST', '/v1/payment_intents/:id/confirm', confirmIntent, true],
  ['POST', '/v1/payment_intents/:id/cancel', cancelIntent],
  ['GET', '/v1/charges/:id', retrieveCharge],
  ['GET', '/v1/payment_methods/:id', retrieveMethod],
  ['POST', '/v1/refunds', createRefund],
  ['GET', '/v1/refunds', listRefunds],
  ['GET', '/v1/refunds/:id', retrieveRefund],
  ['GET', '/v1/events', listEvents],
  ['GET', '/v1/events/:id', retrieveEvent],
];

const COMPILED = ROWS.map(([method, path, run, browser]) => ({
  method,
  run,
  browser: browser === true,
  pattern: new RegExp(`^${path.replace(':id', '(?<id>[^/]+)')}$`),
}));

/** The endpoint of a request, or Stripe's 404 for an unknown address. */
export function endpointOf(method: string, path: string): Endpoint {
  for (const row of COMPILED) {
    const match = row.method === method ? row.pattern.exec(path) : null;
    if (match !== null) {
      return {
        run: row.run,
        browser: row.browser,
        id: decodeURIComponent(match.groups?.['id'] ?? ''),
      };
    }
  }
  throw new StripeRefusal(
    404,
    {
      type: 'invalid_request_error',
      message: `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
    },
    false,
  );
}
