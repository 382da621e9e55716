import { portFromEnv, runStandin } from '../standin/run.ts';
import { POSTGRES_PORT, startPostgres } from './index.ts';

const dataDir = process.env['POSTGRES_DATA_DIR'] ?? '.dev/postgres';
await runStandin(() =>
  startPostgres({ port: portFromEnv('POSTGRES_PORT', POSTGRES_PORT), dataDir }),
);
