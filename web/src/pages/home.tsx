import { For, Show, type JSX } from 'solid-js';
import { listEvents } from '../api/events.ts';
import type { SaleEvent } from '../api/types.ts';
import { EventArt } from '../components/event-art.tsx';
import { createFetched } from '../components/fetched.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useTitle } from '../components/title.ts';
import { calendarLeaf } from '../format/time.ts';
import { money } from '../format/price.ts';
import { day, time } from '../format/words.ts';
import { localeTag, t } from '../i18n/index.ts';
import '../styles/events.css';

/** All events. */
export default function Home(): JSX.Element {
  useTitle(() => t('home.events'));
  const events = createFetched(() => '', listEvents);
  return (
    <div class="stack stack--loose">
      <header class="home__intro">
        <h1>{t('home.title')}</h1>
        <p class="home__lede">{t('home.lede')}</p>
      </header>
      <Show when={events.problem()}>
        {(problem) => <ProblemNotice problem={problem()} retry={events.reload} />}
      </Show>
      <section aria-label={t('home.events')}>
        <Show
          when={events.data()}
          fallback={
            <Show when={!events.problem()}>
              <ul class="event-grid" aria-hidden="true">
                <For each={[0, 1, 2]}>{() => <li class="skeleton event-card--empty" />}</For>
              </ul>
            </Show>
          }
        >
          {(data) => (
            <ul class="event-grid">
              <For each={data().events} fallback={<li class="muted">{t('home.empty')}</li>}>
                {(event) => <EventCard event={event} />}
              </For>
            </ul>
          )}
        </Show>
      </section>
    </div>
  );
}

function lowestPrice(event: SaleEvent): string {
  const prices = event.categories.map((category) => category.price);
  const lowest = prices.toSorted((a, b) => a.amount - b.amount)[0];
  return lowest ? t('home.from', { price: money(lowest) }) : '';
}

function EventCard(props: { event: SaleEvent }): JSX.Element {
  const leaf = () =>
    calendarLeaf(localeTag(), Date.parse(props.event.startsAt), props.event.timeZone);
  return (
    <li class="event-card">
      <div class="event-card__art">
        <EventArt seed={props.event.id} />
        <div class="leaf" aria-hidden="true">
          <span class="leaf__month">{leaf().month}</span>
          <span class="leaf__day">{leaf().day}</span>
        </div>
      </div>
      <div class="event-card__body">
        <SalePill event={props.event} />
        <h2>
          <a class="event-card__link" href={`/events/${props.event.id}`}>
            {props.event.name}
          </a>
        </h2>
        <p class="muted">
          {day(props.event.startsAt, props.event.timeZone)} · {props.event.venue.name},{' '}
          {props.event.venue.city}
        </p>
        <p class="event-card__price">{lowestPrice(props.event)}</p>
      </div>
    </li>
  );
}

/** When the sale opens, short enough for a card. */
function saleTime(event: SaleEvent): string {
  return `${day(event.opensAt, event.timeZone)}, ${time(event.opensAt, event.timeZone)}`;
}

/** Whether the sale is on, in a word. */
function SalePill(props: { event: SaleEvent }): JSX.Element {
  const tone = (): string =>
    ({ on_sale: 'pill--good', upcoming: 'pill--accent', ended: '' })[props.event.sale];
  return (
    <span class={`pill ${tone()}`}>
      {props.event.sale === 'upcoming'
        ? t('sale.upcoming', { when: saleTime(props.event) })
        : t(`sale.${props.event.sale}`)}
    </span>
  );
}
