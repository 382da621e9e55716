import { createMiddleware } from 'hono/factory';
import type { AppContext, AppEnv } from '../context.ts';
import { roleOf } from '../db/accounts.ts';
import { ProblemError } from '../problem.ts';
import { errorWords, log } from '../telemetry/log.ts';
import { checkAccess, requireSession } from './signed-in.ts';

/**
 * Requires an organiser: by the token, whose session must not have been ended, and by the account as it is
 * now, for a role may be taken away while its tokens live. A fan gets `forbidden`, whether or not there is
 * such an event. When Postgres does not answer the token is believed and it is reported: a sale in trouble
 * can be paused all the same.
 */
export const organiser = createMiddleware<AppEnv>(async (c, next) => {
  const header = c.req.header('authorization') ?? '';
  c.set('access', await checkAccess(c, /^Bearer +(\S+)$/i.exec(header)?.[1]));
  await requireSession(c);
  const { role } = c.get('access');
  if (role !== 'organiser' || !(await isStillOrganiser(c))) throw new ProblemError('forbidden');
  return next();
});

async function isStillOrganiser(c: AppContext): Promise<boolean> {
  try {
    return (await roleOf(c.get('services').db, c.get('access').sub)) === 'organiser';
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error;
    const detail = `role look-up: ${errorWords(cause)}`;
    log({ name: 'problem', part: 'postgres', requestId: c.get('requestId'), detail });
    return true;
  }
}
