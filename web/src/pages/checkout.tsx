import {
  createEffect,
  createSignal,
  For,
  Match,
  onCleanup,
  Show,
  Switch,
  type JSX,
} from 'solid-js';
import { getBooking } from '../api/bookings.ts';
import { serverNow } from '../api/clock.ts';
import type { Problem } from '../api/problem.ts';
import type { Booking } from '../api/types.ts';
import { announce } from '../components/announce.ts';
import { createFetched } from '../components/fetched.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useTitle } from '../components/title.ts';
import { Ended } from '../checkout/ended.tsx';
import { GiveUp } from '../checkout/give-up.tsx';
import { PaymentForm, type Decline } from '../checkout/payment-form.tsx';
import { SoonDialog } from '../checkout/soon-dialog.tsx';
import { settle } from '../checkout/settle.ts';
import { timerStage } from '../checkout/timer.ts';
import { formatCountdown } from '../format/time.ts';
import { money } from '../format/price.ts';
import { day } from '../format/words.ts';
import { t } from '../i18n/index.ts';
import { TEST_IDS } from '../test-ids.ts';
import { dropQuery, navigate, queryValue } from '../router/address.ts';
import { usePathParams } from '../router/routes.tsx';
import '../styles/checkout.css';

/** Paying for held seats, from the form to the bank's answer; a reload at any moment goes on from there. */
export default function Checkout(): JSX.Element {
  const params = usePathParams();
  const booking = createFetched(() => params.id ?? '', getBooking);
  useTitle(() => t('checkout.title'));
  return (
    <>
      <Show when={booking.problem()}>
        {(problem) => (
          <div class="column stack">
            <h1 class="visually-hidden">{t('problem.title')}</h1>
            <ProblemNotice problem={problem()} retry={booking.reload} />
          </div>
        )}
      </Show>
      <Show
        when={booking.data()}
        fallback={
          <Show when={!booking.problem()}>
            <div class="skeleton checkout__empty" />
          </Show>
        }
      >
        {(data) => <Steps booking={data()} update={booking.set} reload={booking.reload} />}
      </Show>
    </>
  );
}

/** Steps of one payment: filling in, being sent, being checked. */
type Step = 'form' | 'sending' | 'settling';

function Steps(props: {
  booking: Booking;
  update: (booking: Booking) => void;
  reload: () => void;
}): JSX.Element {
  const [step, setStep] = createSignal<Step>('form');
  const [decline, setDecline] = createSignal<Decline | null>(null);
  const [unsure, setUnsure] = createSignal<Problem | null>(null);
  const [stuck, setStuck] = createSignal<Problem>();
  const [now, setNow] = createSignal(serverNow());
  const tick = window.setInterval(() => setNow(serverNow()), 250);
  let stopped = false;
  onCleanup(() => {
    stopped = true;
    window.clearInterval(tick);
  });
  const until = (): number | null =>
    props.booking.expiresAt === null ? null : Date.parse(props.booking.expiresAt);
  const stage = () => timerStage(until() ?? 0, now());

  const look = async (): Promise<void> => {
    setStep('settling');
    setStuck(undefined);
    announce(t('checkout.processing'));
    const outcome = await settle(props.booking.bookingId, setUnsure, () => stopped);
    setUnsure(null);
    if (!outcome) return;
    setStep('form');
    if ('booking' in outcome) {
      if (outcome.kind === 'late') return props.update(outcome.booking);
      return navigate(`/bookings/${outcome.booking.bookingId}?new=1`, { replace: true });
    }
    if (outcome.kind === 'stuck') return void setStuck(outcome.problem);
    const reason = outcome.problem.extra['reason'];
    setDecline({
      code: typeof reason === 'string' ? reason : 'other',
      message: outcome.problem.detail,
    });
    announce(t('checkout.declined'));
  };
  const sent = (refused: Decline | null): void => {
    if (!refused) return void look();
    setStep('form');
    // Its clock is another one once a payment was started.
    props.reload();
    // A field that is not filled in was marked by the form itself and never sent.
    setDecline(
      refused.code.startsWith('incomplete_') || refused.code === 'validation_error'
        ? null
        : refused,
    );
  };
  if (queryValue('payment_intent') !== undefined) {
    dropQuery('payment_intent', 'payment_intent_client_secret', 'redirect_status');
    void look();
  }
  createEffect(() => {
    const { status, bookingId } = props.booking;
    if (status === 'confirmed' || status === 'paid')
      navigate(`/bookings/${bookingId}`, { replace: true });
  });
  // The server decides what has expired; the clock only says when to ask it.
  let asked = 0;
  createEffect(() => {
    const open = props.booking.status === 'held' || props.booking.status === 'paying';
    if (!open || step() !== 'form' || stage() !== 'over' || now() - asked < 3_000) return;
    asked = now();
    void getBooking(props.booking.bookingId).then((answer) => {
      if (answer.ok) props.update(answer.data);
    });
  });
  const open = (): boolean => props.booking.status === 'held' || props.booking.status === 'paying';
  return (
    <Show
      when={open()}
      fallback={<Ended booking={props.booking} update={props.update} reload={props.reload} />}
    >
      <div class="checkout">
        <div class="stack stack--loose">
          <h1>{t('checkout.title')}</h1>
          <Clock until={until()} now={now()} inFlight={step() !== 'form'} />
          <Show when={step() === 'settling'}>
            <output class="notice">
              <p class="notice__title">{t('checkout.processing')}</p>
              <p>{t('checkout.processingText')}</p>
              <Show when={unsure()}>
                {(problem) => <ProblemNotice problem={problem()} money="unknown" />}
              </Show>
            </output>
          </Show>
          <Show when={stuck()}>
            {(problem) => (
              <ProblemNotice problem={problem()} money="unknown" retry={() => void look()} />
            )}
          </Show>
          <section class="card stack" aria-label={t('checkout.payment')}>
            <h2>{t('checkout.payment')}</h2>
            <PaymentForm
              booking={props.booking}
              decline={decline()}
              settling={step() === 'settling'}
              sending={() => {
                setDecline(null);
                setStep('sending');
              }}
              sent={sent}
              failed={() => {
                setStep('form');
                props.reload();
              }}
            />
          </section>
        </div>
        <aside class="stack">
          <OrderCard booking={props.booking} />
          <Show when={step() === 'form'}>
            <GiveUp booking={props.booking} done={props.reload} />
          </Show>
        </aside>
        <SoonDialog
          show={stage() === 'lastMinute' && step() === 'form'}
          hold={{
            holdId: props.booking.holdId,
            eventId: props.booking.event.id,
            expiresAt: props.booking.expiresAt,
            extendable: props.booking.status === 'held',
          }}
          go={t('checkout.soonOk')}
          update={(expiresAt) => props.update({ ...props.booking, expiresAt })}
        />
      </div>
    </Show>
  );
}

/** The time left by the server's clock: calm until the last minute, silent while money is moving. */
function Clock(props: { until: number | null; now: number; inFlight: boolean }): JSX.Element {
  const left = (): number => (props.until ?? props.now) - props.now;
  const last = (): boolean => timerStage(props.until ?? 0, props.now) !== 'calm';
  createEffect((said: boolean | undefined) => {
    if (last() && !said && !props.inFlight) announce(t('checkout.lastMinute'));
    return last();
  });
  return (
    <div class="clock" classList={{ 'clock--last': last() && !props.inFlight }}>
      <Switch>
        <Match when={props.inFlight}>
          <span>{t('checkout.timerPaying')}</span>
        </Match>
        <Match when={props.until !== null}>
          <span>{t('checkout.timer')}</span>
          <strong class="clock__time numbers" role="timer" data-testid={TEST_IDS.timer}>
            {formatCountdown(left())}
          </strong>
        </Match>
      </Switch>
    </div>
  );
}

function OrderCard(props: { booking: Booking }): JSX.Element {
  return (
    <section class="card stack" aria-label={t('checkout.order')}>
      <div>
        <h2>{props.booking.event.name}</h2>
        <p class="muted small">
          {day(props.booking.event.startsAt, props.booking.event.timeZone)} ·{' '}
          {props.booking.event.venueName}
        </p>
      </div>
      <ul class="order-list">
        <For each={props.booking.items}>
          {(item) => (
            <li>
              <span>{item.label}</span>
              <span class="numbers">{money(item.price)}</span>
            </li>
          )}
        </For>
      </ul>
      <p class="row row--apart order-total">
        <span>{t('checkout.total')}</span>
        <strong class="numbers" data-testid={TEST_IDS.summaryTotal}>
          {money(props.booking.total)}
        </strong>
      </p>
    </section>
  );
}
