import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AccountId } from '../../durable-objects/core/ids.ts';
import { requireChallenge } from '../auth/challenge.ts';
import { sendCode } from '../auth/code-sender.ts';
import { signIn, issueAccess } from '../auth/sign-in.ts';
import { hashPassword, verifyPassword } from '../auth/password.ts';
import type { OpenSession, SessionOwner } from '../auth/sessions.ts';
import type { AppContext, AppEnv } from '../context.ts';
import { addressOf } from '../context.ts';
import { accountByEmail, accountById, addAccount } from '../db/accounts.ts';
import type { Account } from '../db/accounts.ts';
import { takeOrRefuse, tellOrRefuse } from '../middleware/limited.ts';
import { signedIn } from '../middleware/signed-in.ts';
import { ProblemError } from '../problem.ts';
import {
  loginRequest,
  refreshRequest,
  registerRequest,
  sessionResponse,
  signedInResponse,
} from '../schemas/auth.ts';
import { errorWords, log } from '../telemetry/log.ts';
import { BEARER, BODY, bearerAuth, body, json, problems } from './problems.ts';

const register = createRoute({
  method: 'post',
  path: '/api/auth/register',
  tags: ['Accounts'],
  summary: 'Make an account and sign in',
  request: body(registerRequest),
  responses: {
    201: json(signedInResponse, 'Signed in.'),
    ...problems(...BODY, 'challenge_failed', 'registration_refused'),
  },
});

const login = createRoute({
  method: 'post',
  path: '/api/auth/login',
  tags: ['Accounts'],
  summary: 'Sign in',
  request: body(loginRequest),
  responses: {
    200: json(signedInResponse, 'Signed in.'),
    ...problems(...BODY, 'challenge_failed', 'invalid_credentials'),
  },
});

const refresh = createRoute({
  method: 'post',
  path: '/api/auth/refresh',
  tags: ['Accounts'],
  summary: 'Exchange a refresh token for new tokens, once',
  request: body(refreshRequest),
  responses: {
    200: json(sessionResponse, 'New tokens; the old refresh token is spent.'),
    ...problems(...BODY, 'invalid_token', 'token_reused'),
  },
});

const logout = createRoute({
  method: 'post',
  path: '/api/auth/logout',
  tags: ['Accounts'],
  summary: 'End the session and all its tokens',
  security: bearerAuth,
  middleware: [signedIn] as const,
  responses: { 204: { description: 'Signed out.' }, ...problems(...BEARER) },
});

interface KnownSession {
  session: OpenSession;
  owner: SessionOwner;
}

/** Accounts and sessions. Answers never tell whether an address has an account. */
export function authRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(register, async (c) => {
    const { password, name, email: given, challengeToken } = c.req.valid('json');
    const email = normalEmail(given);
    // Before the limits are counted: a bot must not use up another person's attempts.
    await requireChallenge(c, challengeToken);
    await takeOrRefuse(c, 'registerAddress', addressOf(c));
    await takeOrRefuse(c, 'register', email);
    const { db } = c.get('services');
    const account = {
      id: crypto.randomUUID() as AccountId,
      email,
      name: name.normalize('NFC'),
      passwordHash: await hashPassword(password),
      role: 'fan' as const,
      emailVerifiedAt: null,
    };
    if (!(await addAccount(db, account))) throw new ProblemError('registration_refused');
    c.executionCtx.waitUntil(sendFirstCode(c, account));
    return c.json(await signIn(c, account), 201);
  });

  app.openapi(login, async (c) => {
    const { password, email: given, challengeToken } = c.req.valid('json');
    const email = normalEmail(given);
    await requireChallenge(c, challengeToken);
    const { db, limits } = c.get('services');
    const { answer, found } = await limits.guess('login', email, async () => {
      const account = await accountByEmail(db, email);
      const right = await verifyPassword(password, account?.passwordHash ?? null);
      return right ? account : null;
    });
    tellOrRefuse(c, answer);
    if (found === null) throw new ProblemError('invalid_credentials');
    return c.json(await signIn(c, found), 200);
  });

  app.openapi(refresh, async (c) => {
    const { sessions } = c.get('services');
    let outcome: Awaited<ReturnType<typeof sessions.rotate>>;
    try {
      outcome = await sessions.rotate(c.req.valid('json').refreshToken);
    } catch (error) {
      log({ name: 'problem', part: 'redis', detail: `refresh: ${errorWords(error)}` });
      throw new ProblemError('unavailable');
    }
    if (!outcome.ok) {
      if (outcome.code === 'token_reused') {
        log({ name: 'refresh_reused', requestId: c.get('requestId') });
      }
      throw new ProblemError(outcome.code);
    }
    const { session, owner } = await withVerification(c, outcome);
    return c.json(await issueAccess(c, session, owner), 200);
  });

  app.openapi(logout, async (c) => {
    try {
      await c.get('services').sessions.revoke(c.get('access').sid);
    } catch (error) {
      // A log-out that is not written down has not happened, and must not look as if it had.
      log({ name: 'problem', part: 'redis', detail: `log-out: ${errorWords(error)}` });
      throw new ProblemError('unavailable');
    }
    return c.body(null, 204);
  });
}

/** A registration does not fail with its mail: the fan can ask for another. */
async function sendFirstCode(c: AppContext, account: Account): Promise<void> {
  try {
    await sendCode(c.get('services').settings, account);
  } catch (error) {
    const requestId = c.get('requestId');
    log({ name: 'problem', part: 'mail', requestId, detail: errorWords(error) });
  }
}

/**
 * The address may have been verified on another device since this session began; only a session that does
 * not know is looked up. Without Postgres it stays as it was: a refresh must not fail over it.
 */
async function withVerification(c: AppContext, known: KnownSession): Promise<KnownSession> {
  const { session, owner } = known;
  if (owner.emailVerified) return known;
  const { db, sessions } = c.get('services');
  try {
    const account = await accountById(db, owner.accountId);
    if (!account?.emailVerifiedAt) return known;
    const verified = { ...owner, emailVerified: true };
    return { session: await sessions.amend(session, verified), owner: verified };
  } catch (error) {
    log({ name: 'problem', part: 'postgres', detail: `verified e-mail: ${errorWords(error)}` });
    return known;
  }
}

function normalEmail(email: string): string {
  return email.normalize('NFC').toLowerCase();
}
