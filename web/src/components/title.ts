import { createEffect, onCleanup } from 'solid-js';

/** Sets the document's title while the page is shown. */
export function useTitle(title: () => string): void {
  createEffect(() => {
    document.title = `${title()} · Onsale`;
  });
  onCleanup(() => {
    document.title = 'Onsale';
  });
}
