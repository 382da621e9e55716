import type { Options, PortName } from './options.ts';

/** Name of a stand-in, as its folder is called. */
export type StandinName = 'postgres' | 'redis' | 'stripe' | 'mail' | 'drand';

/** A stand-in that has to be started. */
export interface Standin {
  readonly name: StandinName;
  readonly port: PortName;
  readonly env: Readonly<Record<string, string>>;
}

/** Which stand-ins to start, and the Worker's configuration that follows. */
export interface Services {
  readonly standins: readonly Standin[];
  /** Variables of the Worker, to lie over `[vars]` of wrangler.toml. */
  readonly worker: Readonly<Record<string, string>>;
  readonly hostedDatabase: boolean;
  /** Local address, or `undefined` when the hosted service is used. */
  readonly addresses: Readonly<Record<StandinName, string | undefined>>;
}

/** The plan, or which variable is missing beside a hosted one. */
export type ServicesResult =
  | { readonly ok: true; readonly services: Services }
  | { readonly ok: false; readonly code: 'incomplete_keys'; readonly message: string };

/** Handed to the Worker as they are when set. */
const PASSED_ON = [
  'AUTH_SECRET',
  'ACCESS_TOKEN_SECONDS',
  'LIMIT_REGISTER',
  'LIMIT_REGISTER_ADDRESS',
  'LIMIT_LOGIN',
  'LIMIT_VERIFY',
  'LIMIT_CODE_MAIL',
  'LIMIT_BOOKING',
  'LIMIT_PAYMENT',
  'MAIL_FROM',
  'TURNSTILE_SITE_KEY',
  'TURNSTILE_SECRET_KEY',
  'TURNSTILE_API_BASE',
];

const LOCAL_VALUES: Readonly<Record<string, string>> = {
  UPSTASH_REDIS_REST_TOKEN: 'local',
  STRIPE_SECRET_KEY: 'sk_test_local',
  STRIPE_PUBLISHABLE_KEY: 'pk_test_local',
  STRIPE_WEBHOOK_SECRET: 'whsec_local',
  MAIL_API_KEY: 'local',
};

/** Decides service by service: a hosted key in the environment means that its stand-in is not started. */
export function planServices(options: Options): ServicesResult {
  const { env, ports } = options;
  const local = {
    postgres: `http://localhost:${ports.POSTGRES_PORT}`,
    redis: `http://localhost:${ports.REDIS_PORT}`,
    stripe: `http://localhost:${ports.STRIPE_STANDIN_PORT}`,
    mail: `http://localhost:${ports.MAIL_PORT}`,
    drand: `http://localhost:${ports.DRAND_STANDIN_PORT}`,
  };
  const localDatabase = `postgresql://onsale:onsale@localhost:${ports.POSTGRES_PORT}/onsale`;
  const origin = env['PUBLIC_ORIGIN'] ?? `http://localhost:${ports.PORT}`;
  const hosted: Record<StandinName, boolean> = {
    postgres: (env['DATABASE_URL'] ?? localDatabase) !== localDatabase,
    redis: (env['UPSTASH_REDIS_REST_URL'] ?? local.redis) !== local.redis,
    stripe: isOwn(env, 'STRIPE_SECRET_KEY'),
    mail: isOwn(env, 'MAIL_API_KEY'),
    drand: (env['DRAND_API_BASE'] ?? local.drand) !== local.drand,
  };
  const missing = missingKey(env, hosted);
  if (missing !== undefined) return { ok: false, code: 'incomplete_keys', message: missing };

  const value = (name: string): string => env[name] ?? LOCAL_VALUES[name] ?? '';
  const worker: Record<string, string> = {
    PUBLIC_ORIGIN: origin,
    DATABASE_URL: env['DATABASE_URL'] ?? localDatabase,
    UPSTASH_REDIS_REST_URL: env['UPSTASH_REDIS_REST_URL'] ?? local.redis,
    STRIPE_API_BASE:
      env['STRIPE_API_BASE'] ?? (hosted.stripe ? 'https://api.stripe.com' : local.stripe),
    STRIPE_JS_URL:
      env['STRIPE_JS_URL'] ?? (hosted.stripe ? 'https://js.stripe.com/v3/' : `${local.stripe}/v3/`),
    DRAND_API_BASE: env['DRAND_API_BASE'] ?? local.drand,
    MAIL_API_BASE: env['MAIL_API_BASE'] ?? (hosted.mail ? 'https://api.resend.com' : local.mail),
  };
  for (const name of Object.keys(LOCAL_VALUES)) worker[name] = value(name);
  for (const name of PASSED_ON) if (env[name] !== undefined) worker[name] = env[name];

  const all: readonly Standin[] = [
    {
      name: 'postgres',
      port: 'POSTGRES_PORT',
      env: { POSTGRES_DATA_DIR: `${options.devDir}/postgres` },
    },
    {
      name: 'redis',
      port: 'REDIS_PORT',
      env: { UPSTASH_REDIS_REST_TOKEN: value('UPSTASH_REDIS_REST_TOKEN') },
    },
    {
      name: 'stripe',
      port: 'STRIPE_STANDIN_PORT',
      env: {
        STRIPE_WEBHOOK_URL: `http://localhost:${ports.PORT}/api/webhooks/stripe`,
        STRIPE_WEBHOOK_SECRET: value('STRIPE_WEBHOOK_SECRET'),
        STRIPE_DATA_DIR: `${options.devDir}/stripe`,
      },
    },
    { name: 'mail', port: 'MAIL_PORT', env: {} },
    { name: 'drand', port: 'DRAND_STANDIN_PORT', env: {} },
  ];
  const address = (name: StandinName): string | undefined =>
    hosted[name] ? undefined : local[name];
  return {
    ok: true,
    services: {
      standins: all.filter((standin) => !hosted[standin.name]),
      worker,
      hostedDatabase: hosted.postgres,
      addresses: {
        postgres: hosted.postgres ? undefined : localDatabase,
        redis: address('redis'),
        stripe: address('stripe'),
        mail: address('mail'),
        drand: address('drand'),
      },
    },
  };
}

function isOwn(env: Options['env'], name: string): boolean {
  return (env[name] ?? '') !== '' && env[name] !== LOCAL_VALUES[name];
}

function missingKey(
  env: Options['env'],
  hosted: Readonly<Record<StandinName, boolean>>,
): string | undefined {
  const needs: readonly (readonly [boolean, string, readonly string[]])[] = [
    [hosted.redis, 'UPSTASH_REDIS_REST_URL', ['UPSTASH_REDIS_REST_TOKEN']],
    [hosted.stripe, 'STRIPE_SECRET_KEY', ['STRIPE_PUBLISHABLE_KEY', 'STRIPE_WEBHOOK_SECRET']],
  ];
  for (const [isHosted, given, others] of needs) {
    const missing = isHosted ? others.find((name) => (env[name] ?? '') === '') : undefined;
    if (missing !== undefined) return `${given} is set, so ${missing} must be set as well.`;
  }
  return undefined;
}
