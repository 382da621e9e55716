import { createSignal, Show, type JSX } from 'solid-js';
import { listBookings } from '../api/bookings.ts';
import { keepAttempt, keptAttempt } from '../api/kept.ts';
import { releaseHold } from '../api/seats.ts';
import { t } from '../i18n/index.ts';

/** The ways on for one who holds seats already. */
export function Existing(props: {
  accountId: string;
  eventId: string;
  /** The seats were given back. */
  released: () => void;
}): JSX.Element {
  const [bookingId, setBookingId] = createSignal(
    keptAttempt(props.accountId, props.eventId)?.bookingId ?? null,
  );
  const [holdId, setHoldId] = createSignal(
    keptAttempt(props.accountId, props.eventId)?.holdId ?? null,
  );
  void listBookings().then((answer) => {
    const open = answer.ok
      ? answer.data.bookings.find(
          (each) =>
            each.event.id === props.eventId && (each.status === 'held' || each.status === 'paying'),
        )
      : undefined;
    if (!open) return;
    setBookingId(open.bookingId);
    setHoldId(open.holdId);
  });
  const release = async (): Promise<void> => {
    const id = holdId();
    if (id === null) return;
    await releaseHold(id);
    keepAttempt(props.accountId, props.eventId, null);
    props.released();
  };
  return (
    <>
      <Show when={bookingId()}>
        {(id) => (
          <a class="button" href={`/checkout/${id()}`}>
            {t('seats.existingPay')}
          </a>
        )}
      </Show>
      <Show when={holdId()}>
        <button type="button" class="button button--quiet" onClick={() => void release()}>
          {t('seats.existingRelease')}
        </button>
      </Show>
    </>
  );
}
