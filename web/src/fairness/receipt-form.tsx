import { createSignal, createUniqueId, Show, type JSX } from 'solid-js';
import type { GivenReceipt } from '../../../durable-objects/core/fairness/receipt-file.ts';
import type { AccountId } from '../../../durable-objects/core/ids.ts';
import { readReceipt } from '../../../durable-objects/protocol/fairness-browser.ts';
import { session } from '../api/session.ts';
import { Field } from '../components/field.tsx';
import { t } from '../i18n/index.ts';

/** A receipt to check, and whose it is. */
export type Claim = GivenReceipt & { account: AccountId };

/** Takes a receipt by paste or file. The account is the file's, else the one signed in, else it is asked for. */
export function ReceiptForm(props: {
  /** The receipt kept on this device. */
  kept: string;
  check: (claim: Claim) => void;
}): JSX.Element {
  const id = createUniqueId();
  const [text, setText] = createSignal(props.kept);
  const [typed, setTyped] = createSignal('');
  const [tried, setTried] = createSignal(false);
  const account = (): string | undefined =>
    readReceipt(text()).account ?? session()?.user.id ?? (typed().trim() || undefined);
  const asksAccount = (): boolean => {
    const given = readReceipt(text());
    return given.eventId !== null && given.account === null && session() === null;
  };
  const empty = (): boolean => text().trim() === '';
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    setTried(true);
    const given = readReceipt(text());
    // What is no receipt is told so at once, whoever's it were.
    const owner = account() ?? (given.eventId === null ? '' : undefined);
    if (empty() || owner === undefined) return;
    props.check({ ...given, account: owner as AccountId });
  };
  const open = async (input: HTMLInputElement): Promise<void> => {
    const file = input.files?.[0];
    if (file) setText(await file.text());
    input.value = '';
  };
  return (
    <form class="card stack" novalidate onSubmit={submit}>
      <div class="field">
        <label class="field__label" for={id}>
          {t('check.receipt')}
        </label>
        <p class="field__hint" id={`${id}-hint`}>
          {t(props.kept === '' ? 'check.receiptHint' : 'check.kept')}
        </p>
        <textarea
          class="field__input fingerprint"
          id={id}
          name="receipt"
          rows="4"
          spellcheck={false}
          autocomplete="off"
          value={text()}
          aria-invalid={tried() && empty() ? 'true' : undefined}
          aria-describedby={`${id}-hint ${id}-error`}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <p class="field__error" id={`${id}-error`}>
          {tried() && empty() ? t('check.empty') : undefined}
        </p>
      </div>
      <label class="button button--quiet file-button">
        {t('check.file')}
        <input
          class="visually-hidden"
          type="file"
          accept=".json,.txt,application/json,text/plain"
          onChange={(event) => void open(event.currentTarget)}
        />
      </label>
      <Show when={asksAccount()}>
        <Field
          label={t('check.account')}
          name="account"
          type="text"
          autocomplete="off"
          value={typed()}
          onInput={setTyped}
          hint={t('check.accountHint')}
          error={tried() && account() === undefined ? t('check.noAccount') : undefined}
        />
      </Show>
      <button class="button button--large button--wide" type="submit">
        {t('check.submit')}
      </button>
    </form>
  );
}
