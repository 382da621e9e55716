import type { Booking } from '../api/types.ts';

const key = (accountId: string): string => `onsale.bookings.${accountId}`;

/** What copies lack that an earlier version of the site kept. */
const MISSING_BEFORE = { offer: null, refunds: [], history: [] };

/** Bookings kept on this device, newest first. */
export function keptBookings(accountId: string): Booking[] {
  try {
    const kept = JSON.parse(localStorage.getItem(key(accountId)) ?? '[]') as Booking[];
    return kept.map((each) => ({ ...MISSING_BEFORE, ...each }));
  } catch {
    return [];
  }
}

/** Keeps bookings with tickets, so that they open without a network; newer copies replace older ones, and one given back is let go. */
export function keepBookings(accountId: string, bookings: readonly Booking[]): void {
  const fresh = bookings.filter((each) => each.tickets.length > 0);
  const ids = new Set(bookings.map((each) => each.bookingId));
  const rest = keptBookings(accountId).filter((each) => !ids.has(each.bookingId));
  const all = [...fresh, ...rest].toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  localStorage.setItem(key(accountId), JSON.stringify(all));
}

/** Starts the service worker that serves the site's own files without a network; false where there is none. */
export async function readyOffline(): Promise<boolean> {
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return false;
  try {
    await navigator.serviceWorker.register('/sw.js');
    const { active } = await navigator.serviceWorker.ready;
    const files = performance
      .getEntriesByType('resource')
      .map((entry) => new URL(entry.name))
      .filter((url) => url.origin === window.location.origin && url.pathname.startsWith('/assets/'))
      .map((url) => url.pathname);
    active?.postMessage({ type: 'keep', files });
    return active !== null;
  } catch {
    return false;
  }
}
