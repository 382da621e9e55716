import { createSignal, startTransition } from 'solid-js';

/** Where the site is: path and query of the browser's address. */
export interface Address {
  pathname: string;
  search: string;
}

const here = (): Address => ({
  pathname: globalThis.location?.pathname ?? '/',
  search: globalThis.location?.search ?? '',
});

const [address, setAddress] = createSignal(here(), {
  equals: (a, b) => a.pathname === b.pathname && a.search === b.search,
});

/** Where the site is (reactive). */
export { address };

/**
 * Goes to an address of this site; the old page stays until the new one is loaded. `replace` leaves no
 * step back and, on the same page, does not scroll.
 */
export function navigate(to: string, options: { replace?: boolean } = {}): void {
  const next = new URL(to, location.href);
  const samePage = next.pathname === location.pathname;
  // Each step remembers how far it was scrolled, for when the fan comes back to it.
  history.replaceState({ scrollY: window.scrollY }, '');
  history[options.replace ? 'replaceState' : 'pushState'](null, '', next);
  void show(samePage && options.replace ? null : 0);
}

/** Follows the browser's own steps back and forth. */
export function followHistory(): void {
  history.scrollRestoration = 'manual';
  window.addEventListener('popstate', (event) => {
    const state = event.state as { scrollY?: number } | null;
    void show(state?.scrollY ?? 0);
  });
}

async function show(scrollY: number | null): Promise<void> {
  await startTransition(() => setAddress(here()));
  if (scrollY !== null) window.scrollTo(0, scrollY);
}

/** A value of the address's query, or undefined (reactive). */
export function queryValue(name: string): string | undefined {
  return new URLSearchParams(address().search).get(name) ?? undefined;
}

/** Takes values out of the address's query, without a step back. */
export function dropQuery(...names: readonly string[]): void {
  const query = new URLSearchParams(location.search);
  for (const name of names) query.delete(name);
  const rest = query.toString();
  navigate(location.pathname + (rest === '' ? '' : `?${rest}`), { replace: true });
}
