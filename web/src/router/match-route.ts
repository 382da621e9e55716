/**
 * The first of the routes that is for the path, and the id in it. A route's path may have one segment
 * `:id`, which is anything but empty; a slash at the end of the path does not matter.
 */
export function matchRoute<Route extends readonly [path: string, ...rest: unknown[]]>(
  routes: readonly Route[],
  path: string,
): { route: Route; id: string | undefined } | null {
  for (const route of routes) {
    const pattern = new RegExp(`^${route[0].replace(':id', '([^/]+)')}/?$`);
    const found = pattern.exec(path);
    if (found) return { route, id: found[1] === undefined ? undefined : decoded(found[1]) };
  }
  return null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
