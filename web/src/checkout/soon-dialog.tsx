import { createEffect, createSignal, Show, type JSX } from 'solid-js';
import { serverNow } from '../api/clock.ts';
import { keptAdmission } from '../api/kept.ts';
import { extendHold } from '../api/seats.ts';
import { session } from '../api/session.ts';
import type { Booking } from '../api/types.ts';
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
  booking: Booking;
  update: (booking: Booking) => void;
}): JSX.Element {
  const [seen, setSeen] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const [failure, setFailure] = createSignal<string>();
  createEffect(() => {
    if (!props.show) setSeen(false);
  });
  const room = (): number => {
    const { status, event, expiresAt } = props.booking;
    const pass = keptAdmission(session()?.user.id ?? '', event.id, serverNow());
    return status === 'held' && expiresAt !== null && pass
      ? roomToExtend(Date.parse(expiresAt), pass.until)
      : 0;
  };
  const text = (): string => {
    const minutes = Math.max(1, Math.floor(room() / 60_000));
    return room() > 0 ? t('checkout.soonExtend', { count: minutes }) : t('checkout.soonText');
  };
  let requestId = crypto.randomUUID();
  const extend = async (): Promise<void> => {
    if (busy()) return;
    setBusy(true);
    setFailure(undefined);
    const answer = await extendHold(props.booking.holdId, requestId);
    setBusy(false);
    if (!answer.ok) return void setFailure(problemWords(answer.problem));
    requestId = crypto.randomUUID();
    setSeen(true);
    props.update({ ...props.booking, expiresAt: answer.data.expiresAt });
    announce(t('checkout.extended'));
  };
  return (
    <ConfirmDialog
      open={props.show && !seen()}
      close={() => setSeen(true)}
      title={t('checkout.soonTitle')}
      text={failure() ?? text()}
    >
      <Show when={room() > 0}>
        <button type="button" class="button" aria-disabled={busy()} onClick={() => void extend()}>
          {t('checkout.extend')}
        </button>
      </Show>
      <button
        type="button"
        class="button"
        classList={{ 'button--quiet': room() > 0 }}
        onClick={() => setSeen(true)}
      >
        {t('checkout.soonOk')}
      </button>
    </ConfirmDialog>
  );
}
