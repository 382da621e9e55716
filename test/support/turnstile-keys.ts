/** A secret key as Cloudflare gives one: tokens count, and each counts once. */
export const TURNSTILE_SECRET = '0x4AAAAAAA-stand-in-secret';
/** Cloudflare's secret keys for tests: developers.cloudflare.com/turnstile/troubleshooting/testing. */
export const TURNSTILE_DUMMY = {
  passes: '1x0000000000000000000000000000000AA',
  fails: '2x0000000000000000000000000000000AA',
  spent: '3x0000000000000000000000000000000AA',
  /** What the site keys for tests give the browser; real secrets refuse it. */
  token: 'XXXX.DUMMY.TOKEN.XXXX',
} as const;
