import { portFromEnv, runStandin } from '../standin/run.ts';
import { REDIS_PORT, REDIS_TOKEN, startRedis } from './index.ts';

await runStandin(() =>
  startRedis({
    port: portFromEnv('REDIS_PORT', REDIS_PORT),
    token: process.env['UPSTASH_REDIS_REST_TOKEN'] ?? REDIS_TOKEN,
  }),
);
