import { Dialog } from '@kobalte/core/dialog';
import type { JSX } from 'solid-js';

/** A dialog with a title, a sentence and its buttons; the focus goes in and comes back by itself. */
export function ConfirmDialog(props: {
  open: boolean;
  close: () => void;
  title: string;
  text: string;
  children: JSX.Element;
}): JSX.Element {
  return (
    <Dialog open={props.open} onOpenChange={(open) => !open && props.close()}>
      <Dialog.Portal>
        <Dialog.Overlay class="dialog__veil" />
        <Dialog.Content class="dialog stack">
          <Dialog.Title as="h2">{props.title}</Dialog.Title>
          <Dialog.Description class="muted">{props.text}</Dialog.Description>
          <div class="row">{props.children}</div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog>
  );
}
