import { createSignal } from 'solid-js';

/** Least time between two announcements, ms: a screen reader must be able to finish. */
const GAP_MS = 4_000;

const [announcement, setAnnouncement] = createSignal('');
let lastAt = 0;
let waiting: number | undefined;

/** What the polite live region says now. */
export { announcement };

/** Says something politely. Of several within a few seconds only the last is said. */
export function announce(text: string): void {
  window.clearTimeout(waiting);
  const wait = Math.max(0, lastAt + GAP_MS - Date.now());
  waiting = window.setTimeout(() => {
    lastAt = Date.now();
    setAnnouncement(text);
  }, wait);
}
