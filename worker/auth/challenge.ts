import { z } from 'zod';
import type { AppContext } from '../context.ts';
import { ProblemError } from '../problem.ts';
import type { Settings } from '../settings.ts';
import { errorWords, log } from '../telemetry/log.ts';

/** Longest wait for the verdict, ms; a fan waits for it. */
const VERDICT_MS = 3_000;

const verdict = z.object({
  success: z.boolean(),
  'error-codes': z.array(z.string()).default([]),
});

/**
 * Refuses with `challenge_failed` whoever has not passed Turnstile; without keys nothing is asked. It
 * stands before registering and signing in, where each account and session costs a bot a challenge, and
 * not before joining: a second place is not to be had there, and at opening every fan would pay for it.
 * When Cloudflare gives no verdict in time the fan is let through and it is reported: the limits of address
 * and account still hold, and a sale does not end with an outside service.
 */
export async function requireChallenge(c: AppContext, token: string | undefined): Promise<void> {
  const { turnstile } = c.get('services').settings;
  if (turnstile === null) return;
  if (token === undefined || token === '') throw new ProblemError('challenge_failed');
  const requestId = c.get('requestId');
  let answer: z.infer<typeof verdict>;
  try {
    answer = await askVerdict(turnstile, token, c.req.header('cf-connecting-ip'));
  } catch (error) {
    log({ name: 'problem', part: 'turnstile', requestId, detail: errorWords(error) });
    return;
  }
  if (answer.success) return;
  const codes = answer['error-codes'];
  // Its own words: "an internal error happened, the request can be retried".
  if (codes.includes('internal-error')) {
    log({ name: 'problem', part: 'turnstile', requestId, detail: 'internal-error' });
    return;
  }
  if (codes.some((code) => code.endsWith('-input-secret'))) {
    log({ name: 'problem', part: 'turnstile', requestId, detail: codes.join(', ') });
  }
  throw new ProblemError('challenge_failed');
}

/** Asks siteverify, which spends the token: developers.cloudflare.com/turnstile/get-started/server-side-validation. */
async function askVerdict(
  { secretKey, apiBase }: NonNullable<Settings['turnstile']>,
  token: string,
  remoteIp: string | undefined,
): Promise<z.infer<typeof verdict>> {
  const response = await fetch(new URL('/turnstile/v0/siteverify', apiBase), {
    method: 'POST',
    body: new URLSearchParams({
      secret: secretKey,
      response: token,
      ...(remoteIp === undefined ? {} : { remoteip: remoteIp }),
    }),
    signal: AbortSignal.timeout(VERDICT_MS),
  });
  return verdict.parse(await response.json());
}
