import { Redis } from '@upstash/redis/cloudflare';
import type { Settings } from '../settings.ts';

/** Longest wait for one command, ms. Redis holds nothing that a sale must wait for. */
const COMMAND_MS = 1_500;

/** Redis over HTTP. Commands throw when it does not answer in time; callers decide what that means. */
export function openRedis(settings: Settings['redis']): Redis {
  return new Redis({
    url: settings.url,
    token: settings.token,
    retry: { retries: 1, backoff: () => 50 },
    signal: () => AbortSignal.timeout(COMMAND_MS),
    enableTelemetry: false,
    // It would make a pipeline object for each command (0.05 of a lock), to join commands of other requests.
    enableAutoPipelining: false,
    automaticDeserialization: false,
  });
}
