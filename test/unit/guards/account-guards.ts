import type { Redis } from '@upstash/redis/cloudflare';
import { vi } from 'vitest';
import { startRedis } from '../../../dev/redis/index.ts';
import type { AccountId } from '../../../durable-objects/core/ids.ts';
import { LIMITS } from '../../../durable-objects/protocol/limits.ts';
import type * as RedisModule from '../../../worker/auth/redis.ts';
import { everywhere } from '../../support/windows.ts';
import { must, patch } from './harness.ts';
import type { Guard } from './harness.ts';

const redis = () => import('../../../worker/auth/redis.ts');

const TOKEN = 'secret';

/** Uses of a log-in by one address while Redis is down: which of them were let through. */
async function tryWithoutRedis(times: number): Promise<boolean[]> {
  const standin = await startRedis({ port: 0, token: TOKEN });
  await standin.close();
  const { openRedis } = await redis();
  const { Limits } = await import('../../../worker/auth/limits.ts');
  const limits = new Limits(
    openRedis({ url: standin.url, token: TOKEN }),
    everywhere(LIMITS.accountWindow),
  );
  const allowed: boolean[] = [];
  for (let i = 0; i < times; i++)
    allowed.push((await limits.take('login', 'ana@example.org', 1_000)).allowed);
  return allowed;
}

/** A family of refresh tokens whose first is used twice: what may then be done with the others. */
async function reuseFirstToken(): Promise<{ second: boolean; access: boolean }> {
  const standin = await startRedis({ port: 0, token: TOKEN });
  try {
    const { openRedis } = await redis();
    const { Sessions } = await import('../../../worker/auth/sessions.ts');
    const client = openRedis({ url: standin.url, token: TOKEN });
    const sessions = new Sessions(client, { refreshSeconds: 600, accessSeconds: 600 });
    const first = sessions.prepare({
      accountId: 'ana' as AccountId,
      email: 'ana@example.org',
      name: 'Ana',
      emailVerified: true,
      organiser: false,
    });
    await sessions.open(first);
    const second = await sessions.rotate(first.refreshToken);
    if (!second.ok) throw new Error(`the first use was refused: ${second.code}`);
    must(!(await sessions.rotate(first.refreshToken)).ok, 'the second use is refused');
    const [revoked] = await sessions.revokedAmong([first.sid]);
    const third = await sessions.rotate(second.session.refreshToken);
    return { second: third.ok, access: revoked !== true };
  } finally {
    await standin.close();
  }
}

/** Guards of accounts and their limits, at the edge. */
export const accountGuards: readonly Guard[] = [
  {
    name: 'F22 Redis is down',
    guard: 'that the isolate counts by itself',
    async off() {
      const { LocalLimits } = await import('../../../worker/auth/local-limits.ts');
      vi.spyOn(LocalLimits.prototype, 'take').mockReturnValue({
        allowed: true,
        limit: 5,
        remaining: 5,
        resetAt: 0,
      });
    },
    async play() {
      const allowed = await tryWithoutRedis(LIMITS.accountWindow.max + 1);
      must(allowed[0] === true, 'the sale goes on');
      must(allowed.at(-1) === false, 'one try too many is refused');
    },
  },
  {
    name: 'F23 a refresh token is used twice',
    guard: 'that the family has no valid token any more',
    off: () =>
      patch<typeof RedisModule>('worker/auth/redis.ts', ({ openRedis }) => ({
        openRedis: (settings) => onlyReading(openRedis(settings)),
      })),
    async play() {
      must(!(await reuseFirstToken()).second, 'the token that came of the first use is dead too');
    },
  },
  {
    name: 'F23 a refresh token is used twice, and access tokens are out',
    guard: 'that a second use ends the session',
    async off() {
      const { Sessions } = await import('../../../worker/auth/sessions.ts');
      vi.spyOn(Sessions.prototype, 'revoke').mockResolvedValue();
    },
    async play() {
      must(!(await reuseFirstToken()).access, 'what was signed for the session is refused');
    },
  },
];

/** Redis that tells what is kept where it should put something else in its place. */
function onlyReading(redis: Redis): Redis {
  const set = redis.set.bind(redis);
  redis.set = (key, value, options) =>
    options?.get === true ? redis.get(key) : set(key, value, options);
  return redis;
}
