import { createSignal, Show, type JSX } from 'solid-js';
import type { Command } from '../api/organiser.ts';
import type { Answer, Problem } from '../api/problem.ts';
import { announce } from '../components/announce.ts';
import { Field } from '../components/field.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { t } from '../i18n/index.ts';

/** A command with its reason. The same one sent again after a failure is the same request. */
export function CommandForm(props: {
  title: string;
  text: string;
  button: string;
  /** Fields beside the reason. */
  children?: JSX.Element;
  send: (command: Command) => Promise<Answer<unknown>>;
  done: () => void;
}): JSX.Element {
  const [reason, setReason] = createSignal('');
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem>();
  let requestId = crypto.randomUUID();
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy()) return;
    setBusy(true);
    setProblem(undefined);
    const answer = await props.send({ requestId, reason: reason() });
    setBusy(false);
    if (!answer.ok) {
      // What was refused may be sent changed; what is unknown must be the same request.
      if (answer.problem.status >= 400 && answer.problem.status < 500)
        requestId = crypto.randomUUID();
      return void setProblem(answer.problem);
    }
    requestId = crypto.randomUUID();
    setReason('');
    announce(t('organiser.done'));
    props.done();
  };
  return (
    <form class="card stack" onSubmit={(event) => void submit(event)}>
      <h2>{props.title}</h2>
      <p class="muted">{props.text}</p>
      <Show when={problem()}>{(shown) => <ProblemNotice problem={shown()} />}</Show>
      {props.children}
      <Field
        label={t('organiser.reason')}
        name="reason"
        type="text"
        autocomplete="off"
        value={reason()}
        onInput={setReason}
      />
      <button type="submit" class="button" aria-disabled={busy()}>
        {busy() ? t('organiser.busy') : props.button}
      </button>
    </form>
  );
}
