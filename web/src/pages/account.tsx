import { createSignal, Show, type JSX } from 'solid-js';
import { signOut } from '../api/account.ts';
import { session } from '../api/session.ts';
import { useTitle } from '../components/title.ts';
import { t } from '../i18n/index.ts';
import { navigate } from '../router/address.ts';

/** Who is signed in, and the way out. */
export default function Account(): JSX.Element {
  useTitle(() => t('account.title'));
  const [busy, setBusy] = createSignal(false);
  const leave = async (): Promise<void> => {
    setBusy(true);
    await signOut();
    navigate('/');
  };
  return (
    <section class="column column--form stack">
      <h1>{t('account.title')}</h1>
      <Show
        when={session()}
        fallback={
          <p class="row">
            <span class="muted">{t('account.none')}</span>
            <a class="button" href="/sign-in">
              {t('shell.signIn')}
            </a>
          </p>
        }
      >
        {(kept) => (
          <div class="card stack">
            <dl class="facts">
              <div>
                <dt>{t('account.name')}</dt>
                <dd>{kept().user.name}</dd>
              </div>
              <div>
                <dt>{t('account.email')}</dt>
                <dd>{kept().user.email}</dd>
              </div>
              <div>
                <dt>{t('account.number')}</dt>
                <dd>{kept().user.id}</dd>
              </div>
              <div>
                <dt>{t('account.verified')}</dt>
                <dd>
                  <Show
                    when={kept().emailVerified}
                    fallback={<a href="/verify-email?next=/account">{t('account.verify')}</a>}
                  >
                    {t('account.isVerified')}
                  </Show>
                </dd>
              </div>
            </dl>
            <p class="small muted">{t('account.device')}</p>
            <button
              type="button"
              class="button button--quiet"
              aria-disabled={busy()}
              onClick={() => void leave()}
            >
              {busy() ? t('account.busy') : t('account.signOut')}
            </button>
          </div>
        )}
      </Show>
    </section>
  );
}
