import {
  createEffect,
  createMemo,
  createSignal,
  on,
  onCleanup,
  onMount,
  Show,
  type JSX,
} from 'solid-js';
import { knownEvent } from '../api/events.ts';
import type { Problem } from '../api/problem.ts';
import { joinQueue } from '../api/queue.ts';
import { session } from '../api/session.ts';
import { announce } from '../components/announce.ts';
import { createFetched } from '../components/fetched.ts';
import { ProblemNotice, problemWords } from '../components/problem-notice.tsx';
import { useTitle } from '../components/title.ts';
import { formatNumber } from '../i18n/format-message.ts';
import { localeTag, t } from '../i18n/index.ts';
import { LiveBadge, useSecond } from '../live/live-badge.tsx';
import { useLive, type Live } from '../live/live.ts';
import { fromAnswer } from '../live/position.ts';
import { isCalled } from '../live/state.ts';
import { DrawDetails } from '../queue/draw-terms.tsx';
import { Proof } from '../queue/proof.tsx';
import { Turn, Waiting } from '../queue/standing.tsx';
import { canAskToNotify, useTurnAlert } from '../queue/turn-alert.ts';
import { useLeave } from '../queue/use-leave.ts';
import { TEST_IDS } from '../test-ids.ts';
import { address, dropQuery, navigate, queryValue } from '../router/address.ts';
import { Redirect, usePathParams } from '../router/routes.tsx';
import '../styles/queue.css';

/** What the page shows, in one word. */
type View = 'unknown' | 'none' | 'left' | 'lobby' | 'waiting' | 'called' | 'admitted';

/** The fan's place in one event's queue, live. */
export default function Queue(): JSX.Element {
  const params = usePathParams();
  return (
    <Show
      when={session()?.user.id}
      keyed
      fallback={
        <Redirect
          to={`/sign-in?next=${encodeURIComponent(address().pathname + address().search)}`}
        />
      }
    >
      <Show when={params.id} keyed>
        {(eventId) => <Place eventId={eventId} />}
      </Show>
    </Show>
  );
}

function Place(props: { eventId: string }): JSX.Element {
  const event = createFetched(() => props.eventId, knownEvent);
  const live = useLive(props.eventId);
  const now = useSecond();
  const view = createMemo<View>(() => (isCalled(live.state()) ? 'called' : live.state().standing));
  const join = useJoin(props.eventId, live);
  const leave = useLeave(
    () => props.eventId,
    () => live.feed({ type: 'heard', at: Date.now(), message: { v: 1, type: 'left' } }),
  );
  const isTurn = (): boolean => view() === 'called' || view() === 'admitted';
  useTurnAlert(isTurn);
  useClaim(live, view);
  useAnnouncements(live, view);
  useTitle(() => {
    const { ahead } = live.state();
    if (isTurn()) return t('queue.turnTitle');
    return ahead === null || view() === 'lobby'
      ? t('queue.title')
      : `${formatNumber(localeTag(), ahead)} ${t('queue.ahead', { count: ahead })}`;
  });
  return (
    <section class="column queue stack">
      <header class="stack stack--tight">
        <a class="small" href={`/events/${props.eventId}`}>
          {event.data()?.name ?? ' '}
        </a>
        <h1 data-testid={TEST_IDS.queueStatus} data-status={view()}>
          {statusWords(view())}
        </h1>
      </header>
      <Show when={join.problem()}>
        {(problem) => <ProblemNotice problem={problem()} retry={() => void join.join()} />}
      </Show>
      <Show when={event.problem()}>
        {(problem) => <ProblemNotice problem={problem()} retry={event.reload} />}
      </Show>
      <div class="card queue__card" classList={{ 'queue__card--turn': isTurn() }}>
        <Show when={view() === 'unknown' && !join.problem()}>
          <div class="skeleton queue__empty" />
        </Show>
        <Show when={view() === 'none' || view() === 'left'}>
          <div class="stack turn">
            <p>{view() === 'left' ? t('queue.leftText') : t('queue.noneText')}</p>
            <button
              type="button"
              class="button button--large"
              aria-disabled={join.busy()}
              onClick={() => void join.join()}
            >
              {joinWords(join.busy(), view())}
            </button>
          </div>
        </Show>
        <Show when={view() === 'waiting' || view() === 'lobby'}>
          <Waiting
            state={live.state()}
            now={now()}
            seatCount={event.data()?.seatCount}
            timeZone={event.data()?.timeZone ?? 'UTC'}
          />
          <Show when={view() === 'lobby' && event.data()?.draw}>
            {(terms) => <DrawDetails terms={terms()} />}
          </Show>
        </Show>
        <Show when={isTurn()}>
          <Turn
            state={live.state()}
            now={now()}
            eventId={props.eventId}
            claim={() => live.claim()}
          />
        </Show>
      </div>
      <Show when={live.state().refusal}>
        {(refusal) => (
          <ProblemNotice
            problem={{ status: 0, detail: '', requestId: null, extra: {}, ...refusal() }}
            {...(refusal().code === 'admission_expired' ? { retry: () => void join.join() } : {})}
          />
        )}
      </Show>
      <div class="row row--apart">
        <LiveBadge state={live.state()} now={now()} />
        <Show when={view() === 'waiting' || view() === 'lobby'}>
          <NotifyButton />
        </Show>
      </div>
      <Show when={live.state().replaced}>
        <div class="row">
          <p class="small muted">{t('live.replaced')}</p>
          <button type="button" class="button button--quiet" onClick={() => live.reconnect()}>
            {t('live.continue')}
          </button>
        </div>
      </Show>
      <Show when={leave.problem()}>{(problem) => <ProblemNotice problem={problem()} />}</Show>
      <Show when={live.state().position}>
        <Proof eventId={props.eventId} receipt={live.receipt()} />
        <Leave leave={leave} />
      </Show>
    </section>
  );
}

function statusWords(view: View): string {
  return view === 'unknown' ? t('queue.finding') : t(`queue.status.${view}`);
}

function joinWords(busy: boolean, view: View): string {
  if (busy) return t('queue.joining');
  return view === 'left' ? t('queue.joinAgain') : t('queue.join');
}

function Leave(props: { leave: ReturnType<typeof useLeave> }): JSX.Element {
  return (
    <Show
      when={props.leave.secondsLeft()}
      fallback={
        <div>
          <button type="button" class="button button--quiet" onClick={() => props.leave.leave()}>
            {t('queue.leave')}
          </button>
        </div>
      }
    >
      {(seconds) => (
        <div class="row">
          <output class="numbers">{t('queue.leaving', { count: seconds() })}</output>
          <button
            type="button"
            class="button"
            ref={(button) => window.setTimeout(() => button.focus())}
            onClick={() => props.leave.undo()}
          >
            {t('queue.undo')}
          </button>
        </div>
      )}
    </Show>
  );
}

function NotifyButton(): JSX.Element {
  const [ask, setAsk] = createSignal(canAskToNotify());
  const [granted, setGranted] = createSignal(false);
  const request = async (): Promise<void> => {
    setGranted((await Notification.requestPermission()) === 'granted');
    setAsk(false);
  };
  return (
    <>
      <Show when={ask()}>
        <button type="button" class="button button--plain" onClick={() => void request()}>
          {t('queue.notify')}
        </button>
      </Show>
      <Show when={granted()}>
        <output class="small muted">{t('queue.notifyOn')}</output>
      </Show>
    </>
  );
}

/** Joining: at once when the fan came by "Join the queue", else by the button. */
function useJoin(
  eventId: string,
  live: Live,
): { busy: () => boolean; problem: () => Problem | undefined; join: () => Promise<void> } {
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem>();
  const join = async (): Promise<void> => {
    if (busy()) return;
    setBusy(true);
    setProblem(undefined);
    const answer = await joinQueue(eventId);
    setBusy(false);
    if (answer.ok) live.feed({ type: 'polledPosition', ...fromAnswer(answer.data) });
    else if (answer.problem.code === 'email_not_verified')
      navigate(`/verify-email?next=/events/${eventId}/queue%3Fjoin=1`, { replace: true });
    else setProblem(answer.problem);
  };
  onMount(() => {
    if (queryValue('join') === undefined) return;
    dropQuery('join');
    void join();
  });
  return { busy, problem, join };
}

/** Comes in by itself while the fan looks at the page, again with every tick until it is done. */
function useClaim(live: Live, view: () => View): void {
  const [visible, setVisible] = createSignal(document.visibilityState === 'visible');
  const update = (): void => void setVisible(document.visibilityState === 'visible');
  document.addEventListener('visibilitychange', update);
  onCleanup(() => document.removeEventListener('visibilitychange', update));
  createEffect(
    on([view, visible, () => live.state().tick?.seq], ([shown, seen]) => {
      const refused = live.state().refusal?.code === 'admission_expired';
      if (shown === 'called' && seen && !refused) live.claim();
    }),
  );
}

/** Tells a screen reader of every change of standing, and of people ahead at a calm pace. */
function useAnnouncements(live: Live, view: () => View): void {
  createEffect(on(view, (shown) => announce(statusWords(shown)), { defer: true }));
  let lastSaid: number | null = null;
  createEffect(() => {
    const { ahead } = live.state();
    if (ahead === null || view() !== 'waiting') return;
    const far = lastSaid === null || Math.abs(lastSaid - ahead) >= Math.max(1, lastSaid * 0.1);
    if (!far) return;
    lastSaid = ahead;
    announce(t('queue.announceAhead', { count: ahead }));
  });
  createEffect(() => {
    const { refusal } = live.state();
    if (refusal)
      announce(problemWords({ status: 0, detail: '', requestId: null, extra: {}, ...refusal }));
  });
}
