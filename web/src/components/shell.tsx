import { createEffect, ErrorBoundary, For, on, Show, Suspense, type JSX } from 'solid-js';
import { session } from '../api/session.ts';
import { LOCALES, locale, setLocale, t, type Locale } from '../i18n/index.ts';
import { announcement } from './announce.ts';
import { Mark } from './mark.tsx';
import { Crash } from './crash.tsx';
import { address } from '../router/address.ts';

/** Header, main and footer around every page; on a change of page the focus goes to its heading. */
export function Shell(props: { children?: JSX.Element }): JSX.Element {
  let main: HTMLElement | undefined;
  createEffect(
    on(
      () => address().pathname,
      () => {
        if (main) focusHeading(main);
      },
      { defer: true },
    ),
  );
  return (
    <>
      <a class="skip-link" href="#main">
        {t('shell.skip')}
      </a>
      <Masthead />
      <main id="main" class="page" tabindex="-1" ref={(element) => (main = element)}>
        <ErrorBoundary fallback={(error, reset) => <Crash error={error} retry={reset} />}>
          <Suspense fallback={<div class="visually-hidden">{t('shell.loading')}</div>}>
            {props.children}
          </Suspense>
        </ErrorBoundary>
      </main>
      <footer class="footer">
        <div class="footer__inner">
          <span>{t('shell.promise')}</span>
          <a href="/check">{t('shell.check')}</a>
          <a href="/api/docs" rel="external">
            {t('shell.api')}
          </a>
        </div>
      </footer>
      <output class="visually-hidden" aria-live="polite">
        {announcement()}
      </output>
    </>
  );
}

function Masthead(): JSX.Element {
  const current = (path: string): 'page' | undefined =>
    address().pathname === path ? 'page' : undefined;
  return (
    <header class="masthead">
      <div class="masthead__inner" classList={{ 'masthead__inner--in': session() !== null }}>
        <a href="/" class="wordmark" aria-label={t('shell.home')}>
          <Mark />
          <span class="wordmark__text">Onsale</span>
        </a>
        <nav aria-label={t('shell.navigation')}>
          <Show
            when={session()}
            fallback={
              <a href="/sign-in" class="masthead__link" aria-current={current('/sign-in')}>
                {t('shell.signIn')}
              </a>
            }
          >
            <a href="/bookings" class="masthead__link" aria-current={current('/bookings')}>
              {t('shell.tickets')}
            </a>
            <a href="/account" class="masthead__link" aria-current={current('/account')}>
              {t('shell.account')}
            </a>
          </Show>
        </nav>
        <Language />
      </div>
    </header>
  );
}

function Language(): JSX.Element {
  return (
    <select
      class="masthead__language"
      aria-label={t('shell.language')}
      value={locale()}
      onChange={(event) => void setLocale(event.currentTarget.value as Locale)}
    >
      <For each={Object.entries(LOCALES)}>
        {([code, language]) => (
          <option value={code} lang={language.tag}>
            {language.name}
          </option>
        )}
      </For>
    </select>
  );
}

/** The page may still be loading: its heading is awaited for a moment, then main takes the focus. */
function focusHeading(main: HTMLElement, triesLeft = 20): void {
  window.requestAnimationFrame(() => {
    const heading = main.querySelector<HTMLElement>('h1');
    if (!heading && triesLeft > 0) return focusHeading(main, triesLeft - 1);
    const target = heading ?? main;
    if (main.contains(document.activeElement) && document.activeElement !== main) return;
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
  });
}
