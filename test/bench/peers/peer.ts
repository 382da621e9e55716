import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import jwt from 'jsonwebtoken';
import { cpuSecondsOf } from '../../support/cpu.ts';
import { LiveCrowd } from '../../support/live-load.ts';
import { LOCAL_SECRET } from '../../support/sale-fixture.ts';
import { startRedisServer } from './redis.ts';
import type { RedisServer } from './redis.ts';

/** The usual stack, running: a Node process and a Redis. */
export interface Peer {
  port: number;
  redis: RedisServer;
  /** Seconds of CPU that both have used. */
  cpuSeconds(): number;
  close(): Promise<void>;
}

/** Starts it; null when there is no `redis-server` on the machine. */
export async function startPeer(): Promise<Peer | null> {
  const redis = await startRedisServer();
  if (redis === null) return null;
  const script = fileURLToPath(new URL('./usual-stack.ts', import.meta.url));
  const child = fork(script, [String(redis.port), LOCAL_SECRET], { execArgv: [] });
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve(Number(message)));
    child.once('exit', (code) => reject(new Error(`the usual stack ended with ${code}`)));
  });
  return {
    port,
    redis,
    cpuSeconds: () => cpuSecondsOf(child.pid ?? 0) + cpuSecondsOf(redis.pid),
    close: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.disconnect();
      await gone;
      await redis.close();
    },
  };
}

/** Tokens of as many accounts, as the usual stack takes them. */
export function peerTokens(count: number, series: string): string[] {
  return Array.from({ length: count }, (_, index) =>
    jwt.sign({ sub: `${series}-${index}`, name: 'Load' }, LOCAL_SECRET, { expiresIn: 3_600 }),
  );
}

/** Sockets that have been let in: Engine.IO 4 and Socket.IO 5 over a bare WebSocket. */
export async function peerCrowd(port: number, tokens: readonly string[]): Promise<LiveCrowd> {
  const crowd = await LiveCrowd.open(
    tokens.map((token) => ({
      port,
      path: `/socket.io/?EIO=4&transport=websocket&token=${token}`,
      protocols: [],
    })),
  );
  await crowd.until(
    () => crowd.sendAll('40'),
    (text) => text.startsWith('40{'),
  );
  return crowd;
}
