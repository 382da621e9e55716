import { For, type JSX } from 'solid-js';
import type { Finding } from '../../../durable-objects/core/fairness/audit.ts';
import { t, tMaybe } from '../i18n/index.ts';

/** What a finding says, in a sentence. */
export function findingWords(finding: Finding): string {
  const { check } = finding;
  if (finding.verdict === 'holds') return t(`holds.${check}`);
  if (finding.verdict === 'pending') return tMaybe(`pending.${check}`) ?? t(`holds.${check}`);
  const topic = t(`topic.${check}`);
  const fault = t(`fault.${finding.code}`);
  return finding.at === null
    ? t('wrong.whole', { topic, fault })
    : t('wrong.entry', { topic, fault, entry: finding.at + 1 });
}

/** Every check of a record with its outcome, told by a word and a colour. */
export function Findings(props: { findings: readonly Finding[] }): JSX.Element {
  const tone = { holds: 'good', pending: 'warn', fails: 'bad' } as const;
  return (
    <ul class="findings">
      <For each={props.findings}>
        {(finding) => (
          <li class="finding">
            <span class={`pill pill--${tone[finding.verdict]}`}>
              {t(`mark.${finding.verdict}`)}
            </span>
            <span>{findingWords(finding)}</span>
          </li>
        )}
      </For>
    </ul>
  );
}
