import { Hono } from 'hono';
import * as z from 'zod';

/** A box with the current settings of a stand-in's fault switches. */
export interface Switches<T> {
  /** Settings in force now. */
  current: T;
  /** `GET`, `PUT` (merge) and `DELETE` (reset) for `/_standin/switches`. */
  readonly routes: Hono;
}

/**
 * Fault switches of one stand-in. `schema` must give a default to every field, so that `{}` parses
 * to "no faults". Unknown names are refused with 400: a misspelt switch would otherwise test nothing.
 */
export function createSwitches<S extends z.ZodObject>(schema: S): Switches<z.infer<S>> {
  const strict = schema.strict();
  const calm = strict.parse({}) as z.infer<S>;
  const routes = new Hono();
  const switches: Switches<z.infer<S>> = { current: calm, routes };

  routes.get('/_standin/switches', (c) => c.json(switches.current));
  routes.put('/_standin/switches', async (c) => {
    const body: unknown = await c.req.json().catch(() => null);
    const merged = strict.safeParse(
      typeof body === 'object' && body !== null ? { ...switches.current, ...body } : body,
    );
    if (!merged.success) return c.json({ error: z.prettifyError(merged.error) }, 400);
    switches.current = merged.data as z.infer<S>;
    return c.json(switches.current);
  });
  routes.delete('/_standin/switches', (c) => {
    switches.current = calm;
    return c.json(switches.current);
  });
  return switches;
}
