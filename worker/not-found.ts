import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv } from './context.ts';
import { ProblemError } from './problem.ts';

/** Tells for a path of the API which methods it takes; empty for an unknown path. */
export function methodsOf(app: OpenAPIHono<AppEnv>): (path: string) => string[] {
  const routes = app.routes
    .filter((route) => route.method !== 'ALL')
    .map((route) => ({
      method: route.method,
      // Parameters take one segment; our paths hold nothing else that a pattern could mistake.
      pattern: new RegExp(
        `^${route.path.replaceAll('.', '\\.').replaceAll(/:[A-Za-z]+/g, '[^/]+')}$`,
      ),
    }));
  return (path) => [
    ...new Set(routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)),
  ];
}

/** The problem of a request that no route took. */
export function unmatched(methods: readonly string[]): ProblemError {
  return methods.length === 0
    ? new ProblemError('not_found')
    : new ProblemError('method_not_allowed', {}, { allow: methods.join(', ') });
}
