import { Show, type JSX } from 'solid-js';
import { t } from '../i18n/index.ts';
import type { PlaceReport, SaleReport } from './place-report.ts';
import { timeWords } from './time-words.ts';

type Proven = Extract<PlaceReport, { ok: true }>;

/** What the receipt proves, in plain words; the focus comes here when it is there. */
export function PlaceCard(props: {
  report: PlaceReport;
  /** Not there when there was no receipt to look its event up by. */
  sale: SaleReport | undefined;
  timeZone: string;
}): JSX.Element {
  const sound = (): boolean =>
    props.sale?.findings.every(({ verdict }) => verdict !== 'fails') ?? false;
  const isEarly = (): boolean => !props.report.ok && props.report.code === 'not_yet_published';
  const title = (): string => {
    if (isEarly()) return t('place.notYet');
    if (!props.report.ok) return t('place.notProven');
    return sound() ? t('place.proven') : t('place.doubt');
  };
  return (
    <section
      class="notice"
      classList={{
        'notice--good': props.report.ok && sound(),
        'notice--warn': isEarly(),
        'notice--bad': !isEarly() && (!props.report.ok || !sound()),
      }}
      data-proven={props.report.ok && sound()}
    >
      <h2 tabindex="-1" ref={(heading) => window.setTimeout(() => heading.focus())}>
        {title()}
      </h2>
      <Show
        when={props.report.ok && props.sale ? { report: props.report, sale: props.sale } : null}
      >
        {(proof) => <Proof {...proof()} timeZone={props.timeZone} />}
      </Show>
      <Show when={props.report.ok ? null : props.report.code}>
        {(code) => <p>{t(`receipt.${code()}`)}</p>}
      </Show>
      <Show when={isOperatorsFault(props.report) || (props.report.ok && !sound())}>
        <p>{t('place.report')}</p>
      </Show>
    </section>
  );
}

/** A signed receipt that the record contradicts cannot be the fan's mistake. */
function isOperatorsFault(report: PlaceReport): boolean {
  return !report.ok && report.code === 'not_in_the_chain';
}

function Proof(props: { report: Proven; sale: SaleReport; timeZone: string }): JSX.Element {
  const { report } = props;
  return (
    <>
      <p>
        {t('place.position', {
          place: report.place + 1,
          within: report.place - report.batchFirst + 1,
          count: report.batchCount,
          time: timeWords(report.joinedAt, props.timeZone),
        })}{' '}
        {t('place.signed')}
      </p>
      <p>{t('place.chain', { link: report.link + 1 })}</p>
      <p>{orderWords(report, props.sale)}</p>
      <Show when={report.order !== null}>
        <p>
          {report.order === 0 ? t('place.first') : t('place.ahead', { count: report.order ?? 0 })}{' '}
          <Show when={report.gaveUp > 0}>{t('place.gaveUp', { count: report.gaveUp })}</Show>
        </p>
      </Show>
    </>
  );
}

function orderWords(report: Proven, { record, findings }: SaleReport): string {
  if (report.order === null) {
    const failed = findings.some(({ verdict }) => verdict === 'fails');
    return failed && record.seed !== null ? t('place.order.unsound') : t('place.order.open');
  }
  const order = report.order + 1;
  if (record.policy === 'fifo') return t('place.order.fifo', { order });
  const count = record.seal?.lobbyCount ?? 0;
  return report.inLobby
    ? t('place.order.drawn', { order, count })
    : t('place.order.late', { order, count });
}
