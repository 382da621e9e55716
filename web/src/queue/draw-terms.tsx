import type { JSX } from 'solid-js';
import type { DrawTerms } from '../api/types.ts';
import { t } from '../i18n/index.ts';

/** How a lobby will be drawn, and what is fixed of it already, so that nobody can choose it later. */
export function DrawDetails(props: { terms: DrawTerms }): JSX.Element {
  return (
    <section class="stack stack--tight small">
      <p>{t('queue.draw.how')}</p>
      <dl class="facts draw-terms">
        <div>
          <dt>{t('queue.draw.commitment')}</dt>
          <dd>{props.terms.commitment}</dd>
        </div>
        <div>
          <dt>{t('queue.draw.round')}</dt>
          <dd>{t('queue.draw.roundText', { round: String(props.terms.round) })}</dd>
        </div>
      </dl>
    </section>
  );
}
