import { Stripe } from 'stripe';
import type { Settings } from '../settings.ts';

/** Longest wait for one request, ms; below the object's own patience, so that the answer is ours to read. */
const REQUEST_MS = 4_000;

/** Stripe over `fetch`, at whichever server `STRIPE_API_BASE` names. */
export function openStripe(settings: Settings['stripe']): Stripe {
  const { protocol, hostname, port } = settings.apiBase;
  const http = protocol === 'http:';
  return new Stripe(settings.secretKey, {
    httpClient: Stripe.createFetchHttpClient(),
    host: hostname,
    protocol: http ? 'http' : 'https',
    port: port === '' ? (http ? 80 : 443) : Number(port),
    maxNetworkRetries: 1,
    timeout: REQUEST_MS,
    telemetry: false,
  });
}
