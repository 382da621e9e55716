import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Stripe } from 'stripe';
import type { StripeStandin } from '../../../dev/stripe/server.ts';
import { startStripe } from '../../../dev/stripe/server.ts';

/** A webhook endpoint's received deliveries. */
export interface Delivered {
  body: string;
  signature: string;
  event: Stripe.Event;
}

/** A local webhook endpoint that answers with the status it is told. */
export interface Receiver {
  url: string;
  received: Delivered[];
  /** Status of each coming answer. */
  status: number;
  /** Resolves when the condition on what was received holds; rejects after 5 s. */
  until: (condition: (received: readonly Delivered[]) => boolean) => Promise<void>;
  close: () => Promise<void>;
}

export const WEBHOOK_SECRET = 'whsec_test';

/** Starts a webhook endpoint on a free port. */
export async function startReceiver(): Promise<Receiver> {
  const watchers = new Set<() => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      receiver.received.push({
        body,
        signature: String(request.headers['stripe-signature']),
        event: JSON.parse(body) as Stripe.Event,
      });
      response.writeHead(receiver.status).end();
      for (const watch of watchers) watch();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, () => resolve());
  });
  const receiver: Receiver = {
    url: `http://localhost:${(server.address() as AddressInfo).port}/hook`,
    received: [],
    status: 200,
    until: (condition) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          watchers.delete(check);
          const types = receiver.received.map((delivered) => delivered.event.type);
          reject(new Error(`webhooks did not come; received: ${types.join(', ')}`));
        }, 5000);
        const check = (): void => {
          if (!condition(receiver.received)) return;
          clearTimeout(timer);
          watchers.delete(check);
          resolve();
        };
        watchers.add(check);
        check();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

/** The real SDK, pointed at a stand-in. */
export function sdk(port: number, config: Stripe.StripeConfig = {}): Stripe {
  return new Stripe('sk_test_local', {
    host: 'localhost',
    port,
    protocol: 'http',
    httpClient: Stripe.createFetchHttpClient(),
    maxNetworkRetries: 0,
    ...config,
  });
}

/** A stand-in on a free port that keeps nothing. */
export function start(webhookUrl?: string, dataDir?: string): Promise<StripeStandin> {
  return startStripe({
    port: 0,
    webhookSecret: WEBHOOK_SECRET,
    ...(webhookUrl !== undefined && { webhookUrl }),
    ...(dataDir !== undefined && { dataDir }),
  });
}

/** The Stripe error that a call is refused with; fails when it is not refused. */
export async function refusal(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error('Stripe did not refuse');
}
