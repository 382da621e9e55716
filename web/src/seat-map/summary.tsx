import { createMemo, For, Show, type JSX } from 'solid-js';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { money } from '../format/price.ts';
import { t } from '../i18n/index.ts';
import { TEST_IDS } from '../test-ids.ts';
import { Existing } from './existing.tsx';
import type { SeatStore } from './seat-store.ts';
import type { Holding } from './use-hold.ts';
import { totalOf, type Venue } from './venue.ts';

/** The chosen seats, their total, and the button that holds them. */
export function Summary(props: {
  store: SeatStore;
  venue: Venue;
  holding: Holding;
  limit: number;
  /** Why holding is not possible now; null when it is. */
  blocked: JSX.Element;
  accountId: string;
  eventId: string;
}): JSX.Element {
  const chosen = () => props.store.chosen();
  const total = createMemo(() => totalOf(props.venue, chosen()));
  const tooMany = (): boolean => chosen().length > props.limit;
  const label = (index: number): string => props.venue.seats[index]?.label ?? '';
  const offeredWords = (): string =>
    props.holding
      .offered()
      .map((index) => label(index))
      .join('; ');
  return (
    <section
      class="card summary stack"
      aria-label={t('seats.summary')}
      data-empty={chosen().length === 0 ? '' : undefined}
    >
      <h2 class="summary__title">{t('seats.summary')}</h2>
      <ul class="summary__seats">
        <For
          each={chosen()}
          fallback={<li class="muted small summary__none">{t('seats.none')}</li>}
        >
          {(index) => (
            <li>
              <span>{label(index)}</span>
              <button
                type="button"
                class="summary__remove"
                aria-label={t('seats.remove', { seat: label(index) })}
                onClick={() => props.store.toggle(index)}
              >
                ×
              </button>
            </li>
          )}
        </For>
      </ul>
      <Show when={props.store.lost().length > 0}>
        <div class="notice notice--warn" role="alert">
          <p>{t('seats.lost', { count: props.store.lost().length })}</p>
          <Show when={props.holding.offered().length > 0}>
            <button type="button" class="button" onClick={() => props.holding.takeOffered()}>
              {t('seats.takeOthers', {
                count: props.holding.offered().length,
                seats: offeredWords(),
              })}
            </button>
          </Show>
        </div>
      </Show>
      <Show when={props.holding.orphans().length > 0}>
        <div class="notice notice--warn" role="alert">
          <p>
            {t('seats.orphans', {
              count: props.holding.orphans().length,
              seats: props.holding
                .orphans()
                .map((index) => label(index))
                .join('; '),
            })}
          </p>
          <button type="button" class="button" onClick={() => props.holding.takeOffered()}>
            {t('seats.takeOthers', {
              count: props.holding.offered().length,
              seats: offeredWords(),
            })}
          </button>
        </div>
      </Show>
      <Show when={props.holding.problem()}>
        {(problem) => (
          <ProblemNotice
            problem={problem()}
            {...(problem().status === 0 || problem().status >= 500
              ? { retry: () => void props.holding.hold() }
              : {})}
          >
            <Show when={problem().code === 'hold_exists'}>
              <Existing
                accountId={props.accountId}
                eventId={props.eventId}
                released={() => props.holding.clear()}
              />
            </Show>
            <Show when={['not_admitted', 'admission_expired'].includes(problem().code)}>
              <a class="button" href={`/events/${props.eventId}/queue`}>
                {t('seats.toQueue')}
              </a>
            </Show>
          </ProblemNotice>
        )}
      </Show>
      <Show when={tooMany()}>
        <p class="notice notice--warn" role="alert">
          {t('seats.tooMany', { count: props.limit })}
        </p>
      </Show>
      <p class="row row--apart summary__total">
        <span>{t('seats.total')}</span>
        <strong class="numbers" data-testid={TEST_IDS.summaryTotal}>
          {total() ? money(total() ?? { amount: 0, currency: 'INR' }) : '–'}
        </strong>
      </p>
      <Show when={!props.blocked} fallback={props.blocked}>
        <button
          type="button"
          class="button button--large button--wide"
          data-testid={TEST_IDS.holdButton}
          disabled={chosen().length === 0 || tooMany()}
          aria-disabled={props.holding.busy()}
          onClick={() => void props.holding.hold()}
        >
          {holdWords(props.holding.busy(), chosen().length)}
        </button>
      </Show>
    </section>
  );
}

function holdWords(busy: boolean, count: number): string {
  if (busy) return t('seats.holding');
  return count === 0 ? t('seats.holdNone') : t('seats.hold', { count });
}
