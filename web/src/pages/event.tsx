import { createSignal, For, onCleanup, Show, type JSX } from 'solid-js';
import { serverNow } from '../api/clock.ts';
import { getEvent } from '../api/events.ts';
import { session } from '../api/session.ts';
import type { SaleEvent } from '../api/types.ts';
import { EventArt } from '../components/event-art.tsx';
import { createFetched } from '../components/fetched.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useTitle } from '../components/title.ts';
import { formatUntil } from '../format/time.ts';
import { money } from '../format/price.ts';
import { dateTime } from '../format/words.ts';
import { localeTag, t } from '../i18n/index.ts';
import { usePathParams } from '../router/routes.tsx';
import '../styles/events.css';

/** One event: what, where, when, for how much, under which rules, and the way into the queue. */
export default function EventPage(): JSX.Element {
  const params = usePathParams();
  const event = createFetched(() => params.id ?? '', getEvent);
  useTitle(() => event.data()?.name ?? t('home.events'));
  return (
    <>
      <Show when={event.problem()}>
        {(problem) => (
          <div class="column stack">
            <h1 class="visually-hidden">{t('problem.title')}</h1>
            <ProblemNotice problem={problem()} retry={event.reload}>
              <a class="button button--quiet" href="/">
                {t('allEvents')}
              </a>
            </ProblemNotice>
          </div>
        )}
      </Show>
      <Show
        when={event.data()}
        fallback={
          <Show when={!event.problem()}>
            <div class="skeleton event-hero--empty" />
          </Show>
        }
      >
        {(data) => <Details event={data()} />}
      </Show>
    </>
  );
}

function Details(props: { event: SaleEvent }): JSX.Element {
  return (
    <article class="event-page">
      <header class="event-hero">
        <EventArt seed={props.event.id} class="event-hero__art" />
        <div class="event-hero__text">
          <h1>{props.event.name}</h1>
          <p>
            {props.event.venue.name}, {props.event.venue.city}
          </p>
        </div>
      </header>
      <div class="event-columns">
        <div class="stack stack--loose">
          <p class="event-page__description">{props.event.description}</p>
          <dl class="event-times">
            <div>
              <dt>{t('event.when')}</dt>
              <dd>{dateTime(props.event.startsAt, props.event.timeZone)}</dd>
            </div>
            <div>
              <dt>{t('event.saleOpens')}</dt>
              <dd>{dateTime(props.event.opensAt, props.event.timeZone)}</dd>
            </div>
            <div>
              <dt>{t('event.saleCloses')}</dt>
              <dd>{dateTime(props.event.closesAt, props.event.timeZone)}</dd>
            </div>
          </dl>
          <Rules event={props.event} />
        </div>
        <aside class="card stack event-buy" aria-label={t('event.prices')}>
          <h2>{t('event.prices')}</h2>
          <ul class="price-list">
            <For each={props.event.categories}>
              {(category) => (
                <li>
                  <span class="swatch" style={{ background: category.color }} aria-hidden="true" />
                  <span>{category.name}</span>
                  <strong class="numbers">{money(category.price)}</strong>
                </li>
              )}
            </For>
          </ul>
          <p class="small muted">{t('event.allIn')}</p>
          <Way event={props.event} />
        </aside>
      </div>
    </article>
  );
}

/** The way in: a countdown before opening, the queue, or that it is over. */
function Way(props: { event: SaleEvent }): JSX.Element {
  const [now, setNow] = createSignal(serverNow());
  const timer = window.setInterval(() => setNow(serverNow()), 1000);
  onCleanup(() => window.clearInterval(timer));
  const opensAt = (): number => Date.parse(props.event.opensAt);
  const ended = (): boolean => now() >= Date.parse(props.event.closesAt);
  return (
    <Show when={!ended()} fallback={<p class="notice">{t('event.ended')}</p>}>
      <Show when={now() < opensAt()}>
        <p class="row row--apart">
          <span class="muted">{t('event.opensIn')}</span>
          <strong class="numbers">{formatUntil(localeTag(), opensAt() - now())}</strong>
        </p>
      </Show>
      <a class="button button--large button--wide" href={`/events/${props.event.id}/queue?join=1`}>
        {now() < opensAt() ? t('event.lobby') : t('event.join')}
      </a>
      <p class="small muted">{session() ? t('event.joinHint') : t('event.joinSignIn')}</p>
      <Show when={props.event.rules.requireVerifiedEmail && session()?.emailVerified === false}>
        <a class="small" href={`/verify-email?next=/events/${props.event.id}`}>
          {t('event.verify')}
        </a>
      </Show>
      <a class="button button--plain" href={`/events/${props.event.id}/seats`}>
        {t('event.map')}
      </a>
      <Show when={session()?.role === 'organiser'}>
        <a class="small" href={`/events/${props.event.id}/organiser`}>
          {t('event.organiser')}
        </a>
      </Show>
    </Show>
  );
}

function Rules(props: { event: SaleEvent }): JSX.Element {
  const rules = () => props.event.rules;
  const minutes = (seconds: number): number => Math.round(seconds / 6) / 10;
  return (
    <section class="stack">
      <h2>{t('event.rules')}</h2>
      <dl class="rules">
        <div>
          <dt>{t('event.limit')}</dt>
          <dd>{t('event.limitText', { count: rules().seatsPerAccount })}</dd>
        </div>
        <div>
          <dt>{t('event.order')}</dt>
          <dd>
            {t(`event.order.${rules().lobby}`)}{' '}
            <a href={`/events/${props.event.id}/fairness`}>{t('event.check')}</a>
          </dd>
        </div>
        <Show when={rules().requireVerifiedEmail}>
          <div>
            <dt>{t('event.verified')}</dt>
            <dd>{t('event.verifiedText')}</dd>
          </div>
        </Show>
        <div>
          <dt>{t('event.pace')}</dt>
          <dd>
            {t('event.paceText', {
              count: rules().admission.batchSize,
              seconds: rules().admission.everySeconds,
            })}
          </dd>
        </div>
        <div>
          <dt>{t('event.turn')}</dt>
          <dd>
            {t('event.turnText', {
              claim: minutes(rules().admission.claimWindowSeconds),
              session: minutes(rules().admission.sessionSeconds),
            })}
          </dd>
        </div>
        <div>
          <dt>{t('event.hold')}</dt>
          <dd>{t('event.holdText', { count: minutes(rules().holdSeconds) })}</dd>
        </div>
      </dl>
    </section>
  );
}
