import { Stripe } from 'stripe';
import { afterAll, beforeAll } from 'vitest';
import type { StripeStandin } from '../../../dev/stripe/server.ts';
import { sdk, start } from './harness.ts';

/** What the conformance suite is run against. */
export interface Target {
  stripe: Stripe;
  /** The SDK's options for another client of the same server. */
  address: Stripe.StripeConfig;
}

/**
 * What the site relies on at Stripe is driven with Stripe's own SDK: against the stand-in, or, with
 * STRIPE_TEST_SECRET_KEY, against Stripe's test mode. Both must pass. Call it at the top of a test file.
 */
export function conformanceTarget(): () => Target {
  const realKey = process.env['STRIPE_TEST_SECRET_KEY'];
  let standin: StripeStandin | undefined;
  let target: Target | undefined;
  beforeAll(async () => {
    if (realKey !== undefined) {
      target = { stripe: new Stripe(realKey, { maxNetworkRetries: 2 }), address: {} };
      return;
    }
    standin = await start();
    target = {
      stripe: sdk(standin.port),
      address: { host: 'localhost', port: standin.port, protocol: 'http' },
    };
  });
  afterAll(async () => {
    await standin?.close();
  });
  return () => {
    if (target === undefined) throw new Error('not started');
    return target;
  };
}

/** A plain order. */
export const ORDER = {
  amount: 2500,
  currency: 'usd',
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
} as const satisfies Stripe.PaymentIntentCreateParams;

/** Creates and confirms an intent with a test card's token. */
export function pay(
  stripe: Stripe,
  method: string,
  more: Partial<Stripe.PaymentIntentCreateParams> = {},
): Promise<Stripe.Response<Stripe.PaymentIntent>> {
  return stripe.paymentIntents.create({ ...ORDER, payment_method: method, confirm: true, ...more });
}

/** The id of an intent's charge. */
export function latestCharge(intent: Stripe.PaymentIntent): string {
  if (typeof intent.latest_charge !== 'string') throw new Error('no charge id');
  return intent.latest_charge;
}
