/**
 * Commands that Upstash bills for what the Worker asks of Redis: a script counts, and each command in it
 * (upstash.com/docs/redis/sdks/ratelimit-ts/costs; `EVAL`, `GET`, `GET`, `INCRBY`, and `PEXPIRE` for a new window).
 */
export const REDIS = {
  /** Whether a session was ended. */
  session: 1,
  /** One use under a sliding window: everybody's first in theirs. */
  use: 5,
  /** A use given back. */
  giveBack: 4,
  /** A session written down (worker/auth/sessions.ts). */
  open: 1,
} as const;

/** A log-in: its attempt is counted, given back as a rightful one, and a session opened (worker/routes/auth.ts). */
export const REDIS_OF_SIGN_IN = REDIS.use + REDIS.giveBack + REDIS.open;
/** A booking or the start of a payment: a use is counted and the session looked up. */
export const REDIS_OF_ORDER_STEP = REDIS.use + REDIS.session;
