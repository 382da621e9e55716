import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { sendCode } from '../auth/code-sender.ts';
import { isEmailCode } from '../auth/email-code.ts';
import type { AppContext, AppEnv } from '../context.ts';
import { accountById, markEmailVerified } from '../db/accounts.ts';
import type { Account } from '../db/accounts.ts';
import { takeOrRefuse } from '../middleware/limited.ts';
import { stillSignedIn } from '../middleware/signed-in.ts';
import { ProblemError } from '../problem.ts';
import { codeSentResponse, verifyEmailRequest } from '../schemas/auth.ts';
import { errorWords, log } from '../telemetry/log.ts';
import { BEARER, BODY, bearerAuth, body, json, problems } from './problems.ts';

const verify = createRoute({
  method: 'post',
  path: '/api/auth/verify-email',
  tags: ['Accounts'],
  summary: 'Prove the own address by the code of the mail; the next refresh puts it into the token',
  security: bearerAuth,
  middleware: [stillSignedIn] as const,
  request: body(verifyEmailRequest),
  responses: {
    204: { description: 'Verified; also when it was before.' },
    ...problems(...BEARER, ...BODY, 'invalid_code'),
  },
});

const resend = createRoute({
  method: 'post',
  path: '/api/auth/verify-email/resend',
  tags: ['Accounts'],
  summary: 'Send the code once more, unless the address is verified already',
  security: bearerAuth,
  middleware: [stillSignedIn] as const,
  responses: { 200: json(codeSentResponse, 'On its way, or not needed.'), ...problems(...BEARER) },
});

/** Proof that mail reaches an account. Both routes act on the caller's own account: they tell nothing of others. */
export function verifyEmailRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(verify, async (c) => {
    const { settings, db } = c.get('services');
    const account = await ownAccount(c);
    if (account.emailVerifiedAt === null) {
      await takeOrRefuse(c, 'verify', account.id);
      const { code } = c.req.valid('json');
      const now = Date.now();
      if (!isEmailCode(settings.authSecret, account, code, now)) {
        throw new ProblemError('invalid_code');
      }
      await markEmailVerified(db, account.id, new Date(now));
    }
    return c.body(null, 204);
  });

  app.openapi(resend, async (c) => {
    const account = await ownAccount(c);
    if (account.emailVerifiedAt !== null) return c.json({ emailVerified: true }, 200);
    await takeOrRefuse(c, 'codeMail', account.id);
    try {
      await sendCode(c.get('services').settings, account);
    } catch (error) {
      const requestId = c.get('requestId');
      log({ name: 'problem', part: 'mail', requestId, detail: errorWords(error) });
      throw new ProblemError('unavailable');
    }
    return c.json({ emailVerified: false }, 200);
  });
}

async function ownAccount(c: AppContext): Promise<Account> {
  const account = await accountById(c.get('services').db, c.get('access').sub);
  if (account === null) throw new ProblemError('invalid_token');
  return account;
}
