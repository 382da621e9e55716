import { createUniqueId, Show, type JSX } from 'solid-js';

/** A labelled input with its hint and its error, tied together for assistive technology. */
export function Field(props: {
  label: string;
  name: string;
  type: 'text' | 'email' | 'password';
  autocomplete: string;
  value: string;
  onInput: (value: string) => void;
  /** May be left empty. */
  optional?: boolean;
  /** Shown on a phone as a pad of digits. */
  digits?: boolean;
  hint?: string;
  error?: string | undefined;
}): JSX.Element {
  const id = createUniqueId();
  return (
    <div class="field">
      <label class="field__label" for={id}>
        {props.label}
      </label>
      <Show when={props.hint}>
        <p class="field__hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      </Show>
      <input
        class="field__input"
        id={id}
        name={props.name}
        type={props.type}
        autocomplete={props.autocomplete}
        inputmode={props.digits ? 'numeric' : undefined}
        value={props.value}
        required={!props.optional}
        aria-invalid={props.error ? 'true' : undefined}
        aria-describedby={`${props.hint ? `${id}-hint ` : ''}${id}-error`}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      <p class="field__error" id={`${id}-error`}>
        {props.error}
      </p>
    </div>
  );
}
