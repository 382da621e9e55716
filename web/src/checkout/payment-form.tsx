import type { Stripe, StripeElements, StripeError } from '@stripe/stripe-js';
import { createSignal, onCleanup, onMount, Show, type JSX } from 'solid-js';
import { createIntent } from '../api/bookings.ts';
import type { Problem } from '../api/problem.ts';
import type { Booking } from '../api/types.ts';
import { announce } from '../components/announce.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { money } from '../format/price.ts';
import { locale, t, tMaybe } from '../i18n/index.ts';
import { TEST_IDS } from '../test-ids.ts';
import { loadStripe } from './stripe.ts';

/** Why a try failed, by Stripe's code, with the words to show. */
export interface Decline {
  code: string;
  message: string;
}

/** The Payment Element and the button. `sent` is called once the bank has been asked. */
export function PaymentForm(props: {
  booking: Booking;
  decline: Decline | null;
  /** The page asks the server about the payment. */
  settling: boolean;
  sending: () => void;
  sent: (decline: Decline | null) => void;
  /** The payment could not be started: nothing was sent, and the order may have ended meanwhile. */
  failed: () => void;
}): JSX.Element {
  let mount: HTMLDivElement | undefined;
  let stripe: Stripe | undefined;
  let elements: StripeElements | undefined;
  const [ready, setReady] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem>();
  const prepare = async (): Promise<void> => {
    setProblem(undefined);
    const loaded = await loadStripe();
    if (!loaded.ok) return void setProblem(loaded.problem);
    if (!mount) return;
    stripe = loaded.data;
    const dark = window.matchMedia('(prefers-color-scheme: dark)').matches;
    // The intent is made when the fan pays, not when the form is drawn: until then the hold's own clock runs.
    elements = stripe.elements({
      mode: 'payment',
      amount: props.booking.total.amount,
      currency: props.booking.total.currency.toLowerCase(),
      locale: locale() === 'hi' ? 'auto' : 'en',
      appearance: { theme: dark ? 'night' : 'stripe', variables: { borderRadius: '12px' } },
    });
    const element = elements.create('payment');
    element.on('ready', () => void setReady(true));
    element.mount(mount);
    onDispose(() => element.destroy());
  };
  let dispose: (() => void) | undefined;
  const onDispose = (work: () => void): void => {
    dispose = work;
  };
  onMount(() => void prepare());
  onCleanup(() => dispose?.());

  const pay = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!stripe || !elements || busy() || props.settling) return;
    setBusy(true);
    setProblem(undefined);
    props.sending();
    announce(t('checkout.paying'));
    const checked = await elements.submit();
    if (checked.error) return refuse(checked.error);
    const intent = await createIntent(props.booking.bookingId);
    if (!intent.ok) {
      setBusy(false);
      setProblem(intent.problem);
      return props.failed();
    }
    const outcome = await stripe.confirmPayment({
      elements,
      clientSecret: intent.data.clientSecret,
      confirmParams: {
        return_url: `${window.location.origin}/checkout/${props.booking.bookingId}`,
      },
      redirect: 'if_required',
    });
    if (outcome.error) return refuse(outcome.error);
    setBusy(false);
    props.sent(null);
  };
  const refuse = (error: StripeError): void => {
    setBusy(false);
    // Incomplete fields are marked by the element itself; nothing was sent.
    const code = error.decline_code ?? error.code ?? error.type;
    props.sent({ code, message: error.message ?? '' });
  };
  return (
    <form class="stack" onSubmit={(event) => void pay(event)}>
      <Show when={props.decline}>{(shown) => <Declined decline={shown()} />}</Show>
      <Show when={problem()}>
        {(shown) => (
          <div class="stack stack--tight">
            <Show when={!ready()}>
              <p>{t('checkout.formFailed')}</p>
            </Show>
            <ProblemNotice
              problem={shown()}
              {...(ready() ? {} : { retry: () => void prepare() })}
            />
          </div>
        )}
      </Show>
      <Show when={!ready() && !problem()}>
        <output class="muted">{t('checkout.loading')}</output>
      </Show>
      <div ref={(host) => (mount = host)} class="payment-element" />
      <button
        type="submit"
        class="button button--large button--wide"
        data-testid={TEST_IDS.payButton}
        disabled={!ready()}
        aria-disabled={busy() || props.settling}
      >
        {busy() || props.settling
          ? t('checkout.paying')
          : t('checkout.pay', { total: money(props.booking.total) })}
      </button>
      <p class="small muted">{t('checkout.safe')}</p>
    </form>
  );
}

const TIP_OF: Readonly<Record<string, string>> = {
  generic_decline: 'card_declined',
  payment_intent_authentication_failure: 'authentication',
  authentication_required: 'authentication',
  invalid_cvc: 'incorrect_cvc',
};

/** What the bank said, that the seats are kept, and what to try. */
function Declined(props: { decline: Decline }): JSX.Element {
  const tip = (): string =>
    tMaybe(`checkout.tip.${TIP_OF[props.decline.code] ?? props.decline.code}`) ??
    (props.decline.message || t('checkout.tip.other'));
  return (
    <div class="notice notice--bad" role="alert">
      <p class="notice__title">{t('checkout.declined')}</p>
      <p>{tip()}</p>
      <p>{t('checkout.declinedText')}</p>
    </div>
  );
}
