import type { Redis } from 'ioredis';
import { Presence } from '../../../durable-objects/core/presence.ts';
import { atMost, plain } from '../report.ts';
import type { Figure } from '../report.ts';
import { NO_REDIS, startRedisServer } from './redis.ts';

const FANS = 13_000_000;
const BATCH = 2_000;
/** Members that one script adds. */
const ADDED_AT_ONCE = 100_000;
const BAR_MB = 4;

/** Puts as many fans, `fan-0` first, into the sorted set `queue`. */
export async function fillQueue(client: Redis, fans: number): Promise<void> {
  const script =
    "for i = ARGV[1], ARGV[2] do redis.call('ZADD', 'queue', 1795000000000 + i, 'fan-' .. i) end";
  for (let from = 0; from < fans; from += ADDED_AT_ONCE) {
    const last = Math.min(fans, from + ADDED_AT_ONCE) - 1;
    await client.eval(script, 0, from, last);
  }
}

/** Memory that says who of 13 million still waits, ahead of whom: places with counts beside a sorted set. */
export async function queueState(): Promise<Figure[]> {
  const presence = new Presence();
  for (let place = 0; place < FANS; place += BATCH) presence.extend(BATCH);
  const ours = presence.bytes / 1e6;
  const state = atMost('queue state of 13 M', ours, 'MB', BAR_MB);
  const beside = plain('… beside a sorted set', ours, 'MB');
  const redis = await startRedisServer();
  if (redis === null) return [state, { ...beside, skipped: NO_REDIS }];
  try {
    const before = await usedBytes(redis.client);
    await fillQueue(redis.client, FANS);
    const peer = ((await usedBytes(redis.client)) - before) / 1e6;
    return [state, { ...beside, peer, ratio: peer / ours }];
  } finally {
    await redis.close();
  }
}

async function usedBytes(client: Redis): Promise<number> {
  const info = await client.info('memory');
  return Number(/used_memory:(\d+)/.exec(info)?.[1]);
}
