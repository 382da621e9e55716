import { Breaker } from './breaker.ts';
import type { Env } from './env.ts';
import { isStripeOutage } from './payments/stripe-outage.ts';

/** The circuit breakers of this isolate: around Stripe's writes and reads, filing in Postgres, and Redis. */
export interface Breakers {
  postgres: Breaker;
  redis: Breaker;
  stripe: Breaker;
}

const made = new WeakMap<Env, Breakers>();

/** One set for an environment, shared by its routes and its objects. */
export function breakersOf(env: Env): Breakers {
  const known = made.get(env);
  if (known) return known;
  const breakers = {
    postgres: new Breaker(),
    redis: new Breaker(),
    stripe: new Breaker(isStripeOutage),
  };
  made.set(env, breakers);
  return breakers;
}
