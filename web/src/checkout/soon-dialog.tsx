import { createEffect, createSignal, Show, type JSX } from 'solid-js';
import { serverNow } from '../api/clock.ts';
import { keptAdmission } from '../api/kept.ts';
import { extendHold } from '../api/seats.ts';
import { session } from '../api/session.ts';
import { announce } from '../components/announce.ts';
import { problemWords } from '../components/problem-notice.tsx';
import { t } from '../i18n/index.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { roomToExtend } from './timer.ts';

/**
 * Comes a minute before the end, more than the 20 s that WCAG 2.2.1 asks for, and again a minute before
 * every later end. One key keeps the seats longer, up to the end of the admission.
 */
export function SoonDialog(props: {
  show: boolean;
  hold: {
    holdId: string;
    eventId: string;
    expiresAt: string | null;
    /** Not yet being paid for. */
    extendable: boolean;
  };
  /** Words of the button that goes on without more time. */
  go: string;
  /** The hold's new end. */
  update: (expiresAt: string) => void;
}): JSX.Element {
  const [seen, setSeen] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const [failure, setFailure] = createSignal<string>();
  createEffect(() => {
    if (!props.show) setSeen(false);
  });
  const room = (): number => {
    const { extendable, eventId, expiresAt } = props.hold;
    const pass = keptAdmission(session()?.user.id ?? '', eventId, serverNow());
    return extendable && expiresAt !== null && pass
      ? roomToExtend(Date.parse(expiresAt), pass.until)
      : 0;
  };
  const text = (): string => {
    const minutes = Math.max(1, Math.floor(room() / 60_000));
    return room() > 0 ? t('hold.soonExtend', { count: minutes }) : t('hold.soonText');
  };
  let requestId = crypto.randomUUID();
  const extend = async (): Promise<void> => {
    if (busy()) return;
    setBusy(true);
    setFailure(undefined);
    const answer = await extendHold(props.hold.holdId, requestId);
    setBusy(false);
    if (!answer.ok) return void setFailure(problemWords(answer.problem));
    requestId = crypto.randomUUID();
    setSeen(true);
    props.update(answer.data.expiresAt);
    announce(t('hold.extended'));
  };
  return (
    <ConfirmDialog
      open={props.show && !seen()}
      close={() => setSeen(true)}
      title={t('hold.soonTitle')}
      text={failure() ?? text()}
    >
      <Show when={room() > 0}>
        <button type="button" class="button" aria-disabled={busy()} onClick={() => void extend()}>
          {t('hold.extend')}
        </button>
      </Show>
      <button
        type="button"
        class="button"
        classList={{ 'button--quiet': room() > 0 }}
        onClick={() => setSeen(true)}
      >
        {props.go}
      </button>
    </ConfirmDialog>
  );
}
