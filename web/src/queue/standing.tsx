import { createMemo, Show, type JSX } from 'solid-js';
import type { Tick } from '../../../durable-objects/core/tick.ts';
import { etaSeconds } from '../../../durable-objects/protocol/queue-browser.ts';
import { serverNow } from '../api/clock.ts';
import { dateTime } from '../format/words.ts';
import { formatCountdown, formatUntil, waitRange } from '../format/time.ts';
import { formatNumber } from '../i18n/format-message.ts';
import { localeTag, t } from '../i18n/index.ts';
import { ageMs, type LiveState } from '../live/state.ts';
import { shortageOf } from './shortage.ts';
import { TEST_IDS } from '../test-ids.ts';

/** A number older than this is called old, ms; the server ticks at least every 10 s. */
const STALE_MS = 25_000;

interface StandingProps {
  state: LiveState;
  /** This device's clock. */
  now: number;
}

interface WaitingProps extends StandingProps {
  /** Seats of the event, once known. */
  seatCount: number | undefined;
}

/** People ahead, place, wait and speed of one who waits. */
export function Waiting(props: WaitingProps & { timeZone: string }): JSX.Element {
  const number = (value: number): string => formatNumber(localeTag(), value);
  const ahead = (): number => props.state.ahead ?? 0;
  const tick = () => props.state.tick;
  const inLobby = (): boolean => props.state.standing === 'lobby';
  const eta = createMemo(() => {
    const { position } = props.state;
    const current = tick();
    if (!position || !current || inLobby()) return position?.etaSeconds ?? null;
    return etaSeconds(current, position.order);
  });
  const etaWords = (): string => {
    const seconds = eta();
    if (seconds === null) return t('queue.waitUnknown');
    if (seconds < 60) return t('queue.waitShort');
    const { from, to } = waitRange(seconds);
    if (from < 90) return t('queue.wait', { from, to });
    return t('queue.waitHours', { from: Math.floor(from / 30) / 2, to: Math.ceil(to / 30) / 2 });
  };
  return (
    <>
      <Show when={inLobby() && tick()?.phase === 'lobby' && tick()}>
        {(current) => (
          <div class="queue__opens">
            <p class="muted">{t('queue.opensIn')}</p>
            <p class="queue__number numbers">
              {formatUntil(localeTag(), current().opensAt - serverNow())}
            </p>
            <p class="muted">
              {t('queue.opens', { when: dateTime(current().opensAt, props.timeZone) })}
            </p>
          </div>
        )}
      </Show>
      <Show when={!inLobby()}>
        <p class="queue__ahead">
          <strong class="queue__number numbers" data-testid={TEST_IDS.ahead}>
            {number(ahead())}
          </strong>
          <span>{t('queue.ahead', { count: ahead() })}</span>
        </p>
      </Show>
      <dl class="queue__facts numbers">
        <div>
          <dt>{t('queue.place')}</dt>
          <dd data-testid={TEST_IDS.place}>{number((props.state.position?.order ?? 0) + 1)}</dd>
        </div>
        <div>
          <dt>{t('queue.waitLabel')}</dt>
          <dd data-testid={TEST_IDS.eta}>{etaWords()}</dd>
        </div>
        <div>
          <dt>{t('queue.rateLabel')}</dt>
          <dd>{t('queue.rate', { count: Math.round(tick()?.ratePerMinute ?? 0) })}</dd>
        </div>
        <div>
          <dt>{t('queue.waiting')}</dt>
          <dd>{number(tick()?.waiting ?? 0)}</dd>
        </div>
        <div>
          <dt>{t('queue.seatsLeft')}</dt>
          <dd>{number(tick()?.seatsLeft ?? 0)}</dd>
        </div>
      </dl>
      <Notes state={props.state} now={props.now} seatCount={props.seatCount} />
    </>
  );
}

/** Whatever slows, stops or moves the number, in words. */
function Notes(props: WaitingProps): JSX.Element {
  const tick = () => props.state.tick;
  const reason = (): string | null => {
    const current = tick();
    if (!current) return null;
    if (current.phase === 'closed') return t('queue.reason.closed');
    if (current.phase === 'lobby' || current.reason === null) return null;
    return t(`queue.reason.${current.reason}`);
  };
  const shortage = () => {
    const current = tick();
    return current && shortageOf(current, props.state.ahead ?? 0, props.seatCount);
  };
  const orderWords = (): string => {
    const { standing, position } = props.state;
    const count = tick()?.draw?.n ?? 0;
    if (position && position.place < count)
      return t('queue.order.drawn', {
        count,
        place: position.place + 1,
        order: position.order + 1,
      });
    if (standing !== 'lobby') return t('queue.order.place');
    return tick()?.lobby === 'draw' ? t('queue.order.lobbyDraw') : t('queue.order.lobbyFifo');
  };
  return (
    <div class="stack stack--tight queue__notes">
      <Show when={reason()}>{(words) => <p class="notice notice--warn">{words()}</p>}</Show>
      <Show when={props.state.wentBack}>
        {(count) => <p class="notice notice--warn">{t('queue.wentBack', { count: count() })}</p>}
      </Show>
      <Show when={(ageMs(props.state, props.now) ?? 0) > STALE_MS}>
        <p class="notice notice--warn">{t('queue.stale')}</p>
      </Show>
      <Show when={shortage()}>
        {(how) => <p class="notice notice--warn">{t(`queue.short.${how()}`)}</p>}
      </Show>
      <p class="small muted">
        {orderWords()} {t('queue.keep')}
      </p>
    </div>
  );
}

/** The turn has come: the claim window, then the way to the seats with the time inside. */
export function Turn(props: StandingProps & { eventId: string; claim: () => void }): JSX.Element {
  const left = (until: number): string => {
    void props.now;
    return formatCountdown(until - serverNow());
  };
  return (
    <>
      <FewSeats tick={props.state.tick} />
      <Show
        when={props.state.standing === 'admitted'}
        fallback={
          <div class="stack turn">
            <Show when={props.state.position?.claimUntil}>
              {(until) => (
                <p>
                  <span class="muted">{t('queue.calledText')}</span>{' '}
                  <strong class="numbers">{left(until())}</strong>
                </p>
              )}
            </Show>
            <button type="button" class="button button--large" onClick={() => props.claim()}>
              {t('queue.comeIn')}
            </button>
          </div>
        }
      >
        <div class="stack turn">
          <Show when={props.state.admission}>
            {(pass) => (
              <p>
                <span class="muted">{t('queue.admittedText')}</span>{' '}
                <strong class="queue__number queue__number--small numbers">
                  {left(pass().until)}
                </strong>
              </p>
            )}
          </Show>
          <a
            class="button button--large"
            href={`/events/${props.eventId}/seats`}
            ref={(link) => window.setTimeout(() => link.focus({ preventScroll: true }))}
          >
            {t('queue.choose')}
          </a>
        </div>
      </Show>
    </>
  );
}

/** Whoever comes in for the last seats, or after them, knows it. */
function FewSeats(props: { tick: Tick | null }): JSX.Element {
  const words = (): string | null => {
    const { tick } = props;
    if (tick?.reason === 'sold_out') return t('queue.reason.sold_out');
    return tick?.reason === 'seats_low' ? t('queue.few', { count: tick.seatsLeft }) : null;
  };
  return <Show when={words()}>{(few) => <p class="notice notice--warn">{few()}</p>}</Show>;
}
