import { For, Show, type JSX } from 'solid-js';
import type { Booking, BookingEvent } from '../api/types.ts';
import { money } from '../format/price.ts';
import { dateTime } from '../format/words.ts';
import { t } from '../i18n/index.ts';

/** What became of a booking: its sum, what went back, and every step with when, what, who and why. */
export function BookingHistory(props: { booking: Booking }): JSX.Element {
  return (
    <section class="card stack">
      <h2>{t('tickets.history')}</h2>
      <ol class="history">
        <For each={props.booking.history}>
          {(event) => <Step event={event} timeZone={props.booking.event.timeZone} />}
        </For>
      </ol>
      <dl class="facts">
        <div>
          <dt>{props.booking.confirmedAt ? t('tickets.total') : t('tickets.totalDue')}</dt>
          <dd class="numbers">{money(props.booking.total)}</dd>
        </div>
        <For each={props.booking.refunds}>
          {(refund) => (
            <div>
              <dt>{t(refund.status === 'succeeded' ? 'tickets.refunded' : 'tickets.refunding')}</dt>
              <dd>
                <span class="numbers">{money(refund.amount)}</span>
                <br />
                <span class="notice__id">{t('tickets.reference', { id: refund.refundId })}</span>
              </dd>
            </div>
          )}
        </For>
        <div>
          <dt>{t('tickets.booking')}</dt>
          <dd class="notice__id">{props.booking.bookingId}</dd>
        </div>
      </dl>
    </section>
  );
}

function Step(props: { event: BookingEvent; timeZone: string }): JSX.Element {
  const what = (): string =>
    props.event.from === props.event.to
      ? t('tickets.step.note')
      : t(`tickets.step.${props.event.to}`);
  // Words of the organiser, and of copies kept on the device by an earlier site, stay as they are.
  const why = (): string =>
    props.event.code ? t(`tickets.why.${props.event.code}`) : props.event.why;
  return (
    <li>
      <span class="numbers small">{dateTime(props.event.at, props.timeZone)}</span>
      <span>
        {what()}, {t(`tickets.actor.${props.event.actor}`)}
      </span>
      <span class="small muted">
        {why()}
        <Show when={props.event.seatIds}>{(seats) => `: ${seats().join(', ')}`}</Show>
      </span>
    </li>
  );
}
