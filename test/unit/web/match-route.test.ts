import { describe, expect, it } from 'vitest';
import { matchRoute } from '../../../web/src/router/match-route.ts';

const ROUTES = [
  ['/', 'home'],
  ['/events/:id', 'event'],
  ['/events/:id/queue', 'queue'],
  ['/check', 'check'],
] as const;

function page(path: string): [string, string | undefined] | null {
  const found = matchRoute(ROUTES, path);
  return found && [found.route[1], found.id];
}

describe('an address', () => {
  it('leads to its page, with the id that it names', () => {
    expect(page('/')).toEqual(['home', undefined]);
    expect(page('/check')).toEqual(['check', undefined]);
    expect(page('/events/coldplay-mumbai')).toEqual(['event', 'coldplay-mumbai']);
    expect(page('/events/coldplay-mumbai/queue')).toEqual(['queue', 'coldplay-mumbai']);
  });

  it('may end with a slash, and may have its id encoded', () => {
    expect(page('/events/coldplay-mumbai/')).toEqual(['event', 'coldplay-mumbai']);
    expect(page('/events/caf%C3%A9')).toEqual(['event', 'café']);
    expect(page('/events/%')).toEqual(['event', '%']);
  });

  it.each(['/events', '/events/', '/events/a/b', '/checks', '/Events/a', '', '//check'])(
    'that is none of ours (%s) leads nowhere',
    (path) => expect(page(path)).toBeNull(),
  );
});
