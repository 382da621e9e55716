import { createSignal } from 'solid-js';
import { createBooking } from '../api/bookings.ts';
import { keepAdmission, keepAttempt } from '../api/kept.ts';
import { seatIdsOf, type Problem } from '../api/problem.ts';
import { lockSeats } from '../api/seats.ts';
import { announce } from '../components/announce.ts';
import { problemWords } from '../components/problem-notice.tsx';
import { t } from '../i18n/index.ts';
import type { SeatStore } from './seat-store.ts';

/** Holding the chosen seats: asked at once, repeated safely, and what came of it. */
export interface Holding {
  busy: () => boolean;
  problem: () => Problem | undefined;
  /** Indexes of seats offered for lost ones, or for a choice that leaves a seat single. */
  offered: () => readonly number[];
  /** Indexes of seats that the refused choice would leave single. */
  orphans: () => readonly number[];
  hold: () => Promise<void>;
  /** Chooses what was offered and holds it. */
  takeOffered: () => void;
  clear: () => void;
}

/** A lock whose outcome is not known yet; asking again must carry the same `requestId`. */
interface Asked {
  requestId: string;
  seats: string;
}

/** Failures after which it is unknown whether seats are held. */
export const UNSURE = new Set([
  'offline',
  'timeout',
  'bad_answer',
  'unavailable',
  'internal',
  'overloaded',
]);

/** Holds seats and makes the booking; `done` gets the booking's id. */
export function useHold(context: {
  accountId: string;
  eventId: string;
  store: SeatStore;
  admissionToken: () => string | null;
  /** A hold whose place these seats take, or null. */
  replaces: () => string | null;
  done: (bookingId: string) => void;
}): Holding {
  const { accountId, eventId, store } = context;
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem>();
  const [offered, setOffered] = createSignal<readonly number[]>([]);
  const [orphans, setOrphans] = createSignal<readonly number[]>([]);
  let asked: Asked | null = null;

  const indexes = (ids: readonly string[]): number[] =>
    ids.flatMap((id) => store.venue()?.indexOf.get(id) ?? []);
  const fail = (met: Problem, seatIds: readonly string[]): void => {
    if (!UNSURE.has(met.code)) asked = null;
    if (met.code === 'seats_unavailable') {
      const lost = seatIdsOf(met, 'seatIds');
      const kept = indexes(seatIds.filter((id) => !lost.includes(id)));
      const others = indexes(seatIdsOf(met, 'alternatives')).slice(0, lost.length);
      store.markTaken(indexes(lost));
      store.setLost(indexes(lost));
      setOffered(others.length > 0 ? [...kept, ...others] : []);
      announce(t('seats.lost', { count: lost.length }));
      return;
    }
    if (met.code === 'orphan_seat') {
      const seats = seatIdsOf(met, 'seatIds');
      setOrphans(indexes(seats));
      setOffered(indexes(seatIdsOf(met, 'alternatives')));
      announce(t('seats.orphans', { count: seats.length, seats: seats.join('; ') }));
      return;
    }
    if (met.code === 'not_admitted' || met.code === 'admission_expired')
      keepAdmission(accountId, eventId, null);
    setProblem(met);
    announce(problemWords(met));
  };
  const hold = async (): Promise<void> => {
    const token = context.admissionToken();
    const venue = store.venue();
    const seatIds = store.chosen().flatMap((index) => venue?.seats[index]?.id ?? []);
    if (busy() || token === null || seatIds.length === 0) return;
    setBusy(true);
    setProblem(undefined);
    setOffered([]);
    setOrphans([]);
    announce(t('seats.holding'));
    const replaces = context.replaces();
    const seats = [...seatIds.toSorted(), replaces ?? ''].join();
    if (asked?.seats !== seats) asked = { requestId: crypto.randomUUID(), seats };
    const held = await lockSeats({
      eventId,
      seatIds,
      requestId: asked.requestId,
      admissionToken: token,
      ...(replaces === null ? {} : { replaces }),
    });
    if (!held.ok) {
      setBusy(false);
      return fail(held.problem, seatIds);
    }
    const { holdId } = held.data;
    keepAttempt(accountId, eventId, { holdId, bookingId: null, seatIds });
    const booking = await createBooking(holdId);
    setBusy(false);
    if (!booking.ok) return fail(booking.problem, seatIds);
    keepAttempt(accountId, eventId, { holdId, bookingId: booking.data.bookingId, seatIds });
    context.done(booking.data.bookingId);
  };
  return {
    busy,
    problem,
    offered,
    orphans,
    hold,
    takeOffered: () => {
      store.choose(offered());
      setOffered([]);
      setOrphans([]);
      void hold();
    },
    clear: () => {
      setProblem(undefined);
      setOffered([]);
      setOrphans([]);
      asked = null;
    },
  };
}
