import type { ApiResult, BrowserError, BrowserIntent } from './protocol.ts';
import { intentIdOf } from './protocol.ts';

function apiFailure(message: string, type = 'api_connection_error'): ApiResult {
  return { error: { type, message } };
}

/** Appends nested values in Stripe's bracket notation. */
export function appendNested(form: URLSearchParams, name: string, value: unknown): void {
  if (value === undefined || value === null) return;
  if (typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) appendNested(form, `${name}[${key}]`, inner);
    return;
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    form.append(name, String(value));
  }
}

async function call(url: string, init: RequestInit): Promise<ApiResult> {
  try {
    const response = await fetch(url, init);
    const answer = (await response.json()) as BrowserIntent & { error?: BrowserError };
    if (answer.error !== undefined) return { error: answer.error };
    return { paymentIntent: answer };
  } catch {
    return apiFailure(
      'An error occurred while connecting to Stripe. Please check your network connection.',
    );
  }
}

/** Retrieves the intent of a client secret with the publishable key. */
export function retrieveIntent(
  base: string,
  key: string,
  clientSecret: string,
): Promise<ApiResult> {
  const id = intentIdOf(clientSecret);
  if (id === null)
    return Promise.resolve(apiFailure('Invalid client secret.', 'invalid_request_error'));
  const query = new URLSearchParams({ client_secret: clientSecret, key });
  return call(`${base}/v1/payment_intents/${id}?${query.toString()}`, { method: 'GET' });
}

/** Confirms the intent of a client secret with the given fields. */
export function confirmIntent(
  base: string,
  key: string,
  clientSecret: string,
  form: URLSearchParams,
): Promise<ApiResult> {
  const id = intentIdOf(clientSecret);
  if (id === null)
    return Promise.resolve(apiFailure('Invalid client secret.', 'invalid_request_error'));
  form.set('client_secret', clientSecret);
  form.set('key', key);
  return call(`${base}/v1/payment_intents/${id}/confirm`, { method: 'POST', body: form });
}
