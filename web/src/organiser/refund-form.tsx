import { createSignal, type JSX } from 'solid-js';
import { giveBack } from '../api/organiser.ts';
import { Field } from '../components/field.tsx';
import { t } from '../i18n/index.ts';
import { CommandForm } from './command-form.tsx';
import { seatIdsIn } from './seat-ids.ts';

/** Gives a booking back, whole or by the seats named. */
export function RefundForm(props: { eventId: string; changed: () => void }): JSX.Element {
  const [bookingId, setBookingId] = createSignal('');
  const [seats, setSeats] = createSignal('');
  return (
    <CommandForm
      title={t('organiser.refund')}
      text={t('organiser.refundText')}
      button={seats().trim() === '' ? t('organiser.refund') : t('organiser.refundSeats')}
      send={(command) => {
        const seatIds = seatIdsIn(seats());
        const which = seatIds === undefined ? {} : { seatIds };
        return giveBack(props.eventId, bookingId().trim(), { ...command, ...which });
      }}
      done={() => {
        setBookingId('');
        setSeats('');
        props.changed();
      }}
    >
      <Field
        label={t('organiser.booking')}
        name="booking"
        type="text"
        autocomplete="off"
        value={bookingId()}
        onInput={setBookingId}
      />
      <Field
        label={t('organiser.seats')}
        name="seats"
        type="text"
        autocomplete="off"
        optional
        hint={t('organiser.seatsHint')}
        value={seats()}
        onInput={setSeats}
      />
    </CommandForm>
  );
}
