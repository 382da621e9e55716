import { createSignal, Show, type JSX } from 'solid-js';
import { createChallenge } from '../account/challenge.tsx';
import { signIn } from '../api/account.ts';
import type { Problem } from '../api/problem.ts';
import { Field } from '../components/field.tsx';
import { useNextAddress, withNext } from '../components/next-address.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useTitle } from '../components/title.ts';
import { t } from '../i18n/index.ts';
import { navigate } from '../router/address.ts';

/** Sign in, then back to where the fan was. */
export default function SignIn(): JSX.Element {
  useTitle(() => t('signIn.title'));
  const next = useNextAddress();
  const [email, setEmail] = createSignal('');
  const [password, setPassword] = createSignal('');
  const [tried, setTried] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem>();
  const challenge = createChallenge();
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (busy() || !email().includes('@') || password() === '') return;
    setBusy(true);
    setProblem(undefined);
    const answer = await signIn({
      email: email().trim(),
      password: password(),
      challengeToken: await challenge.token(),
    });
    setBusy(false);
    if (answer.ok) navigate(next(), { replace: true });
    else {
      challenge.reset();
      setProblem(answer.problem);
    }
  };
  return (
    <section class="column column--form stack">
      <h1>{t('signIn.title')}</h1>
      <p class="muted">{t('signIn.lede')}</p>
      <form class="card stack" novalidate onSubmit={(event) => void submit(event)}>
        <Field
          label={t('field.email')}
          name="email"
          type="email"
          autocomplete="username"
          value={email()}
          onInput={setEmail}
          error={tried() && !email().includes('@') ? t('invalid.email') : undefined}
        />
        <Field
          label={t('field.password')}
          name="password"
          type="password"
          autocomplete="current-password"
          value={password()}
          onInput={setPassword}
          error={tried() && password() === '' ? t('invalid.passwordEmpty') : undefined}
        />
        <Show when={problem()}>{(shown) => <ProblemNotice problem={shown()} />}</Show>
        <challenge.Widget />
        <button class="button button--large button--wide" type="submit" aria-disabled={busy()}>
          {busy() ? t('signIn.busy') : t('signIn.submit')}
        </button>
      </form>
      <a href={withNext('/register', next())}>{t('signIn.toRegister')}</a>
    </section>
  );
}
