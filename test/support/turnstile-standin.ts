import { Hono } from 'hono';
import { serveStandin } from '../../dev/standin/serve.ts';
import type { Listening } from '../../dev/standin/serve.ts';
import { TURNSTILE_DUMMY, TURNSTILE_SECRET } from './turnstile-keys.ts';

/** The widget of the stand-in: it passes by itself, as Turnstile does for most people. */
const WIDGET = `
const widgets = new Map();
const pass = (id) => setTimeout(() => widgets.get(id)?.callback('person-' + crypto.randomUUID()), 50);
window.turnstile = {
  render(host, options) {
    const id = String(widgets.size);
    widgets.set(id, options);
    host.textContent = 'Checked: ' + options.sitekey;
    pass(id);
    return id;
  },
  reset: pass,
  remove: (id) => widgets.delete(id),
};
`;

/**
 * Stands in for challenges.cloudflare.com: siteverify with its documented answers, and a widget. With
 * `TURNSTILE_SECRET` a token that begins with `person` is good once; one that begins with `late` is too
 * old; `silent` gets no answer, `broken` none that can be read, and `internal` Cloudflare's own failure.
 */
export function startTurnstile(port: number): Promise<Listening> {
  const spent = new Set<string>();
  const app = new Hono();
  app.post('/turnstile/v0/siteverify', async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const secret = form.get('secret') ?? '';
    const token = form.get('response') ?? '';
    if (token.startsWith('silent')) return new Promise<Response>(() => undefined);
    if (token.startsWith('broken')) return c.html('<h1>502</h1>', 502);
    const error = errorOf(secret, token, spent);
    spent.add(token);
    const answer = {
      challenge_ts: new Date().toISOString(),
      hostname: 'localhost',
      'error-codes': error === null ? [] : [error],
    };
    return c.json({ success: error === null, ...answer });
  });
  app.get('/turnstile/v0/api.js', (c) =>
    c.body(WIDGET, 200, { 'content-type': 'text/javascript' }),
  );
  return serveStandin(app, port);
}

function errorOf(secret: string, token: string, spent: ReadonlySet<string>): string | null {
  if (secret === '') return 'missing-input-secret';
  if (token === '') return 'missing-input-response';
  if (secret === TURNSTILE_DUMMY.passes) return null;
  if (secret === TURNSTILE_DUMMY.fails) return 'invalid-input-response';
  if (secret === TURNSTILE_DUMMY.spent) return 'timeout-or-duplicate';
  if (secret !== TURNSTILE_SECRET) return 'invalid-input-secret';
  if (token.startsWith('internal')) return 'internal-error';
  if (token.startsWith('late') || spent.has(token)) return 'timeout-or-duplicate';
  return token.startsWith('person') ? null : 'invalid-input-response';
}
