import { LIMITS } from '../durable-objects/protocol/limits.ts';
import type { Env } from './env.ts';

/** At most `max` in any `windowMs`. */
export interface Window {
  max: number;
  windowMs: number;
}

/** What is limited, each by its own key. */
export type LimitName =
  | 'register'
  | 'registerAddress'
  | 'login'
  | 'verify'
  | 'codeMail'
  | 'booking'
  | 'payment';

/** The environment, parsed once. */
export interface Settings {
  production: boolean;
  publicOrigin: string;
  authSecret: string;
  accessTokenSeconds: number;
  databaseUrl: string;
  redis: { url: string; token: string };
  stripe: {
    secretKey: string;
    publishableKey: string;
    webhookSecret: string;
    apiBase: URL;
    jsUrl: URL;
  };
  mail: { apiBase: string; apiKey: string; from: string };
  /** Where rounds of public randomness are asked for, without a slash at the end. */
  drandApiBase: string;
  /** Turnstile, when both of its keys are set. */
  turnstile: { siteKey: string; secretKey: string; apiBase: URL } | null;
  limits: Record<LimitName, Window>;
}

/** Settings, or the names of the variables that are missing, unusable, or only fit for a local machine. */
export type SettingsOutcome = { ok: true; settings: Settings } | { ok: false; wrong: string[] };

const LOCAL_SECRET = 'local-development-only-not-a-secret';
const NEEDED = [
  'PUBLIC_ORIGIN',
  'AUTH_SECRET',
  'DATABASE_URL',
  'UPSTASH_REDIS_REST_URL',
  'UPSTASH_REDIS_REST_TOKEN',
  'STRIPE_SECRET_KEY',
  'STRIPE_PUBLISHABLE_KEY',
  'STRIPE_WEBHOOK_SECRET',
  'MAIL_API_BASE',
  'MAIL_API_KEY',
  'MAIL_FROM',
] as const satisfies readonly (keyof Env)[];

/** Cloudflare's secret keys for tests, which take anything or nothing. */
const TURNSTILE_DUMMY = /^[123]x0+AA$/;

/** Registrations per network address: generous, since a mobile carrier puts thousands behind one. */
const REGISTER_ADDRESS: Window = { max: 200, windowMs: 5 * 60_000 };
/** A secret shorter than this can be guessed (HS256 wants 32 bytes: RFC 7518, 3.2). */
const SECRET_MIN_LENGTH = 32;

const known = new WeakMap<Env, SettingsOutcome>();

/** Reads the environment; the same environment gives the same answer, kept for the isolate's life. */
export function settingsOf(env: Env): SettingsOutcome {
  const found = known.get(env);
  if (found) return found;
  const outcome = readSettings(env);
  known.set(env, outcome);
  return outcome;
}

/** `settingsOf` for code that runs behind the start-up check; throws when there are none. */
export function requireSettings(env: Env): Settings {
  const outcome = settingsOf(env);
  if (!outcome.ok) throw new Error(`unusable settings: ${outcome.wrong.join(', ')}`);
  return outcome.settings;
}

function readSettings(env: Env): SettingsOutcome {
  const production = env.ENVIRONMENT === 'production';
  const wrong: string[] = NEEDED.filter((name) => !env[name]);
  if (production) {
    const secret = env.AUTH_SECRET ?? '';
    if (secret === LOCAL_SECRET || secret.length < SECRET_MIN_LENGTH) wrong.push('AUTH_SECRET');
    if (env.STRIPE_SECRET_KEY === 'sk_test_local') wrong.push('STRIPE_SECRET_KEY');
    if (env.STRIPE_WEBHOOK_SECRET === 'whsec_local') wrong.push('STRIPE_WEBHOOK_SECRET');
  }
  const apiBase = URL.parse(env.STRIPE_API_BASE ?? 'https://api.stripe.com');
  const jsUrl = URL.parse(env.STRIPE_JS_URL ?? 'https://js.stripe.com/v3/');
  const drandApiBase = URL.parse(env.DRAND_API_BASE ?? 'https://api.drand.sh');
  const origin = URL.parse(env.PUBLIC_ORIGIN ?? '');
  const accessTokenSeconds = Number(env.ACCESS_TOKEN_SECONDS ?? LIMITS.accessTokenSeconds);
  if (apiBase === null) wrong.push('STRIPE_API_BASE');
  if (jsUrl === null) wrong.push('STRIPE_JS_URL');
  if (origin === null) wrong.push('PUBLIC_ORIGIN');
  if (drandApiBase === null) wrong.push('DRAND_API_BASE');
  if (!Number.isInteger(accessTokenSeconds) || accessTokenSeconds < 1) {
    wrong.push('ACCESS_TOKEN_SECONDS');
  }
  const turnstile = readTurnstile(env, production, wrong);
  const limits = readLimits(env, wrong);
  const unread = apiBase === null || jsUrl === null || origin === null || drandApiBase === null;
  if (wrong.length > 0 || unread) {
    return { ok: false, wrong: [...new Set(wrong)] };
  }
  const settings: Settings = {
    production,
    publicOrigin: origin.origin,
    authSecret: env.AUTH_SECRET,
    accessTokenSeconds,
    databaseUrl: env.DATABASE_URL ?? '',
    redis: { url: env.UPSTASH_REDIS_REST_URL ?? '', token: env.UPSTASH_REDIS_REST_TOKEN ?? '' },
    stripe: {
      secretKey: env.STRIPE_SECRET_KEY ?? '',
      publishableKey: env.STRIPE_PUBLISHABLE_KEY ?? '',
      webhookSecret: env.STRIPE_WEBHOOK_SECRET ?? '',
      apiBase,
      jsUrl,
    },
    mail: {
      apiBase: (env.MAIL_API_BASE ?? '').replace(/\/$/, ''),
      apiKey: env.MAIL_API_KEY ?? '',
      from: env.MAIL_FROM ?? '',
    },
    turnstile,
    drandApiBase: drandApiBase.href.replace(/\/$/, ''),
    limits,
  };
  return { ok: true, settings };
}

/** One key without the other protects nothing and only looks as if it did. */
function readTurnstile(env: Env, production: boolean, wrong: string[]): Settings['turnstile'] {
  const siteKey = env.TURNSTILE_SITE_KEY ?? '';
  const secretKey = env.TURNSTILE_SECRET_KEY ?? '';
  if (siteKey === '' && secretKey === '') return null;
  if (siteKey === '') wrong.push('TURNSTILE_SITE_KEY');
  if (secretKey === '' || (production && TURNSTILE_DUMMY.test(secretKey))) {
    wrong.push('TURNSTILE_SECRET_KEY');
  }
  const apiBase = URL.parse(env.TURNSTILE_API_BASE ?? 'https://challenges.cloudflare.com');
  if (apiBase === null) wrong.push('TURNSTILE_API_BASE');
  return apiBase === null ? null : { siteKey, secretKey, apiBase };
}

function readLimits(env: Env, wrong: string[]): Record<LimitName, Window> {
  const read = (name: keyof Env, fallback: Window): Window => {
    const text = env[name];
    if (typeof text !== 'string' || text === '') return fallback;
    const parts = /^(\d{1,9})\/(\d{1,6})$/.exec(text);
    const max = Number(parts?.[1] ?? 0);
    const seconds = Number(parts?.[2] ?? 0);
    if (max < 1 || seconds < 1) wrong.push(name);
    return { max, windowMs: seconds * 1000 };
  };
  return {
    register: read('LIMIT_REGISTER', LIMITS.accountWindow),
    registerAddress: read('LIMIT_REGISTER_ADDRESS', REGISTER_ADDRESS),
    login: read('LIMIT_LOGIN', LIMITS.accountWindow),
    verify: read('LIMIT_VERIFY', LIMITS.codeWindow),
    codeMail: read('LIMIT_CODE_MAIL', LIMITS.codeMailWindow),
    booking: read('LIMIT_BOOKING', LIMITS.accountWindow),
    payment: read('LIMIT_PAYMENT', LIMITS.accountWindow),
  };
}
