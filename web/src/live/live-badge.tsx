import { createSignal, onCleanup, Show, type JSX } from 'solid-js';
import { t } from '../i18n/index.ts';
import { TEST_IDS } from '../test-ids.ts';
import { ageMs, pollPaceMs, type LiveState } from './state.ts';

/** This device's clock, once a second. */
export function useSecond(): () => number {
  const [now, setNow] = createSignal(Date.now());
  const timer = window.setInterval(() => setNow(Date.now()), 1000);
  onCleanup(() => window.clearInterval(timer));
  return now;
}

/** The age of what is shown, in words. */
export function ageWords(state: LiveState, now: number): string {
  const seconds = Math.round((ageMs(state, now) ?? 0) / 1000);
  return seconds < 120
    ? t('live.age', { count: seconds })
    : t('live.ageMinutes', { count: Math.floor(seconds / 60) });
}

/** Whether the page is live, and how old its numbers are. */
export function LiveBadge(props: { state: LiveState; now: number }): JSX.Element {
  const tone = (): string =>
    ({ live: 'good', connecting: '', polling: 'warn', offline: 'bad' })[props.state.connection];
  const words = (): string =>
    props.state.connection === 'polling'
      ? t('live.polling', { count: Math.round((pollPaceMs(props.state) ?? 5_000) / 1000) })
      : t(`live.${props.state.connection}`);
  return (
    <span class="live-badge row">
      <span
        class={`pill pill--${tone()}`}
        data-testid={TEST_IDS.liveState}
        data-state={props.state.connection}
      >
        <span class="dot" aria-hidden="true" />
        {words()}
      </span>
      <Show when={props.state.heardAt !== null}>
        <span class="small muted numbers">{ageWords(props.state, props.now)}</span>
      </Show>
    </span>
  );
}
