import { createSignal, Show, type JSX } from 'solid-js';
import { createChallenge } from '../account/challenge.tsx';
import { register } from '../api/account.ts';
import type { Problem } from '../api/problem.ts';
import { Field } from '../components/field.tsx';
import { useNextAddress, withNext } from '../components/next-address.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useTitle } from '../components/title.ts';
import { t } from '../i18n/index.ts';
import { navigate } from '../router/address.ts';

/** Least characters of a password, as the API asks. */
const PASSWORD_MIN = 10;

/** Create an account, then back to where the fan was. */
export default function Register(): JSX.Element {
  useTitle(() => t('register.title'));
  const next = useNextAddress();
  const [name, setName] = createSignal('');
  const [email, setEmail] = createSignal('');
  const [password, setPassword] = createSignal('');
  const [tried, setTried] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem>();
  const challenge = createChallenge();
  const wrong = {
    name: () => (tried() && name().trim() === '' ? t('invalid.name') : undefined),
    email: () =>
      tried() && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email().trim())
        ? t('invalid.email')
        : undefined,
    password: () =>
      tried() && password().length < PASSWORD_MIN ? t('invalid.password') : undefined,
  };
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (busy() || wrong.name() || wrong.email() || wrong.password()) return;
    setBusy(true);
    setProblem(undefined);
    const answer = await register({
      name: name().trim(),
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
      <h1>{t('register.title')}</h1>
      <p class="muted">{t('register.lede')}</p>
      <form class="card stack" novalidate onSubmit={(event) => void submit(event)}>
        <Field
          label={t('field.name')}
          name="name"
          type="text"
          autocomplete="name"
          value={name()}
          onInput={setName}
          hint={t('field.nameHint')}
          error={wrong.name()}
        />
        <Field
          label={t('field.email')}
          name="email"
          type="email"
          autocomplete="email"
          value={email()}
          onInput={setEmail}
          hint={t('field.emailHint')}
          error={wrong.email()}
        />
        <Field
          label={t('field.password')}
          name="password"
          type="password"
          autocomplete="new-password"
          value={password()}
          onInput={setPassword}
          hint={t('field.passwordHint')}
          error={wrong.password()}
        />
        <Show when={problem()}>{(shown) => <ProblemNotice problem={shown()} />}</Show>
        <challenge.Widget />
        <button class="button button--large button--wide" type="submit" aria-disabled={busy()}>
          {busy() ? t('register.busy') : t('register.submit')}
        </button>
      </form>
      <a href={withNext('/sign-in', next())}>{t('register.toSignIn')}</a>
    </section>
  );
}
