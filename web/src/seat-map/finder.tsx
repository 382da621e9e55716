import { createEffect, createMemo, createUniqueId, For, on, Show, type JSX } from 'solid-js';
import { serverNow } from '../api/clock.ts';
import type { FoundAnswer } from '../api/types.ts';
import { SoonDialog } from '../checkout/soon-dialog.tsx';
import { DIALOG_MS } from '../checkout/timer.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { money } from '../format/price.ts';
import { formatCountdown } from '../format/time.ts';
import { t } from '../i18n/index.ts';
import { useSecond } from '../live/live-badge.tsx';
import { TEST_IDS } from '../test-ids.ts';
import { Existing } from './existing.tsx';
import type { SeatStore } from './seat-store.ts';
import { isStanding, notesOf, seatNames } from './use-finder.ts';
import type { Finder, Wanted } from './use-finder.ts';
import type { Venue } from './venue.ts';

interface Parts {
  finder: Finder;
  store: SeatStore;
  venue: Venue;
}

/** Best available: a party and a price, and what was found for them. */
export function FindSeats(
  props: Parts & { limit: number; accountId: string; eventId: string; sizeId: string },
): JSX.Element {
  const problem = () => props.finder.problem();
  // What had the focus is gone with what was found: it goes back to where one asks again.
  createEffect(
    on(props.finder.found, (found, before) => {
      if (found || !before || document.activeElement !== document.body) return;
      document.getElementById(props.sizeId)?.focus();
    }),
  );
  return (
    <section class="card find stack" aria-labelledby={`${props.sizeId}-title`}>
      <h2 class="find__title" id={`${props.sizeId}-title`}>
        {t('find.title')}
      </h2>
      <Wish {...props} />
      <Show when={problem()?.code === 'none_left'}>
        <p class="notice notice--warn" role="alert">
          {t(props.finder.found() ? 'find.noOthers' : 'find.none')}
        </p>
      </Show>
      <Show when={problem()?.code === 'none_left' ? undefined : problem()}>
        {(met) => (
          <ProblemNotice
            problem={met()}
            {...(met().status === 0 || met().status >= 500
              ? { retry: () => void props.finder.find() }
              : {})}
          >
            <Show when={met().code === 'hold_exists'}>
              <Existing
                accountId={props.accountId}
                eventId={props.eventId}
                released={() => void props.finder.find()}
              />
            </Show>
          </ProblemNotice>
        )}
      </Show>
      <Show when={props.finder.found()}>{(found) => <Result {...props} found={found()} />}</Show>
    </section>
  );
}

function Wish(props: Parts & { limit: number; sizeId: string }): JSX.Element {
  const bandId = createUniqueId();
  const sizes = createMemo(() => Array.from({ length: props.limit }, (_, index) => index + 1));
  return (
    <form
      class="find__wish"
      onSubmit={(event) => {
        event.preventDefault();
        void props.finder.find();
      }}
    >
      <div class="field">
        <label class="field__label" for={props.sizeId}>
          {t('find.size')}
        </label>
        <select
          class="field__input"
          id={props.sizeId}
          onChange={(event) => props.finder.setSize(Number(event.currentTarget.value))}
        >
          <For each={sizes()}>
            {(size) => (
              <option value={size} selected={size === props.finder.size()}>
                {size}
              </option>
            )}
          </For>
        </select>
      </div>
      <div class="field">
        <label class="field__label" for={bandId}>
          {t('find.band')}
        </label>
        <select
          class="field__input"
          id={bandId}
          onChange={(event) => props.finder.setWanted(event.currentTarget.value as Wanted)}
        >
          <option value="" selected={props.finder.wanted() === ''}>
            {t('find.any')}
          </option>
          <For each={choicesOf(props.venue)}>
            {(choice) => (
              <option value={choice.wanted} selected={props.finder.wanted() === choice.wanted}>
                {choice.words}
              </option>
            )}
          </For>
        </select>
      </div>
      <button type="submit" class="button find__go" aria-disabled={props.finder.busy()}>
        {props.finder.busy() ? t('find.finding') : t('find.go')}
      </button>
    </form>
  );
}

/** Bands that have seats, then standing areas by their names; each with its price. */
function choicesOf(venue: Venue): { wanted: Wanted; words: string }[] {
  const price = (categoryId: string): string => {
    const category = venue.categories.get(categoryId);
    return category ? money(category.price) : '';
  };
  const seated = new Set(
    venue.sections.filter((section) => !section.standing).map((section) => section.categoryId),
  );
  const bands = [...venue.categories.values()].filter((category) => seated.has(category.id));
  const areas = venue.sections.filter((section) => section.standing);
  return [
    ...bands.map(({ id, name }) => ({
      wanted: `band:${id}` as const,
      words: t('find.bandChoice', { band: name, price: price(id) }),
    })),
    ...areas.map(({ id, name, categoryId }) => ({
      wanted: `area:${id}` as const,
      words: t('find.areaChoice', { area: name, price: price(categoryId) }),
    })),
  ];
}

function Result(props: Parts & { found: FoundAnswer; eventId: string }): JSX.Element {
  const now = useSecond();
  const left = (): number => {
    now();
    return Date.parse(props.found.expiresAt) - serverNow();
  };
  createEffect(() => {
    if (left() <= 0) props.finder.ended();
  });
  return (
    <div class="find__result stack">
      <p class="row row--apart">
        <strong>{t('find.yours')}</strong>
        <span class="numbers small">{t('find.time', { time: formatCountdown(left()) })}</span>
      </p>
      <ul class="find__seats" data-testid={TEST_IDS.foundSeats}>
        <For each={seatNames(props.found.seatIds, props.store)}>{(name) => <li>{name}</li>}</For>
      </ul>
      <For each={notesOf(props.found, props.store)}>{(note) => <p class="small">{note}</p>}</For>
      <p class="row row--apart">
        <span>{t('seats.total')}</span>
        <strong class="numbers find__total">{money(props.found.total)}</strong>
      </p>
      <div class="find__ways">
        <button type="button" class="button" onClick={() => void props.finder.goOn()}>
          {t('find.pay')}
        </button>
        <Show when={!isStanding(props.found, props.store)}>
          <button
            type="button"
            class="button button--quiet"
            aria-disabled={props.finder.busy()}
            onClick={() => void props.finder.others()}
          >
            {t('find.others')}
          </button>
        </Show>
        <button
          type="button"
          class="button button--plain"
          onClick={() => void props.finder.giveBack()}
        >
          {t('find.giveBack')}
        </button>
      </div>
      <SoonDialog
        show={left() > 0 && left() <= DIALOG_MS}
        hold={{ ...props.found, eventId: props.eventId, extendable: true }}
        go={t('find.goOn')}
        update={props.finder.extended}
      />
    </div>
  );
}
