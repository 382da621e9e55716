/**
 * Commands that Upstash bills for what the Worker asks of Redis: a script counts, and each command in it
 * (upstash.com/docs/redis/sdks/ratelimit-ts/costs). `unit/worker/redis-bill` holds them to what the Worker sends.
 */
export const REDIS = {
  /** Whether a session was ended. */
  session: 1,
  /** One use under a limit: everybody's first in their window. */
  use: 1,
  /** A right password: that not too many were wrong is asked, and a session opened. */
  signIn: 2,
  /** A session renewed. */
  renew: 1,
} as const;

/** A booking or the start of a payment: a use is counted and the session looked up. */
export const REDIS_OF_ORDER_STEP = REDIS.use + REDIS.session;
