import { For, Show, type JSX } from 'solid-js';
import type { AuditRow, SaleSummary, Trouble } from '../api/types.ts';
import { money } from '../format/price.ts';
import { dateTime } from '../format/words.ts';
import { formatNumber } from '../i18n/format-message.ts';
import { localeTag, t } from '../i18n/index.ts';

/** Seats, orders and money in figures. */
export function Summary(props: { summary: SaleSummary }): JSX.Element {
  const number = (value: number): string => formatNumber(localeTag(), value);
  const orders = (): string =>
    Object.entries(props.summary.orders)
      .filter(([, count]) => count > 0)
      .map(([status, count]) => `${t(`tickets.status.${status as 'paid'}`)} ${number(count)}`)
      .join(' · ');
  const facts = (): [string, string][] => {
    const { seats, captured, refunded, refunding, unfiled } = props.summary;
    return [
      [t('organiser.available'), number(seats.available)],
      [t('organiser.held'), number(seats.held)],
      [t('organiser.sold'), number(seats.sold)],
      [t('organiser.orders'), orders() || number(0)],
      [t('organiser.captured'), money(captured)],
      [t('organiser.refunded'), money(refunded)],
      [t('organiser.refunding'), money(refunding)],
      [t('organiser.unfiled'), number(unfiled)],
    ];
  };
  return (
    <section class="card stack" aria-label={t('organiser.stands')}>
      <h2>{t('organiser.stands')}</h2>
      <dl class="facts numbers">
        <For each={facts()}>
          {([name, value]) => (
            <div>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          )}
        </For>
      </dl>
    </section>
  );
}

/** Orders that do not end by themselves. */
export function Troubles(props: { troubles: readonly Trouble[] }): JSX.Element {
  return (
    <section class="card stack" aria-label={t('organiser.troubles')}>
      <h2>{t('organiser.troubles')}</h2>
      <ul class="stack stack--tight">
        <For each={props.troubles} fallback={<li class="muted">{t('organiser.noTroubles')}</li>}>
          {(trouble) => (
            <li>
              <p>{t(`organiser.trouble.${trouble.kind}`)}</p>
              <p class="notice__id">{trouble.bookingId}</p>
              <p class="small muted">{trouble.detail}</p>
            </li>
          )}
        </For>
      </ul>
    </section>
  );
}

/** Who did what, when and why. */
export function Audit(props: { actions: readonly AuditRow[]; timeZone: string }): JSX.Element {
  return (
    <section class="card stack" aria-label={t('organiser.audit')}>
      <h2>{t('organiser.audit')}</h2>
      <ol class="stack stack--tight">
        <For each={props.actions} fallback={<li class="muted">{t('organiser.noAudit')}</li>}>
          {(row) => (
            <li>
              <p>
                {t(`organiser.did.${row.action}`)} · {row.reason}
              </p>
              <p class="small muted">{dateTime(row.at, props.timeZone)}</p>
              <Show when={row.action === 'refund'}>
                <p class="notice__id">{row.subject}</p>
              </Show>
              <p class="notice__id">{row.accountId}</p>
            </li>
          )}
        </For>
      </ol>
    </section>
  );
}
