import { createSignal, onMount, Show, type JSX } from 'solid-js';
import { sendCode, verifyEmail } from '../api/account.ts';
import type { Problem } from '../api/problem.ts';
import { session } from '../api/session.ts';
import { announce } from '../components/announce.ts';
import { Field } from '../components/field.tsx';
import { useNextAddress } from '../components/next-address.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useTitle } from '../components/title.ts';
import { t } from '../i18n/index.ts';
import { navigate } from '../router/address.ts';
import { Redirect } from '../router/routes.tsx';

/** A code younger than this is still on its way or in the mailbox, ms; an older one is replaced at once. */
const CODE_FRESH_MS = 15 * 60_000;

/** Prove the address by the code of the mail, then back to where the fan was. */
export default function VerifyEmail(): JSX.Element {
  useTitle(() => t('verify.title'));
  const next = useNextAddress();
  const here = (): string => `/verify-email?next=${encodeURIComponent(next())}`;
  return (
    <Show
      when={session()?.user}
      fallback={<Redirect to={`/sign-in?next=${encodeURIComponent(here())}`} />}
    >
      {(user) => (
        <section class="column column--form stack">
          <h1>{t('verify.title')}</h1>
          <Show when={!session()?.emailVerified} fallback={<Done next={next()} />}>
            <Ask email={user().email} next={next()} />
          </Show>
        </section>
      )}
    </Show>
  );
}

function Done(props: { next: string }): JSX.Element {
  return (
    <div class="card stack">
      <p>{t('verify.done')}</p>
      <a class="button button--large button--wide" href={props.next}>
        {t('verify.goOn')}
      </a>
    </div>
  );
}

function Ask(props: { email: string; next: string }): JSX.Element {
  const [code, setCode] = createSignal('');
  const [tried, setTried] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const [sending, setSending] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem>();
  const isCode = (): boolean => /^\d{6}$/.test(code().replace(/\s/g, ''));
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (busy() || !isCode()) return;
    setBusy(true);
    setProblem(undefined);
    const { next } = props;
    const answer = await verifyEmail(code());
    setBusy(false);
    if (answer.ok) navigate(next, { replace: true });
    else setProblem(answer.problem);
  };
  const send = async (): Promise<void> => {
    if (sending()) return;
    setSending(true);
    setProblem(undefined);
    const answer = await sendCode();
    setSending(false);
    if (answer.ok) announce(t('verify.sent', { email: props.email }));
    else setProblem(answer.problem);
  };
  onMount(() => {
    const sentAt = session()?.codeSentAt ?? 0;
    if (Date.now() - sentAt > CODE_FRESH_MS) void send();
  });
  return (
    <>
      <p class="muted">{t('verify.lede')}</p>
      <form class="card stack" novalidate onSubmit={(event) => void submit(event)}>
        <p>{t('verify.sent', { email: props.email })}</p>
        <Field
          label={t('verify.code')}
          name="code"
          type="text"
          autocomplete="one-time-code"
          digits
          value={code()}
          onInput={setCode}
          hint={t('verify.codeHint')}
          error={tried() && !isCode() ? t('invalid.code') : undefined}
        />
        <Show when={problem()}>{(shown) => <ProblemNotice problem={shown()} />}</Show>
        <button class="button button--large button--wide" type="submit" aria-disabled={busy()}>
          {busy() ? t('verify.busy') : t('verify.submit')}
        </button>
      </form>
      <p class="small muted">{t('verify.nothing')}</p>
      <div>
        <button
          type="button"
          class="button button--quiet"
          aria-disabled={sending()}
          onClick={() => void send()}
        >
          {sending() ? t('verify.sending') : t('verify.again')}
        </button>
      </div>
    </>
  );
}
