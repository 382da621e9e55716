import { createSignal, Show, type JSX } from 'solid-js';
import { keepAttempt } from '../api/kept.ts';
import type { Problem } from '../api/problem.ts';
import { releaseHold } from '../api/seats.ts';
import { session } from '../api/session.ts';
import type { Booking } from '../api/types.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { t } from '../i18n/index.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

/** Gives the held seats back, after asking. */
export function GiveUp(props: { booking: Booking; done: () => void }): JSX.Element {
  const [open, setOpen] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem>();
  const release = async (): Promise<void> => {
    setOpen(false);
    const answer = await releaseHold(props.booking.holdId);
    if (!answer.ok) return void setProblem(answer.problem);
    keepAttempt(session()?.user.id ?? '', props.booking.event.id, null);
    props.done();
  };
  return (
    <>
      <Show when={problem()}>{(shown) => <ProblemNotice problem={shown()} />}</Show>
      <button type="button" class="button button--quiet" onClick={() => setOpen(true)}>
        {t('checkout.giveUp')}
      </button>
      <ConfirmDialog
        open={open()}
        close={() => setOpen(false)}
        title={t('checkout.giveUpTitle')}
        text={t('checkout.giveUpText')}
      >
        <button type="button" class="button" onClick={() => setOpen(false)}>
          {t('checkout.giveUpNo')}
        </button>
        <button type="button" class="button button--danger" onClick={() => void release()}>
          {t('checkout.giveUpYes')}
        </button>
      </ConfirmDialog>
    </>
  );
}
