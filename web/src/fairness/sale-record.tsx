import { Show, type JSX } from 'solid-js';
import type { FairnessRecord } from '../../../durable-objects/core/fairness/fairness-record.ts';
import { saveFile } from '../components/save-file.ts';
import { t } from '../i18n/index.ts';
import { formatNumber } from '../i18n/format-message.ts';
import { localeTag } from '../i18n/index.ts';
import { Findings } from './findings.tsx';
import type { SaleReport } from './place-report.ts';

/** A whole sale as its record shows it: every check, and the figures that all must see the same. */
export function SaleRecord(props: { sale: SaleReport }): JSX.Element {
  const record = () => props.sale.record;
  const number = (value: number): string => formatNumber(localeTag(), value);
  const places = (): number => {
    const last = record().links.at(-1);
    return last === undefined ? 0 : last.first + last.count;
  };
  const sound = (): boolean => props.sale.findings.every(({ verdict }) => verdict !== 'fails');
  return (
    <section class="card stack">
      <h2>{t('record.title')}</h2>
      <p class={`notice notice--${sound() ? 'good' : 'bad'}`}>
        {t(sound() ? 'record.sound' : 'record.unsound')}
      </p>
      <Show when={props.sale.rehearsal}>
        <p class="notice notice--warn">{t('record.rehearsal')}</p>
      </Show>
      <Findings findings={props.sale.findings} />
      <dl class="facts facts--record">
        <Fact name={t('record.order')} value={t(`record.order.${record().policy}`)} />
        <Fact name={t('record.places')} value={number(places())} />
        <Fact name={t('record.grants')} value={number(record().length)} />
        <Fact name={t('record.head')} value={record().head} code />
        <Show when={record().drand}>
          {(drand) => (
            <>
              <Fact name={t('record.commitment')} value={record().commitment ?? ''} code />
              <Fact
                name={t('record.round')}
                value={t('record.roundText', { round: String(drand().round) })}
              />
              <Fact
                name={t('record.seed')}
                value={record().seed ?? t('record.notYet')}
                code={record().seed !== null}
              />
            </>
          )}
        </Show>
      </dl>
      <p class="small">{t('record.compare')}</p>
      <p class="small muted">{t('record.self')}</p>
      <div>
        <button type="button" class="button button--quiet" onClick={() => save(record())}>
          {t('record.save')}
        </button>
      </div>
    </section>
  );
}

/** All of it, however many pages the API gives it in: what `npm run verify-draw` takes. */
function save(record: FairnessRecord): void {
  saveFile(`onsale-record-${record.eventId}.json`, 'application/json', JSON.stringify(record));
}

function Fact(props: { name: string; value: string; code?: boolean }): JSX.Element {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd classList={{ fingerprint: props.code ?? false }}>{props.value}</dd>
    </div>
  );
}
