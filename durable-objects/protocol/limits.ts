/** Every number the code relies on that is set by a platform or a published rule, with unit and source. */
export const LIMITS = {
  /** Largest request body, bytes (issue 2, "Bad input"). */
  bodyBytes: 64 * 1024,
  /** Largest message a socket may send us, bytes; ours are a few dozen. */
  socketMessageBytes: 1024,
  /** Messages a socket may send in `socketFloodWindowMs` before it is closed, and its account kept out for as long. */
  socketFloodMessages: 30,
  socketFloodWindowMs: 10_000,
  /** Sockets on one leaf: twice the fans it is planned for, half of the runtime's own cap of 32,768 (workerd api/state). */
  socketsPerLeaf: 16_000,
  /** Silence after which a socket is taken for dead where there is no room, ms: the site pings every four minutes. */
  socketSilentMs: 10 * 60_000,
  /**
   * Fans with a place at one leaf, and batches: four times the fans it is planned for, some 20 MB of its isolate's 128, or
   * 45 if each of them came alone. Those whose time was over long ago make room.
   */
  fansPerLeaf: 32_000,
  /** Live sockets of one account, tabs and devices together; the newest takes over from the oldest. */
  socketsPerAccount: 4,
  /** Least time between two ticks, ms (design, "Tick"). */
  tickMinMs: 1_000,
  /** Longest silence of an open sale, ms: a fan always sees a number younger than this plus the way. */
  tickMaxMs: 10_000,
  /** Links on one page of the public record: a quarter of a megabyte. */
  recordLinks: 1_000,
  /** Requests a second that Stripe takes per endpoint in live mode (docs.stripe.com/rate-limits). */
  stripeEndpointPerSecond: 25,
  /** Calls of one order to its busiest endpoint: its intent is read when the buyer returns and when the webhook comes. */
  stripeCallsPerOrder: 2,
  /** Seat changes are gathered for this long before they are sent, ms (fan-site 8 allows 2 s). */
  seatFlushMs: 200,
  /** Locks that come so soon after another are written with one commit, ms; a lock after a pause does not wait. */
  lockGatherMs: 2,
  /**
   * Least time between two requests of a leaf to its parent, ms: a batch costs as much as several joins, and
   * a leaf that asked as fast as it is answered would make them of a few fans each (measured: 15 at 3,400
   * joins a second). One that comes after a pause does not wait.
   */
  askGapMs: 10,
  /** Alternatives offered for a lost seat. */
  alternatives: 6,
  /** Access token lifetime, seconds (design, "Security"). */
  accessTokenSeconds: 24 * 3600,
  /** Refresh session lifetime, seconds. */
  refreshTokenSeconds: 30 * 24 * 3600,
  /** Sliding window for registrations, log-ins, bookings and payment starts (design, "Security"). */
  accountWindow: { max: 5, windowMs: 5 * 60_000 },
  /** Codes that an account may try, and mails with a code that it may ask for: at two valid codes of a million, a guess of 1 in 100,000. */
  codeWindow: { max: 5, windowMs: 15 * 60_000 },
  codeMailWindow: { max: 3, windowMs: 15 * 60_000 },
  /** Longest Turnstile token, characters (developers.cloudflare.com/turnstile, "Server-side validation"). */
  challengeTokenChars: 2_048,
  /** Rows of the outbox filed in one statement: fewer file slower (`npm run bench -- filing`); one of four seats has some 2 KB. */
  outboxBatch: 250,
  /** What is to be filed and mailed is gathered for this long, ms; a buyer hears "confirmed" before. */
  outboxGatherMs: 50,
  /** An organiser's actions in one page, and in one statement to Postgres. */
  actionPage: 100,
  /** Time an object gives one outside call before it counts as unknown, ms. */
  outsideCallMs: 10_000,
} as const;
