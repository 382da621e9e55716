import { portFromEnv, runStandin } from '../standin/run.ts';
import { MAIL_KEY, MAIL_PORT, startMail } from './index.ts';

await runStandin(() =>
  startMail({
    port: portFromEnv('MAIL_PORT', MAIL_PORT),
    key: process.env['MAIL_API_KEY'] ?? MAIL_KEY,
  }),
);
