import type { ObjectEnv } from '../durable-objects/stubs.ts';

/** The Worker's bindings and variables, as `wrangler.toml` declares them; optional ones have defaults in `settings.ts`. */
export interface Env extends ObjectEnv {
  ASSETS?: Fetcher;
  METRICS?: AnalyticsEngineDataset;
  EDGE_LIMIT?: RateLimit;
  /** Version of the deployment, when Cloudflare tells it. */
  CF_VERSION_METADATA?: WorkerVersionMetadata;
  ENVIRONMENT: string;
  PUBLIC_ORIGIN?: string;
  DATABASE_URL?: string;
  UPSTASH_REDIS_REST_URL?: string;
  UPSTASH_REDIS_REST_TOKEN?: string;
  STRIPE_SECRET_KEY?: string;
  STRIPE_PUBLISHABLE_KEY?: string;
  STRIPE_WEBHOOK_SECRET?: string;
  STRIPE_API_BASE?: string;
  STRIPE_JS_URL?: string;
  MAIL_API_BASE?: string;
  MAIL_API_KEY?: string;
  MAIL_FROM?: string;
  DRAND_API_BASE?: string;
  TURNSTILE_SITE_KEY?: string;
  TURNSTILE_SECRET_KEY?: string;
  TURNSTILE_API_BASE?: string;
  ACCESS_TOKEN_SECONDS?: string;
  LIMIT_REGISTER?: string;
  LIMIT_REGISTER_ADDRESS?: string;
  LIMIT_LOGIN?: string;
  LIMIT_VERIFY?: string;
  LIMIT_CODE_MAIL?: string;
  LIMIT_BOOKING?: string;
  LIMIT_PAYMENT?: string;
}
