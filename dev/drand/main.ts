import { portFromEnv, runStandin } from '../standin/run.ts';
import { DRAND_PORT, startDrand } from './index.ts';

await runStandin(() => startDrand({ port: portFromEnv('DRAND_STANDIN_PORT', DRAND_PORT) }));
