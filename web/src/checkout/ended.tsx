import { createSignal, Match, Show, Switch, type JSX } from 'solid-js';
import { createBooking } from '../api/bookings.ts';
import { serverNow } from '../api/clock.ts';
import { keepAttempt, keptAdmission } from '../api/kept.ts';
import type { Problem } from '../api/problem.ts';
import { lockSeats } from '../api/seats.ts';
import { session } from '../api/session.ts';
import type { Booking } from '../api/types.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { t } from '../i18n/index.ts';
import { OfferPanel } from '../tickets/offer-panel.tsx';
import { navigate } from '../router/address.ts';

/** A booking whose seats are gone: what happened, where the money is, and what next. */
export function Ended(props: {
  booking: Booking;
  update: (booking: Booking) => void;
  reload: () => void;
}): JSX.Element {
  const status = () => props.booking.status;
  return (
    <section class="column stack">
      <Switch>
        <Match when={status() === 'expired'}>
          <h1>{t('checkout.expired')}</h1>
          <p class="muted">{t('checkout.expiredText')}</p>
          <Again booking={props.booking} />
        </Match>
        <Match when={status() === 'offered'}>
          <OfferPanel
            heading="h1"
            booking={props.booking}
            update={props.update}
            reload={props.reload}
          />
        </Match>
        <Match when={status() === 'refunding' || status() === 'refunded'}>
          <h1>{t('checkout.refunding')}</h1>
          <p class="muted">
            {props.booking.refundId === null
              ? t('checkout.refundingNoId')
              : t('checkout.refundingText', { id: props.booking.refundId })}
          </p>
          <Again booking={props.booking} />
        </Match>
        <Match when={status() === 'cancelled'}>
          <h1>{t('checkout.cancelled')}</h1>
          <p class="muted">{t('checkout.cancelledText')}</p>
          <Again booking={props.booking} />
        </Match>
      </Switch>
    </section>
  );
}

/** One click tries the same seats again, while still inside. */
function Again(props: { booking: Booking }): JSX.Element {
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem>();
  const accountId = session()?.user.id ?? '';
  const eventId = props.booking.event.id;
  const pass = () => keptAdmission(accountId, eventId, serverNow());
  const requestId = crypto.randomUUID();
  const again = async (): Promise<void> => {
    const admission = pass();
    if (busy()) return;
    if (!admission) return navigate(`/events/${eventId}/queue`);
    setBusy(true);
    setProblem(undefined);
    const seatIds = props.booking.items.map((item) => item.seatId);
    const held = await lockSeats({ eventId, seatIds, requestId, admissionToken: admission.token });
    const made = held.ok ? await createBooking(held.data.holdId) : held;
    setBusy(false);
    if (!made.ok) return void setProblem(made.problem);
    const { holdId, bookingId } = made.data;
    keepAttempt(accountId, eventId, { holdId, bookingId, seatIds });
    navigate(`/checkout/${bookingId}`);
  };
  return (
    <>
      <Show when={problem()}>
        {(shown) =>
          shown().code === 'seats_unavailable' ? (
            <p class="notice notice--warn" role="alert">
              {t('checkout.gone')}
            </p>
          ) : (
            <ProblemNotice problem={shown()} />
          )
        }
      </Show>
      <div class="row">
        <Show when={pass()}>
          <button type="button" class="button" aria-disabled={busy()} onClick={() => void again()}>
            {busy() ? t('checkout.trying') : t('checkout.again')}
          </button>
        </Show>
        <a class="button button--quiet" href={`/events/${eventId}/seats`}>
          {t('checkout.others')}
        </a>
      </div>
    </>
  );
}
