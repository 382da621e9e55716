import { badParameter, unauthorized } from './errors.ts';
import type { FormMap } from './form.ts';

/** The only keys that the stand-in accepts. */
export const KEYS = { secret: 'sk_test_local', publishable: 'pk_test_local' } as const;

function keyOf(header: string | undefined, form: FormMap): string | undefined {
  if (header?.startsWith('Bearer ')) return header.slice('Bearer '.length).trim();
  if (header?.startsWith('Basic ')) {
    const decoded = Buffer.from(header.slice('Basic '.length), 'base64').toString('utf8');
    return decoded.split(':')[0];
  }
  // Stripe.js sends the publishable key as a field.
  return typeof form['key'] === 'string' ? form['key'] : undefined;
}

/** Whose call it is, by the `Authorization` header (Bearer or Basic) or the browser's `key` field. */
export function callerOf(header: string | undefined, form: FormMap): 'publishable' | 'secret' {
  const key = keyOf(header, form);
  if (key === undefined || key === '') {
    throw unauthorized(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    );
  }
  if (key === KEYS.secret) return 'secret';
  if (key === KEYS.publishable) return 'publishable';
  const shown = `${key.slice(0, 8)}${'*'.repeat(Math.max(0, key.length - 12))}${key.slice(12).slice(-4)}`;
  throw unauthorized(`Invalid API Key provided: ${shown}`);
}

/** Refuses a browser's call to an endpoint of the server's. */
export function requireSecret(caller: 'publishable' | 'secret', form: FormMap): void {
  if (caller === 'secret') return;
  if (form['client_secret'] !== undefined) {
    throw badParameter('Received unknown parameter: client_secret', 'client_secret');
  }
  throw unauthorized(
    'This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.',
    'secret_key_required',
  );
}
