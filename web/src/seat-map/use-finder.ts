import { createEffect, createSignal, on, type Accessor } from 'solid-js';
import { createBooking } from '../api/bookings.ts';
import { keepAdmission, keepAttempt, keepFound, keptAttempt, keptFound } from '../api/kept.ts';
import type { Problem } from '../api/problem.ts';
import { findSeats, releaseHold } from '../api/seats.ts';
import type { BestRequest, FoundAnswer } from '../api/types.ts';
import { announce } from '../components/announce.ts';
import { problemWords } from '../components/problem-notice.tsx';
import { t } from '../i18n/index.ts';
import type { SeatStore } from './seat-store.ts';
import { UNSURE } from './use-hold.ts';

/** What may be asked for: nothing in particular, `band:ID` or `area:ID`. */
export type Wanted = '' | `band:${string}` | `area:${string}`;

/** Finding and holding the best seats for a party. */
export interface Finder {
  size: Accessor<number>;
  setSize: (size: number) => void;
  wanted: Accessor<Wanted>;
  setWanted: (wanted: Wanted) => void;
  busy: Accessor<boolean>;
  problem: Accessor<Problem | undefined>;
  /** What was found and is held; undefined when nothing is. */
  found: Accessor<FoundAnswer | undefined>;
  /** Asks for the best there is; what is held already is given up for it. */
  find: () => Promise<void>;
  /** Asks for others than this hold had so far; the first stay held until they are. */
  others: () => Promise<void>;
  /** Makes the booking and goes on to pay for it. */
  goOn: () => Promise<void>;
  giveBack: () => Promise<void>;
  /** The hold's time is over. */
  ended: () => void;
  /** The hold lasts longer: until this time. */
  extended: (expiresAt: string) => void;
  /** The hold that other seats would take the place of, or null. */
  heldId: () => string | null;
}

/** The hold is gone, and with it what was to be replaced. */
const GONE = new Set(['hold_not_found', 'hold_expired', 'order_closed']);

/** Finds seats; `done` gets the booking's id. */
export function useFinder(context: {
  accountId: string;
  eventId: string;
  store: SeatStore;
  admissionToken: () => string | null;
  /** Most seats that one person may have. */
  limit: () => number;
  done: (bookingId: string) => void;
}): Finder {
  const { accountId, eventId, store } = context;
  const [people, setPeople] = createSignal(2);
  const size = (): number => Math.min(people(), context.limit());
  const [wanted, setWanted] = createSignal<Wanted>('');
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem>();
  const [found, setFound] = createSignal(keptFound(accountId, eventId));
  /** A wish whose outcome is not known yet; asking again must carry the same `requestId`. */
  let asked: { wish: string; requestId: string } | null = null;

  createEffect(
    on([found, store.venue], ([hold, venue]) =>
      store.setMine((hold?.seatIds ?? []).flatMap((id) => venue?.indexOf.get(id) ?? [])),
    ),
  );
  const keep = (hold: FoundAnswer | undefined): void => {
    setFound(hold);
    keepFound(accountId, eventId, hold);
  };
  const heldId = (): string | null => {
    const hold = found();
    if (hold) return hold.holdId;
    // Held by hand, and not made a booking: this device still knows.
    const kept = keptAttempt(accountId, eventId);
    return kept && kept.bookingId === null ? kept.holdId : null;
  };
  /** What is not there any more on the server is forgotten here too. */
  const forgetIfGone = (met: Problem): boolean => {
    if (!GONE.has(met.code)) return false;
    keep(undefined);
    return true;
  };
  const ask = async (others: boolean, replaces: string | null): Promise<void> => {
    const admissionToken = context.admissionToken();
    if (admissionToken === null) return;
    const [kind, id] = wanted().split(':');
    const wish: Omit<BestRequest, 'requestId'> = {
      eventId,
      size: size(),
      ...(kind === 'band' && id ? { categoryId: id } : {}),
      ...(kind === 'area' && id ? { section: id } : {}),
      ...(replaces === null ? {} : { replaces }),
      ...(others ? { others } : {}),
    };
    const words = JSON.stringify(wish);
    if (asked?.wish !== words) asked = { wish: words, requestId: crypto.randomUUID() };
    const answer = await findSeats({ ...wish, requestId: asked.requestId }, admissionToken);
    if (answer.ok || !UNSURE.has(answer.problem.code)) asked = null;
    if (answer.ok) {
      keep(answer.data);
      announce(foundWords(answer.data, store));
      return;
    }
    const { code } = answer.problem;
    if (replaces !== null && forgetIfGone(answer.problem)) return ask(false, null);
    if (code === 'not_admitted' || code === 'admission_expired')
      keepAdmission(accountId, eventId, null);
    setProblem(answer.problem);
    announce(problemWords(answer.problem));
  };
  const whileBusy = async (work: () => Promise<void>): Promise<void> => {
    if (busy()) return;
    setBusy(true);
    setProblem(undefined);
    await work();
    setBusy(false);
  };
  return {
    size,
    setSize: (next) => void setPeople(next),
    wanted,
    setWanted: (next) => void setWanted(() => next),
    busy,
    problem,
    found,
    find: () => whileBusy(() => ask(false, heldId())),
    others: () => whileBusy(() => ask(true, heldId())),
    goOn: () =>
      whileBusy(async () => {
        const hold = found();
        if (!hold) return;
        const booking = await createBooking(hold.holdId);
        if (!booking.ok) {
          forgetIfGone(booking.problem);
          setProblem(booking.problem);
          return;
        }
        const { holdId, seatIds } = hold;
        const { bookingId } = booking.data;
        keepAttempt(accountId, eventId, { holdId, bookingId, seatIds });
        context.done(bookingId);
      }),
    giveBack: () =>
      whileBusy(async () => {
        const hold = found();
        if (!hold) return;
        const released = await releaseHold(hold.holdId);
        if (!released.ok && !forgetIfGone(released.problem)) {
          setProblem(released.problem);
          return;
        }
        keep(undefined);
        announce(t('find.givenBack'));
      }),
    ended: () => {
      keep(undefined);
      announce(t('find.ended'));
    },
    extended: (expiresAt) => {
      const hold = found();
      if (hold) keep({ ...hold, expiresAt });
    },
    heldId,
  };
}

/** Labels of seats; places of a standing area only as many as there are, for they are all alike. */
export function seatNames(seatIds: readonly string[], store: SeatStore): string[] {
  const venue = store.venue();
  const indexes = seatIds.flatMap((id) => venue?.indexOf.get(id) ?? []);
  const first = venue?.seats[indexes[0] ?? -1];
  if (!first?.standing) return indexes.map((index) => venue?.seats[index]?.label ?? '');
  const section = venue?.sections.find((each) => each.id === first.section)?.name ?? '';
  return [t('find.places', { section, count: seatIds.length })];
}

/** Together or not, and whom it leaves single: what the fan must know beside the seats. */
export function notesOf(found: FoundAnswer, store: SeatStore): string[] {
  const count = found.seatIds.length;
  const standing = isStanding(found, store);
  const together = found.together ? t('find.together') : t('find.apart', { count });
  const orphans = seatNames(found.orphans, store).join('; ');
  return [
    ...(count > 1 && !standing ? [together] : []),
    ...(orphans === '' ? [] : [t('find.orphans', { count: found.orphans.length, seats: orphans })]),
  ];
}

/** Whether these are places to stand. */
export function isStanding(found: FoundAnswer, store: SeatStore): boolean {
  const venue = store.venue();
  return venue?.seats[venue.indexOf.get(found.seatIds[0] ?? '') ?? -1]?.standing === true;
}

function foundWords(found: FoundAnswer, store: SeatStore): string {
  const seats = seatNames(found.seatIds, store).join('; ');
  return [t('find.held', { seats }), ...notesOf(found, store)].join(' ');
}
