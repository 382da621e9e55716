import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { OURS } from '../paths.ts';
import { settingsOf } from '../settings.ts';
import type { Settings } from '../settings.ts';

/** Answers of the API are data: no page may run from one. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

/** Hosts that Stripe's own script talks to and frames (docs.stripe.com/security/guide, "CSP"). */
const STRIPE_HOSTS = {
  script: 'https://*.js.stripe.com',
  frame: 'https://*.js.stripe.com https://hooks.stripe.com',
  image: 'https://*.stripe.com',
} as const;

/**
 * The site's policy: own scripts, the payment script, and Turnstile's where it is on. Style attributes are allowed, style sheets
 * only from us. Where payments go is configuration, so the policy is made here and not in a file.
 */
export function pagePolicy(settings: Settings, host: string): string {
  const { apiBase, jsUrl } = settings.stripe;
  const hosted = jsUrl.hostname.endsWith('stripe.com');
  const script = `${jsUrl.origin}${hosted ? ` ${STRIPE_HOSTS.script}` : ''}`;
  const challenge = settings.turnstile ? ` ${settings.turnstile.apiBase.origin}` : '';
  const frame = `${jsUrl.origin}${hosted ? ` ${STRIPE_HOSTS.frame}` : ''}`;
  return [
    "default-src 'none'",
    `script-src 'self' ${script}${challenge}`,
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    `img-src 'self' data: blob:${hosted ? ` ${STRIPE_HOSTS.image}` : ''}`,
    "font-src 'self'",
    `connect-src 'self' ws://${host} wss://${host} ${[...new Set([apiBase.origin, jsUrl.origin])].join(' ')}`,
    `frame-src ${frame}${challenge}`,
    "worker-src 'self'",
    "manifest-src 'self'",
    "media-src 'self' data:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    ...(settings.production ? ['upgrade-insecure-requests'] : []),
  ].join('; ');
}

/** For pages alone: data has no frame, sends no referrer and asks for no camera. */
const FOR_PAGES = Object.entries({
  'x-frame-options': 'DENY',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'cross-origin-opener-policy': 'same-origin-allow-popups',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
});

/** Security headers on everything that passes through; a page gets the page policy, all else the data policy. */
export const securityHeaders = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  // A switched protocol has no headers left to set, and copying it would lose the socket.
  if (c.res.status === 101) return;
  const ours = OURS.test(c.req.path);
  // What the asset store answers cannot be changed; only that is copied.
  if (!ours) c.res = new Response(c.res.body, c.res);
  const { headers } = c.res;
  // By path too: a 304 has no type, and a browser takes over its headers for the page it kept.
  const page = !ours || (headers.get('content-type')?.startsWith('text/html') ?? false);
  const outcome = settingsOf(c.env);
  const policy =
    page && outcome.ok ? pagePolicy(outcome.settings, new URL(c.req.url).host) : DATA_POLICY;
  headers.set('content-security-policy', policy);
  headers.set('x-content-type-options', 'nosniff');
  if (page) for (const [name, value] of FOR_PAGES) headers.set(name, value);
  if (outcome.ok && outcome.settings.production) {
    headers.set('strict-transport-security', 'max-age=63072000; includeSubDomains; preload');
  }
});
