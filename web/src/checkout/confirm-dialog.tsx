import { createEffect, createUniqueId, type JSX } from 'solid-js';

/**
 * A dialog with a title, a sentence and its buttons: the platform's own modal `<dialog>`, which traps
 * and returns the focus and closes on Escape. A component library would put a kilobyte of shared
 * runtime into the queue page, whose limit is 30 KB.
 */
export function ConfirmDialog(props: {
  open: boolean;
  close: () => void;
  title: string;
  text: string;
  children: JSX.Element;
}): JSX.Element {
  const id = createUniqueId();
  let dialog: HTMLDialogElement | undefined;
  createEffect(() => {
    if (props.open && dialog && !dialog.open) dialog.showModal();
    if (!props.open && dialog?.open) dialog.close();
  });
  return (
    <dialog
      ref={(element) => (dialog = element)}
      class="dialog"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      onClose={() => props.open && props.close()}
    >
      <div class="stack">
        <h2 id={`${id}-title`}>{props.title}</h2>
        <p id={`${id}-text`} class="muted">
          {props.text}
        </p>
        <div class="row">{props.children}</div>
      </div>
    </dialog>
  );
}
