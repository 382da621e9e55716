import {
  createEffect,
  createMemo,
  createSignal,
  createUniqueId,
  For,
  Show,
  type JSX,
} from 'solid-js';
import { serverNow } from '../api/clock.ts';
import { knownEvent } from '../api/events.ts';
import { keptAdmission } from '../api/kept.ts';
import { session } from '../api/session.ts';
import { createFetched } from '../components/fetched.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useTitle } from '../components/title.ts';
import { formatCountdown } from '../format/time.ts';
import { money } from '../format/price.ts';
import { t } from '../i18n/index.ts';
import { LiveBadge, useSecond } from '../live/live-badge.tsx';
import { useLive } from '../live/live.ts';
import { isCalled } from '../live/state.ts';
import { FindSeats } from '../seat-map/finder.tsx';
import { SeatList } from '../seat-map/seat-list.tsx';
import { SeatMap } from '../seat-map/seat-map.tsx';
import { createSeatStore, type SeatStore } from '../seat-map/seat-store.ts';
import { Summary } from '../seat-map/summary.tsx';
import { useFinder } from '../seat-map/use-finder.ts';
import { useHold } from '../seat-map/use-hold.ts';
import type { Venue } from '../seat-map/venue.ts';
import { navigate } from '../router/address.ts';
import { usePathParams } from '../router/routes.tsx';
import '../styles/seats.css';
import '../styles/seat-map.css';
import '../styles/find.css';

/** Map and list of one event's seats; choosing is for those who are inside. */
export default function Seats(): JSX.Element {
  const params = usePathParams();
  return (
    <Show when={params.id} keyed>
      {(eventId) => (
        <Show when={session()?.user.id ?? 'guest'} keyed>
          {(accountId) => <Inside eventId={eventId} accountId={accountId} />}
        </Show>
      )}
    </Show>
  );
}

function Inside(props: { eventId: string; accountId: string }): JSX.Element {
  const event = createFetched(() => props.eventId, knownEvent);
  const live = useLive(props.eventId);
  const now = useSecond();
  const store = createSeatStore(props.eventId, live);
  const pass = createMemo(() => {
    now();
    const heard = live.state().admission;
    const at = serverNow();
    if (heard && heard.until > at) return heard;
    return keptAdmission(props.accountId, props.eventId, at);
  });
  const buying = {
    accountId: props.accountId,
    eventId: props.eventId,
    store,
    admissionToken: () => pass()?.token ?? null,
    done: (bookingId: string) => navigate(`/checkout/${bookingId}`),
  };
  const limit = (): number => event.data()?.rules.seatsPerAccount ?? 1;
  const finder = useFinder({ ...buying, limit });
  const holding = useHold({ ...buying, replaces: finder.heldId });
  const sizeId = createUniqueId();
  const toArea = (section: string): void => {
    finder.setWanted(`area:${section}`);
    document.getElementById(sizeId)?.focus();
  };
  createEffect(() => {
    if (isCalled(live.state()) && document.visibilityState === 'visible') live.claim();
  });
  useTitle(() => t(pass() ? 'seats.title' : 'seats.look'));
  return (
    <section class="seats stack">
      <header class="row row--apart seats__head">
        <div>
          <a class="small" href={`/events/${props.eventId}`}>
            {event.data()?.name ?? ' '}
          </a>
          <h1 class="seats__title">{t(pass() ? 'seats.title' : 'seats.look')}</h1>
        </div>
        <div class="seats__state">
          <LiveBadge state={{ ...live.state(), heardAt: store.freshAt() }} now={now()} />
          <Show when={pass()}>
            {(inside) => (
              <span class="small">
                <span class="muted">{t('seats.inside')}</span>{' '}
                <strong class="numbers">{formatCountdown(inside().until - serverNow())}</strong>
              </span>
            )}
          </Show>
        </div>
      </header>
      <p class="small muted">
        <Show when={event.data()}>
          {(data) => <>{t('seats.limit', { count: data().rules.seatsPerAccount })}</>}
        </Show>{' '}
        <Show when={live.state().connection !== 'live' && store.venue()}>
          {live.state().connection === 'connecting' ? '' : t('seats.notLive')}
        </Show>
      </p>
      <Show when={store.problem()}>
        {(problem) => <ProblemNotice problem={problem()} retry={store.reload} />}
      </Show>
      <Show
        when={store.venue()}
        keyed
        fallback={
          <Show when={!store.problem()}>
            <div class="skeleton seats__empty" />
          </Show>
        }
      >
        {(venue) => (
          <Plan
            store={store}
            venue={venue}
            onArea={pass() ? toArea : null}
            found={finder.found() !== undefined}
            finder={
              <Show when={pass() && event.data()}>
                <FindSeats
                  finder={finder}
                  store={store}
                  venue={venue}
                  limit={limit()}
                  accountId={props.accountId}
                  eventId={props.eventId}
                  sizeId={sizeId}
                />
              </Show>
            }
          >
            <Summary
              store={store}
              venue={venue}
              holding={holding}
              limit={limit()}
              blocked={
                pass() ? null : (
                  <NotInside
                    eventId={props.eventId}
                    checking={live.state().standing === 'admitted'}
                  />
                )
              }
              accountId={props.accountId}
              eventId={props.eventId}
            />
          </Plan>
        )}
      </Show>
    </section>
  );
}

function NotInside(props: { eventId: string; checking: boolean }): JSX.Element {
  return (
    <div class="stack stack--tight">
      <p class="small muted">{props.checking ? t('seats.checking') : t('seats.lookText')}</p>
      <a class="button button--wide" href={`/events/${props.eventId}/queue`}>
        {t('seats.toQueue')}
      </a>
    </div>
  );
}

/** Finder, filter, list, map and summary, in the order of the keyboard. */
function Plan(props: {
  store: SeatStore;
  venue: Venue;
  /** Null while nothing may be held. */
  onArea: ((section: string) => void) | null;
  finder: JSX.Element;
  /** Seats were found and are held. */
  found: boolean;
  children: JSX.Element;
}): JSX.Element {
  const [view, setView] = createSignal<'list' | 'map'>('map');
  return (
    <div class="plan" data-view={view()} data-found={props.found ? '' : undefined}>
      <div class="plan__finder">{props.finder}</div>
      <div class="plan__filter row">
        <Bands store={props.store} venue={props.venue} />
        <fieldset class="segments plan__views" aria-label={t('seats.view')}>
          <button type="button" aria-pressed={view() === 'list'} onClick={() => setView('list')}>
            {t('seats.viewList')}
          </button>
          <button type="button" aria-pressed={view() === 'map'} onClick={() => setView('map')}>
            {t('seats.viewMap')}
          </button>
        </fieldset>
      </div>
      <div class="plan__list">
        <SeatList store={props.store} venue={props.venue} onArea={props.onArea} />
      </div>
      <div class="plan__map">
        <SeatMap
          store={props.store}
          venue={props.venue}
          onArea={(section) => props.onArea?.(section)}
        />
        <Legend />
      </div>
      <div class="plan__summary">{props.children}</div>
    </div>
  );
}

function Bands(props: { store: SeatStore; venue: Venue }): JSX.Element {
  return (
    <fieldset class="bands" aria-label={t('seats.band')}>
      <button
        type="button"
        class="chip"
        aria-pressed={props.store.filter() === null}
        onClick={() => props.store.setFilter(null)}
      >
        {t('seats.bandAll')}
      </button>
      <For each={[...props.venue.categories.values()]}>
        {(category) => (
          <button
            type="button"
            class="chip"
            aria-pressed={props.store.filter() === category.id}
            onClick={() =>
              props.store.setFilter(props.store.filter() === category.id ? null : category.id)
            }
          >
            <span class="swatch" style={{ background: category.color }} aria-hidden="true" />
            {category.name} <span class="numbers">{money(category.price)}</span>
          </button>
        )}
      </For>
    </fieldset>
  );
}

function Legend(): JSX.Element {
  return (
    <ul class="legend small muted" aria-label={t('seats.legend')}>
      <li>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <circle cx="8" cy="8" r="6" fill="currentColor" />
        </svg>
        {t('seats.status.available')}
      </li>
      <li>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <rect x="1.5" y="1.5" width="13" height="13" fill="var(--seat-own)" />
          <path d="M4.5 8.5l2.5 2.5 4.5-5.5" fill="none" stroke="var(--surface)" stroke-width="2" />
        </svg>
        {t('seats.status.chosen')}
      </li>
      <li>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <circle cx="8" cy="8" r="4.5" fill="none" stroke="currentColor" stroke-width="2" />
        </svg>
        {t('seats.status.held')}
      </li>
      <li>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M5 5l6 6m0-6l-6 6" stroke="currentColor" stroke-width="1.8" />
        </svg>
        {t('seats.status.sold')}
      </li>
    </ul>
  );
}
