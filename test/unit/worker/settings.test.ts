import { describe, expect, it } from 'vitest';
import type { Env } from '../../../worker/env.ts';
import { pagePolicy } from '../../../worker/middleware/headers.ts';
import { requireSettings, settingsOf } from '../../../worker/settings.ts';

const PRODUCTION = {
  ENVIRONMENT: 'production',
  PUBLIC_ORIGIN: 'https://tickets.example.com',
  AUTH_SECRET: 'a secret that nobody else has, long enough',
  DATABASE_URL: 'postgresql://u:p@ep-x.neon.tech/onsale',
  UPSTASH_REDIS_REST_URL: 'https://x.upstash.io',
  UPSTASH_REDIS_REST_TOKEN: 't',
  STRIPE_SECRET_KEY: 'sk_live_x',
  STRIPE_PUBLISHABLE_KEY: 'pk_live_x',
  STRIPE_WEBHOOK_SECRET: 'whsec_x',
  MAIL_API_BASE: 'https://api.resend.com/',
  MAIL_API_KEY: 'k',
  MAIL_FROM: 'Onsale <tickets@example.com>',
} as unknown as Env;

function wrongOf(over: Partial<Env>): string[] {
  const outcome = settingsOf({ ...PRODUCTION, ...over });
  return outcome.ok ? [] : outcome.wrong;
}

describe('settings', () => {
  it('are complete with the documented variables, and point at Stripe itself by default', () => {
    const settings = requireSettings(PRODUCTION);
    expect(settings.stripe.apiBase.href).toBe('https://api.stripe.com/');
    expect(settings.accessTokenSeconds).toBe(24 * 3600);
    expect(settings.limits.login).toEqual({ max: 5, windowMs: 300_000 });
    expect(settings.mail.apiBase).toBe('https://api.resend.com');
    expect(settings.drandApiBase).toBe('https://api.drand.sh');
  });

  it('name what is missing, malformed, or only fit for a local machine', () => {
    expect(wrongOf({ AUTH_SECRET: 'local-development-only-not-a-secret' })).toEqual([
      'AUTH_SECRET',
    ]);
    expect(wrongOf({ AUTH_SECRET: 'short' })).toEqual(['AUTH_SECRET']);
    expect(wrongOf({ STRIPE_SECRET_KEY: 'sk_test_local' })).toEqual(['STRIPE_SECRET_KEY']);
    expect(wrongOf({ DATABASE_URL: '' })).toEqual(['DATABASE_URL']);
    expect(wrongOf({ PUBLIC_ORIGIN: 'nonsense' })).toEqual(['PUBLIC_ORIGIN']);
    expect(wrongOf({ LIMIT_LOGIN: 'many' })).toEqual(['LIMIT_LOGIN']);
    expect(wrongOf({ LIMIT_LOGIN: '0/300' })).toEqual(['LIMIT_LOGIN']);
    expect(wrongOf({ TURNSTILE_SITE_KEY: 'site' })).toEqual(['TURNSTILE_SECRET_KEY']);
    expect(wrongOf({ TURNSTILE_SECRET_KEY: 'secret' })).toEqual(['TURNSTILE_SITE_KEY']);
    const dummy = { TURNSTILE_SECRET_KEY: '1x0000000000000000000000000000000AA' };
    expect(wrongOf({ TURNSTILE_SITE_KEY: 'site', ...dummy })).toEqual(['TURNSTILE_SECRET_KEY']);
    expect(wrongOf({ ACCESS_TOKEN_SECONDS: 'soon' })).toEqual(['ACCESS_TOKEN_SECONDS']);
  });

  it('take limits as "uses/seconds"', () => {
    const settings = requireSettings({ ...PRODUCTION, LIMIT_BOOKING: '1000/60' });
    expect(settings.limits.booking).toEqual({ max: 1000, windowMs: 60_000 });
  });
});

describe('the page policy', () => {
  it('allows Stripe’s hosts with hosted keys and only the stand-in without', () => {
    const hosted = pagePolicy(requireSettings(PRODUCTION), 'tickets.example.com');
    expect(hosted).toContain("script-src 'self' https://js.stripe.com https://*.js.stripe.com;");
    expect(hosted).toContain('https://hooks.stripe.com');
    expect(hosted).toContain('wss://tickets.example.com https://api.stripe.com');
    expect(hosted).toContain('upgrade-insecure-requests');
    expect(hosted).not.toContain('cloudflare');
    const local = pagePolicy(
      requireSettings({
        ...PRODUCTION,
        ENVIRONMENT: 'local',
        STRIPE_API_BASE: 'http://localhost:12111',
        STRIPE_JS_URL: 'http://localhost:12111/v3/',
      }),
      'localhost:8787',
    );
    expect(local).toContain("script-src 'self' http://localhost:12111;");
    expect(local).not.toContain('stripe.com');
    expect(local).not.toContain('upgrade-insecure-requests');
  });

  it('allows Turnstile’s script and frame when it is on, and in nothing else', () => {
    const keys = { TURNSTILE_SITE_KEY: 'site', TURNSTILE_SECRET_KEY: 'secret' };
    const policy = pagePolicy(requireSettings({ ...PRODUCTION, ...keys }), 'tickets.example.com');
    const allowing = policy.split('; ').filter((rule) => rule.includes('cloudflare'));
    expect(allowing.map((rule) => rule.split(' ')[0])).toEqual(['script-src', 'frame-src']);
    for (const rule of allowing) expect(rule).toContain(' https://challenges.cloudflare.com');
  });
});
