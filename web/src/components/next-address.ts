import { useSearchParams } from '@solidjs/router';

/** Where to go after signing in: a path of this site, else home. */
export function useNextAddress(): () => string {
  const [search] = useSearchParams();
  return () => {
    const next = search['next'];
    return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : '/';
  };
}

/** The same page's address for another form, with the way back kept. */
export function withNext(path: string, next: string): string {
  return next === '/' ? path : `${path}?next=${encodeURIComponent(next)}`;
}
