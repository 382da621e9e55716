import { startStripe } from './server.ts';

const { env } = process;

try {
  const stripe = await startStripe({
    port: Number(env['STRIPE_STANDIN_PORT'] ?? 12111),
    webhookUrl: env['STRIPE_WEBHOOK_URL'] ?? 'http://localhost:8787/api/webhooks/stripe',
    webhookSecret: env['STRIPE_WEBHOOK_SECRET'] ?? 'whsec_local',
    dataDir: env['STRIPE_DATA_DIR'] ?? '.dev/stripe',
  });
  console.log(`ready ${stripe.url}`);
  const stop = (): void => {
    void stripe.close().finally(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
