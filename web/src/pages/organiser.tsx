import { createEffect, onCleanup, Show, type JSX } from 'solid-js';
import { getEvent } from '../api/events.ts';
import { getDesk, setPaused, type SaleDesk } from '../api/organiser.ts';
import { createFetched } from '../components/fetched.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useTitle } from '../components/title.ts';
import { t } from '../i18n/index.ts';
import { CommandForm } from '../organiser/command-form.tsx';
import { RefundForm } from '../organiser/refund-form.tsx';
import { Audit, Summary, Troubles } from '../organiser/summary.tsx';
import { usePathParams } from '../router/routes.tsx';

/** Between two looks at the sale, ms; the server counts it anew every few seconds at most. */
const LOOK_MS = 5_000;

/** A sale as its organiser looks after it: figures, what needs a person, pause, refunds, and what was done. */
export default function Organiser(): JSX.Element {
  const params = usePathParams();
  const eventId = (): string => params.id ?? '';
  const event = createFetched(eventId, getEvent);
  const desk = createFetched(eventId, getDesk);
  useTitle(() => t('organiser.title'));
  const timer = window.setInterval(() => desk.reload(), LOOK_MS);
  onCleanup(() => window.clearInterval(timer));
  // Nothing is asked again and again of one who may not ask.
  createEffect(() => {
    if ((desk.problem()?.status ?? 0) >= 400) window.clearInterval(timer);
  });
  return (
    <section class="column stack">
      <header class="stack stack--tight">
        <a class="small" href={`/events/${eventId()}`}>
          {event.data()?.name ?? ' '}
        </a>
        <h1>{t('organiser.title')}</h1>
      </header>
      <Show when={desk.problem()}>
        {(problem) => <ProblemNotice problem={problem()} retry={desk.reload} />}
      </Show>
      <Show
        when={desk.data()}
        fallback={
          <Show when={!desk.problem()}>
            <div class="skeleton booking-card--empty" />
          </Show>
        }
      >
        {(data) => (
          <Desk
            desk={data()}
            eventId={eventId()}
            timeZone={event.data()?.timeZone ?? 'UTC'}
            changed={desk.reload}
          />
        )}
      </Show>
    </section>
  );
}

function Desk(props: {
  desk: SaleDesk;
  eventId: string;
  timeZone: string;
  changed: () => void;
}): JSX.Element {
  const paused = (): boolean => props.desk.summary.paused;
  return (
    <>
      <p>
        <span class={`pill ${paused() ? 'pill--warn' : 'pill--good'}`}>
          {paused() ? t('organiser.paused') : t('organiser.on')}
        </span>
      </p>
      <Troubles troubles={props.desk.troubles} />
      <Summary summary={props.desk.summary} />
      <CommandForm
        title={paused() ? t('organiser.resume') : t('organiser.pause')}
        text={paused() ? t('organiser.resumeText') : t('organiser.pauseText')}
        button={paused() ? t('organiser.resume') : t('organiser.pause')}
        send={(command) => setPaused(props.eventId, !paused(), command)}
        done={props.changed}
      />
      <RefundForm eventId={props.eventId} changed={props.changed} />
      <Audit actions={props.desk.actions} timeZone={props.timeZone} />
    </>
  );
}
