import { delegateEvents } from 'solid-js/web';
import { navigate } from './address.ts';

/** Turns clicks on links of this site into changes of page, and loads a page's files when its link is pointed at. */
export function followLinks(preload: (path: string) => void): void {
  // Handlers of the pages themselves come first, and may prevent it.
  delegateEvents(['click']);
  document.addEventListener('click', (event) => {
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    const url = plain && !event.altKey && !event.defaultPrevented ? linkOf(event) : null;
    if (!url) return;
    event.preventDefault();
    navigate(url.href);
  });
  for (const type of ['pointerover', 'focusin', 'touchstart'] as const)
    document.addEventListener(
      type,
      (event) => {
        const url = linkOf(event);
        if (url) preload(url.pathname);
      },
      { passive: true },
    );
}

/** The address of the site's own page that an event is about; null for files, other sites and jumps within the page. */
function linkOf({ target }: Event): URL | null {
  const link = target instanceof Element ? target.closest('a') : null;
  if (!link?.href || link.target || link.hasAttribute('download') || link.rel === 'external')
    return null;
  const url = new URL(link.href);
  const jump = url.hash !== '' && url.pathname + url.search === location.pathname + location.search;
  return url.origin === location.origin && !jump ? url : null;
}
