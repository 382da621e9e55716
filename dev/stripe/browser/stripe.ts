import { retrieveIntent } from './api-client.ts';
import type { ElementsOptions } from './elements.ts';
import { Elements } from './elements.ts';
import { openChallenge } from './overlay.ts';
import type { ApiResult, BrowserIntent } from './protocol.ts';

interface ConfirmOptions {
  elements?: Elements;
  clientSecret?: string;
  confirmParams?: {
    return_url?: string;
    payment_method_data?: { billing_details?: Record<string, unknown> };
  };
  redirect?: 'always' | 'if_required';
}

// Read while the script runs: later it is gone.
const scriptUrl =
  document.currentScript instanceof HTMLScriptElement
    ? document.currentScript.src
    : window.location.href;

function refused(message: string): ApiResult {
  return { error: { type: 'invalid_request_error', message } };
}

function never(): Promise<ApiResult> {
  return new Promise(() => undefined);
}

/** `Stripe(publishableKey)`: the part of Stripe.js that the site uses. */
class StripeInstance {
  readonly #base: string;
  readonly #key: string;

  constructor(key: string, apiBase: string) {
    this.#key = key;
    this.#base = apiBase;
  }

  elements(options: ElementsOptions): Elements {
    return new Elements(this.#base, this.#key, options);
  }

  retrievePaymentIntent(clientSecret: string): Promise<ApiResult> {
    return retrieveIntent(this.#base, this.#key, clientSecret);
  }

  /** Confirms with the card in the element, leading through 3-D Secure when the bank asks for it. */
  async confirmPayment(options: ConfirmOptions): Promise<ApiResult> {
    const { elements, confirmParams = {}, redirect = 'always' } = options;
    const returnUrl = confirmParams.return_url ?? null;
    if (redirect === 'always' && returnUrl === null) {
      throw new Error(
        'stripe.confirmPayment(): you must provide confirmParams.return_url unless redirect is if_required.',
      );
    }
    const clientSecret = options.clientSecret ?? elements?.clientSecret;
    const element = elements?.getElement('payment') ?? null;
    if (elements?.mayConfirm === false) {
      throw new Error('elements.submit() must be called before stripe.confirmPayment().');
    }
    if (clientSecret === undefined) return refused('A client secret is needed to confirm.');
    if (element === null) return refused('elements should have a mounted Payment Element.');
    const confirmed = await element.confirm({
      clientSecret,
      returnUrl,
      billingDetails: confirmParams.payment_method_data?.billing_details ?? {},
    });
    const result = await this.#follow(confirmed, clientSecret);
    return redirect === 'always' && result.error === undefined && returnUrl !== null
      ? this.#goBack(result.paymentIntent, returnUrl)
      : result;
  }

  /** Leads through the next action of an intent that the server confirmed. */
  async handleNextAction(options: { clientSecret: string }): Promise<ApiResult> {
    const found = await this.retrievePaymentIntent(options.clientSecret);
    return this.#follow(found, options.clientSecret);
  }

  async #follow(result: ApiResult, clientSecret: string): Promise<ApiResult> {
    const action = result.paymentIntent?.next_action ?? null;
    if (result.paymentIntent?.status !== 'requires_action' || action === null) return result;
    if (action.redirect_to_url !== undefined) {
      window.location.assign(action.redirect_to_url.url);
      return never();
    }
    await openChallenge(action.use_stripe_sdk?.stripe_js ?? '');
    const after = await this.retrievePaymentIntent(clientSecret);
    const intent = after.paymentIntent;
    const failure = intent?.last_payment_error ?? null;
    if (intent?.status !== 'requires_payment_method' || failure === null) return after;
    return { error: { ...failure, payment_intent: intent } };
  }

  #goBack(intent: BrowserIntent, returnUrl: string): Promise<ApiResult> {
    const url = new URL(returnUrl, window.location.href);
    url.searchParams.set('payment_intent', intent.id);
    url.searchParams.set('payment_intent_client_secret', intent.client_secret);
    url.searchParams.set('redirect_status', intent.status);
    window.location.assign(url.href);
    return never();
  }
}

/** The function that the script puts on `window`. */
function createStripe(key: string, options: { apiBase?: string } = {}): StripeInstance {
  if (!key.startsWith('pk_')) {
    throw new Error('Stripe() needs a publishable key (pk_…), never a secret key.');
  }
  return new StripeInstance(key, new URL(options.apiBase ?? scriptUrl).origin);
}

Object.assign(window, { Stripe: Object.assign(createStripe, { version: 'standin' }) });
