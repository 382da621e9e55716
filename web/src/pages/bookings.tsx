import { createEffect, For, Show, type JSX } from 'solid-js';
import { listBookings } from '../api/bookings.ts';
import { session } from '../api/session.ts';
import type { Booking } from '../api/types.ts';
import { EventArt } from '../components/event-art.tsx';
import { createFetched } from '../components/fetched.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useTitle } from '../components/title.ts';
import { money } from '../format/price.ts';
import { day } from '../format/words.ts';
import { t } from '../i18n/index.ts';
import { keepBookings, keptBookings } from '../tickets/offline.ts';
import '../styles/tickets.css';

/** Own bookings, newest first; without a network those kept on this device. */
export default function Bookings(): JSX.Element {
  useTitle(() => t('tickets.title'));
  const accountId = (): string => session()?.user.id ?? '';
  const bookings = createFetched(accountId, listBookings);
  createEffect(() => {
    const data = bookings.data();
    if (data) keepBookings(accountId(), data.bookings);
  });
  const offline = (): Booking[] =>
    bookings.problem()?.status === 0 ? keptBookings(accountId()) : [];
  const shown = (): Booking[] | undefined =>
    bookings.data()?.bookings ?? (offline().length > 0 ? offline() : undefined);
  return (
    <section class="column stack">
      <h1>{t('tickets.title')}</h1>
      <Show when={offline().length > 0}>
        <p class="notice notice--warn">{t('tickets.offline')}</p>
      </Show>
      <Show when={offline().length === 0 && bookings.problem()}>
        {(problem) => <ProblemNotice problem={problem()} retry={bookings.reload} />}
      </Show>
      <Show
        when={shown()}
        fallback={
          <Show when={!bookings.problem()}>
            <div class="skeleton booking-card--empty" />
          </Show>
        }
      >
        {(list) => (
          <ul class="stack">
            <For
              each={list()}
              fallback={
                <li class="stack stack--tight">
                  <p class="muted">{t('tickets.none')}</p>
                  <a href="/">{t('allEvents')}</a>
                </li>
              }
            >
              {(booking) => <BookingCard booking={booking} />}
            </For>
          </ul>
        )}
      </Show>
    </section>
  );
}

/** Colour of a booking's status; the word stands beside it. */
export function statusTone(status: Booking['status']): string {
  if (status === 'confirmed' || status === 'paid') return 'pill--good';
  return status === 'held' || status === 'paying' || status === 'offered' ? 'pill--warn' : '';
}

function BookingCard(props: { booking: Booking }): JSX.Element {
  const open = (): boolean => props.booking.status === 'held' || props.booking.status === 'paying';
  return (
    <li class="booking-card">
      <EventArt seed={props.booking.event.id} class="booking-card__art" />
      <div class="booking-card__body">
        <span class={`pill ${statusTone(props.booking.status)}`}>
          {t(`tickets.status.${props.booking.status}`)}
        </span>
        <h2>
          <a
            class="event-card__link"
            href={
              open()
                ? `/checkout/${props.booking.bookingId}`
                : `/bookings/${props.booking.bookingId}`
            }
          >
            {props.booking.event.name}
          </a>
        </h2>
        <p class="muted small">
          {day(props.booking.event.startsAt, props.booking.event.timeZone)} ·{' '}
          {props.booking.event.venueName}
        </p>
        <p class="small numbers">
          {t('tickets.count', { count: props.booking.items.length })} · {money(props.booking.total)}
        </p>
      </div>
    </li>
  );
}
