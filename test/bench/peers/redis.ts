import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../support/workerd.ts';

/** Why a figure beside Redis is not there. */
export const NO_REDIS = 'no redis-server on this machine';

/** A Redis server of our own, in memory only, which is its fastest. */
export interface RedisServer {
  port: number;
  pid: number;
  client: Redis;
  close(): Promise<void>;
}

/** Starts the machine's `redis-server` on a free port; null when there is none. */
export async function startRedisServer(): Promise<RedisServer | null> {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
  } catch {
    return null;
  }
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'onsale-redis-'));
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', ''];
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 50 });
  client.on('error', () => undefined);
  await client.ping();
  return {
    port,
    pid: child.pid ?? 0,
    client,
    close: async () => {
      client.disconnect();
      process.off('exit', end);
      const gone = new Promise((resolve) => child.once('exit', resolve));
      end();
      await gone;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
