import { retrieveIntent } from './api-client.ts';
import { PaymentElement } from './payment-element.ts';
import type { BrowserError } from './protocol.ts';

/** Options of `stripe.elements()`. */
export interface ElementsOptions {
  clientSecret?: string;
  /** With `amount` and `currency` in place of a secret: the intent is made when the buyer pays. */
  mode?: 'payment';
  amount?: number;
  currency?: string;
  locale?: string;
  appearance?: { theme?: string; variables?: Record<string, string> };
}

interface PaymentOptions {
  defaultValues?: { billingDetails?: { address?: { country?: string } } };
}

const HOME_COUNTRY = 'IN';

/** One payment's set of elements; only the Payment Element exists here. */
export class Elements {
  readonly #base: string;
  readonly #key: string;
  #options: ElementsOptions;
  #payment: PaymentElement | null = null;
  #submitted = false;

  constructor(base: string, key: string, options: ElementsOptions) {
    if (options.clientSecret === undefined && !(options.amount && options.currency)) {
      throw new Error('elements() needs a clientSecret, or a mode with amount and currency.');
    }
    this.#base = base;
    this.#key = key;
    this.#options = options;
  }

  get clientSecret(): string | undefined {
    return this.#options.clientSecret;
  }

  /** Without an intent from the start, `submit` has to come before the confirmation. */
  get mayConfirm(): boolean {
    return this.#options.clientSecret !== undefined || this.#submitted;
  }

  create(type: string, options: PaymentOptions = {}): PaymentElement {
    if (type !== 'payment') {
      throw new Error(`The Stripe stand-in has only the payment Element, not ${type}.`);
    }
    if (this.#payment !== null) {
      throw new Error("Can only create one Element of type 'payment' through Elements().");
    }
    this.#payment = new PaymentElement(this.#base, () => {
      const locale = this.#options.locale ?? 'auto';
      const region = locale.includes('-') ? locale.split('-').at(-1) : undefined;
      return {
        publishableKey: this.#key,
        locale,
        country: options.defaultValues?.billingDetails?.address?.country ?? region ?? HOME_COUNTRY,
        theme: this.#options.appearance?.theme ?? 'stripe',
        variables: this.#options.appearance?.variables ?? {},
      };
    });
    return this.#payment;
  }

  getElement(type: unknown): PaymentElement | null {
    return type === 'payment' || type === PaymentElement ? this.#payment : null;
  }

  update(options: Partial<ElementsOptions>): void {
    this.#options = { ...this.#options, ...options };
    this.#payment?.update();
  }

  /** Checks the fields; call it before confirming. */
  async submit(): Promise<{ error?: BrowserError; selectedPaymentMethod?: string }> {
    if (this.#payment === null) return missingElement();
    const { error } = await this.#payment.validate();
    // A validation that passes answers with an empty intent, which nobody sees.
    this.#submitted = error === undefined || error.type === 'none';
    return this.#submitted || error === undefined ? { selectedPaymentMethod: 'card' } : { error };
  }

  /** Reads the intent again, for example after its amount has changed. */
  async fetchUpdates(): Promise<{ error?: BrowserError }> {
    const { error } = await retrieveIntent(this.#base, this.#key, this.#options.clientSecret ?? '');
    return error === undefined ? {} : { error };
  }
}

function missingElement(): { error: BrowserError } {
  return {
    error: {
      type: 'invalid_request_error',
      message: 'elements should have a mounted Payment Element.',
    },
  };
}
