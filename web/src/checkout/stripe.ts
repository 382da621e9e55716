import type { Stripe, StripeConstructor } from '@stripe/stripe-js';
import { getConfig } from '../api/events.ts';
import type { Answer } from '../api/problem.ts';
import { localProblem } from '../api/problem.ts';

let loading: Promise<Answer<Stripe>> | null = null;

/** Stripe.js, from the address the server names, loaded once. A failed load may be tried again. */
export function loadStripe(): Promise<Answer<Stripe>> {
  loading ??= load().then((answer) => {
    if (!answer.ok) loading = null;
    return answer;
  });
  return loading;
}

async function load(): Promise<Answer<Stripe>> {
  const config = await getConfig();
  if (!config.ok) return config;
  const constructor = await loadScript(config.data.stripeJsUrl);
  return constructor
    ? { ok: true, data: constructor(config.data.stripePublishableKey) }
    : { ok: false, problem: localProblem('offline', 'Stripe.js could not be loaded.') };
}

function loadScript(url: string): Promise<StripeConstructor | null> {
  return new Promise((resolve) => {
    const script = document.createElement('script');
    script.src = url;
    const done = (): void => resolve((window as { Stripe?: StripeConstructor }).Stripe ?? null);
    script.addEventListener('load', done);
    script.addEventListener('error', () => {
      script.remove();
      resolve(null);
    });
    document.head.append(script);
  });
}
