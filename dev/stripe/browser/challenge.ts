import type { FromFrame } from './protocol.ts';
import { intentIdOf } from './protocol.ts';

const query = new URLSearchParams(window.location.search);
const clientSecret = query.get('payment_intent_client_secret') ?? '';
const embedder = query.get('parent');

/** The page stands alone after a redirect, and in a frame when Stripe.js opened it. */
function leave(passed: boolean, returnUrl: string | null, status: string): void {
  if (embedder !== null && window.parent !== window) {
    const message: FromFrame = { to: 'page', kind: 'challenge', passed };
    window.parent.postMessage(message, embedder);
    return;
  }
  if (returnUrl === null) return;
  const url = new URL(returnUrl);
  url.searchParams.set('payment_intent', intentIdOf(clientSecret) ?? '');
  url.searchParams.set('payment_intent_client_secret', clientSecret);
  url.searchParams.set('redirect_status', status === 'succeeded' ? 'succeeded' : 'failed');
  window.location.assign(url.href);
}

async function complete(passed: boolean): Promise<void> {
  for (const button of document.querySelectorAll('button')) button.disabled = true;
  const response = await fetch(`/_standin/3ds/${intentIdOf(clientSecret) ?? ''}`, {
    method: 'POST',
    body: new URLSearchParams({
      client_secret: clientSecret,
      outcome: passed ? 'success' : 'failure',
    }),
  });
  const answer = (await response.json()) as {
    payment_intent?: { status: string };
    return_url?: string | null;
  };
  leave(passed, answer.return_url ?? null, answer.payment_intent?.status ?? 'failed');
}

document.querySelector('#test-source-authorize-3ds')?.addEventListener('click', () => {
  void complete(true);
});
document.querySelector('#test-source-fail-3ds')?.addEventListener('click', () => {
  void complete(false);
});
