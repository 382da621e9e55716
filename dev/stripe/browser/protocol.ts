/** What the site's page asks of the frame that holds the card fields. */
export type ToFrame =
  | { to: 'frame'; kind: 'init'; options: FrameOptions }
  | { to: 'frame'; kind: 'validate'; requestId: number }
  | { to: 'frame'; kind: 'focus' | 'clear' }
  | { to: 'frame'; kind: 'confirm'; requestId: number; payment: PaymentRequest };

/** What the frame tells the page; card data is never among it. */
export type FromFrame =
  | { to: 'page'; kind: 'blur' | 'escape' | 'focus' | 'hello' | 'ready' }
  | { to: 'page'; kind: 'resize'; height: number }
  | { to: 'page'; kind: 'change'; complete: boolean; empty: boolean }
  | { to: 'page'; kind: 'result'; requestId: number; result: ApiResult }
  | { to: 'page'; kind: 'challenge'; passed: boolean };

/** Settings of the frame: who pays with which key, and how it looks. */
export interface FrameOptions {
  publishableKey: string;
  locale: string;
  country: string;
  theme: string;
  variables: Record<string, string>;
}

/** A confirmation: everything but the card, which only the frame knows. */
export interface PaymentRequest {
  clientSecret: string;
  returnUrl: string | null;
  billingDetails: Record<string, unknown>;
}

/** The payment intent as the browser sees it. */
export interface BrowserIntent {
  id: string;
  status: string;
  client_secret: string;
  last_payment_error: BrowserError | null;
  next_action: {
    type: string;
    redirect_to_url?: { url: string };
    use_stripe_sdk?: { stripe_js: string };
  } | null;
}

/** An error as Stripe.js hands it to the site. */
export interface BrowserError {
  type: string;
  message: string;
  code?: string;
  decline_code?: string;
  payment_intent?: BrowserIntent;
}

/** Either the intent or the error, never both. */
export type ApiResult =
  | { paymentIntent: BrowserIntent; error?: undefined }
  | { error: BrowserError; paymentIntent?: undefined };

/** The intent's id within a client secret; null when it is none. */
export function intentIdOf(clientSecret: string): string | null {
  return /^(pi_[A-Za-z0-9]+)_secret_[A-Za-z0-9]+$/.exec(clientSecret)?.[1] ?? null;
}
