import type { JSX } from 'solid-js';
import { t } from '../i18n/index.ts';

/** Shown when a page throws: a bug of ours, or code of an older release that is gone from the server. */
export function Crash(props: { error: unknown; retry: () => void }): JSX.Element {
  console.error(props.error);
  return (
    <section class="column stack" role="alert">
      <h1>{t('crash.title')}</h1>
      <p class="muted">{t('crash.text')}</p>
      <p class="notice__id">{String(props.error)}</p>
      <div class="row">
        <button type="button" class="button" onClick={() => window.location.reload()}>
          {t('crash.reload')}
        </button>
        <a class="button button--quiet" href="/">
          {t('allEvents')}
        </a>
      </div>
    </section>
  );
}
