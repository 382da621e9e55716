import type { JSX } from 'solid-js';
import { useTitle } from '../components/title.ts';
import { t } from '../i18n/index.ts';

/** Any address that is not a page. */
export default function NotFound(): JSX.Element {
  useTitle(() => t('notFound.title'));
  return (
    <section class="column stack">
      <p class="eyebrow">404</p>
      <h1>{t('notFound.title')}</h1>
      <p class="muted">{t('notFound.text')}</p>
      <div>
        <a class="button" href="/">
          {t('allEvents')}
        </a>
      </div>
    </section>
  );
}
