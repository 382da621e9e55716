import { queryValue } from '../router/address.ts';

/** Where to go after signing in: a path of this site, else home. */
export function useNextAddress(): () => string {
  return () => {
    const next = queryValue('next');
    return next !== undefined && /^\/(?![/\\])/.test(next) ? next : '/';
  };
}

/** The same page's address for another form, with the way back kept. */
export function withNext(path: string, next: string): string {
  return next === '/' ? path : `${path}?next=${encodeURIComponent(next)}`;
}
