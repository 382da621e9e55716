import { createMemo, onCleanup, Show, type JSX } from 'solid-js';
import type { ReceiptFile } from '../../../durable-objects/core/fairness/receipt-file.ts';
import { session } from '../api/session.ts';
import { t } from '../i18n/index.ts';

/** The receipt of the fan's place as a file to keep, and the way to the page that checks it. */
export function Proof(props: { eventId: string; receipt: string | null }): JSX.Element {
  const file = createMemo(() => {
    if (props.receipt === null) return null;
    const account = session()?.user.id ?? '';
    const content: ReceiptFile = { event: props.eventId, account, receipt: props.receipt };
    const url = URL.createObjectURL(new Blob([JSON.stringify(content, null, 2)]));
    onCleanup(() => URL.revokeObjectURL(url));
    return url;
  });
  return (
    <p class="small muted">
      <Show when={file()}>
        {(url) => (
          <>
            {t('queue.proof')}{' '}
            <a href={url()} download={`onsale-receipt-${props.eventId}.json`}>
              {t('queue.receipt')}
            </a>{' '}
          </>
        )}
      </Show>
      <a href={`/events/${props.eventId}/fairness`}>{t('queue.check')}</a>
    </p>
  );
}
