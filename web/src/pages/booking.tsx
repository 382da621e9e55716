import { createEffect, createSignal, onCleanup, For, Show, type JSX } from 'solid-js';
import { getBooking } from '../api/bookings.ts';
import { session } from '../api/session.ts';
import type { Booking, Ticket } from '../api/types.ts';
import { announce } from '../components/announce.ts';
import { createFetched } from '../components/fetched.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useTitle } from '../components/title.ts';
import { saveFile } from '../components/save-file.ts';
import { money } from '../format/price.ts';
import { dateTime } from '../format/words.ts';
import { t } from '../i18n/index.ts';
import { TEST_IDS } from '../test-ids.ts';
import { BookingHistory } from '../tickets/booking-history.tsx';
import { calendarFile } from '../tickets/calendar.ts';
import { keepBookings, keptBookings, readyOffline } from '../tickets/offline.ts';
import { OfferPanel } from '../tickets/offer-panel.tsx';
import { QrCode } from '../tickets/qr-code.tsx';
import { statusTone } from './bookings.tsx';
import { queryValue } from '../router/address.ts';
import { usePathParams } from '../router/routes.tsx';
import '../styles/tickets.css';

/** When to look again whether a booking is filed, ms: the page says "being filed" only as long as it is so. */
const FILED_LOOK_MS = 4_000;

/** One booking: its tickets with codes, printable and kept for no network, and its history. */
export default function BookingPage(): JSX.Element {
  const params = usePathParams();
  const accountId = session()?.user.id ?? '';
  const kept = keptBookings(accountId).find((each) => each.bookingId === params.id);
  const booking = createFetched(() => params.id ?? '', getBooking);
  const shown = (): Booking | undefined =>
    booking.data() ??
    (booking.problem() === undefined || booking.problem()?.status === 0 ? kept : undefined);
  useTitle(() => shown()?.event.name ?? t('tickets.title'));
  const [offlineReady, setOfflineReady] = createSignal(false);
  createEffect(() => {
    const data = booking.data();
    if (!data) return;
    keepBookings(accountId, [data]);
    if (data.tickets.length > 0) void readyOffline().then(setOfflineReady);
  });
  createEffect(() => {
    const data = booking.data();
    if (data?.status !== 'confirmed' || data.filed) return;
    const timer = window.setTimeout(booking.reload, FILED_LOOK_MS);
    onCleanup(() => window.clearTimeout(timer));
  });
  return (
    <section class="column stack">
      <Show when={booking.problem() && !shown() && booking.problem()}>
        {(problem) => (
          <>
            <h1 class="visually-hidden">{t('problem.title')}</h1>
            <ProblemNotice problem={problem()} retry={booking.reload} />
          </>
        )}
      </Show>
      <Show when={booking.problem() && shown()}>
        <p class="notice notice--warn">{t('tickets.offline')}</p>
      </Show>
      <Show
        when={shown()}
        fallback={
          <Show when={!booking.problem()}>
            <div class="skeleton booking-card--empty" />
          </Show>
        }
      >
        {(data) => (
          <Details
            booking={data()}
            offlineReady={offlineReady()}
            update={booking.set}
            reload={booking.reload}
          />
        )}
      </Show>
    </section>
  );
}

function Details(props: {
  booking: Booking;
  offlineReady: boolean;
  update: (booking: Booking) => void;
  reload: () => void;
}): JSX.Element {
  const confirmed = (): boolean => props.booking.status === 'confirmed';
  const isNew = (): boolean => queryValue('new') !== undefined && confirmed();
  if (queryValue('new') !== undefined) announce(t('tickets.confirmed'));
  return (
    <>
      <header
        class="stack stack--tight"
        data-testid={confirmed() ? TEST_IDS.confirmation : undefined}
      >
        <Show when={isNew()}>
          <p class="confirmed">
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <circle cx="12" cy="12" r="11" fill="var(--good)" />
              <path
                d="M7 12.5l3.2 3.2L17 9"
                fill="none"
                stroke="var(--surface)"
                stroke-width="2.4"
              />
            </svg>
            {t('tickets.confirmed')}
          </p>
        </Show>
        <div>
          <span class={`pill ${statusTone(props.booking.status)}`}>
            {t(`tickets.status.${props.booking.status}`)}
          </span>
        </div>
        <h1 class="booking__title">{props.booking.event.name}</h1>
        <p class="muted">
          {dateTime(props.booking.event.startsAt, props.booking.event.timeZone)}
          <br />
          {props.booking.event.venueName}
        </p>
        <Show when={isNew() && session()}>
          {(kept) => (
            <p class="small muted">{t('tickets.confirmedText', { email: kept().user.email })}</p>
          )}
        </Show>
        <Show when={confirmed() && !props.booking.filed}>
          <p class="notice">{t('tickets.filing')}</p>
        </Show>
      </header>
      <Show when={props.booking.tickets.length > 0}>
        <div class="row no-print">
          <button type="button" class="button" onClick={() => window.print()}>
            {t('tickets.print')}
          </button>
          <button
            type="button"
            class="button button--quiet"
            onClick={() => downloadCalendar(props.booking)}
          >
            {t('tickets.calendar')}
          </button>
        </div>
        <p class="small muted">
          {t('tickets.show')} <Show when={props.offlineReady}>{t('tickets.offlineReady')}</Show>
        </p>
        <ul class="ticket-list">
          <For each={props.booking.tickets}>
            {(ticket) => <TicketCard ticket={ticket} booking={props.booking} />}
          </For>
        </ul>
      </Show>
      <Show when={props.booking.offer}>
        <OfferPanel
          heading="h2"
          booking={props.booking}
          update={props.update}
          reload={props.reload}
        />
      </Show>
      <Show when={props.booking.status === 'held' || props.booking.status === 'paying'}>
        <a class="button" href={`/checkout/${props.booking.bookingId}`}>
          {t('tickets.pay')}
        </a>
      </Show>
      <BookingHistory booking={props.booking} />
    </>
  );
}

function TicketCard(props: { ticket: Ticket; booking: Booking }): JSX.Element {
  const price = () =>
    props.booking.items.find((item) => item.seatId === props.ticket.seatId)?.price;
  return (
    <li class="ticket">
      <div class="ticket__code">
        <QrCode code={props.ticket.code} seat={props.ticket.label} />
      </div>
      <div class="ticket__text">
        <p class="eyebrow">{props.booking.event.name}</p>
        <h2>{props.ticket.label}</h2>
        <p class="small muted">
          {dateTime(props.booking.event.startsAt, props.booking.event.timeZone)}
        </p>
        <p class="small numbers">{price() ? money(price() ?? props.booking.total) : ''}</p>
        <p class="notice__id">{t('tickets.ticket', { id: props.ticket.id })}</p>
      </div>
    </li>
  );
}

function downloadCalendar(booking: Booking): void {
  const text = calendarFile({
    uid: booking.bookingId,
    name: booking.event.name,
    place: booking.event.venueName,
    details: booking.items.map((item) => item.label).join('\n'),
    startsAt: Date.parse(booking.event.startsAt),
    now: Date.now(),
  });
  saveFile('onsale.ics', 'text/calendar;charset=utf-8', text);
}
