/** List prices, USD for one unit (../shared/platform.md, "Cost inputs"; Neon: neon.com/docs/introduction/plans, Launch, November 2026). */
export const PRICES = {
  workerRequest: 0.3 / 1e6,
  workerCpuMs: 0.02 / 1e6,
  objectRequest: 0.15 / 1e6,
  /** GB-seconds an object is in memory. */
  objectGbSecond: 12.5 / 1e6,
  rowWritten: 1 / 1e6,
  rowRead: 0.001 / 1e6,
  redisCommand: 2 / 1e6,
  logEvent: 0.6 / 1e6,
  neonCuHour: 0.106,
} as const;

/** How quantities become billed ones. */
export const BILLING = {
  /** Incoming WebSocket messages that are billed as one request; outgoing ones are free. */
  messagesPerRequest: 20,
  /** Memory an object is billed for while it is in memory, GB. */
  objectGb: 0.128,
  /** Share of requests and lines that are logged (wrangler.toml, production). */
  logSampling: 0.01,
  /** Compute of Postgres during a sale, CU: assumed; it loads the catalogue and files bookings. */
  neonCu: 1,
} as const;

/** CPU of a Worker request, ms: twice what a core here takes for a Hono route with one HMAC (platform.md, "Measured floor"); sign-in: scrypt, measured. */
export const CPU_MS: Readonly<Record<string, number>> = { 'sign-in': 150, default: 0.16 };
