import { Hono } from 'hono';
import * as z from 'zod';
import { serveStandin, type Listening, type StandinEnv } from '../standin/serve.ts';
import { createSwitches } from '../standin/switches.ts';
import { listPage, mailPage } from './page.ts';
import { createMailStore, emailBody } from './store.ts';

/** Default port of the mail catcher. */
export const MAIL_PORT = 8025;
/** API key that the local configuration uses. */
export const MAIL_KEY = 'local';

const faults = z.object({
  /** Sending answers 503; the page and `GET /emails` still work. */
  down: z.boolean().default(false),
});

/**
 * Mail catcher with Resend's API: `POST /emails` keeps a mail and answers `{id}`; an
 * `Idempotency-Key` seen before answers the first id, or 409 when the body differs. `GET /emails?to=`
 * gives `{object:"list", data:[…]}`, newest first; `/` is a page for people; `DELETE /emails` empties it.
 */
export async function startMail(options: {
  readonly port: number;
  readonly key?: string;
}): Promise<Listening> {
  const key = options.key ?? MAIL_KEY;
  const store = createMailStore();
  const switches = createSwitches(faults);
  const app = new Hono<StandinEnv>();
  app.route('/', switches.routes);
  app.get('/_standin/health', (c) => c.json({ ok: true }));

  app.post('/emails', async (c) => {
    if (switches.current.down)
      return c.json(problem(503, 'application_error', 'Switched off.'), 503);
    const authorization = c.req.header('Authorization');
    if (authorization === undefined) {
      return c.json(problem(401, 'missing_api_key', 'Missing API Key'), 401);
    }
    if (authorization !== `Bearer ${key}`) {
      return c.json(problem(403, 'invalid_api_key', 'API key is invalid'), 403);
    }
    const body = emailBody.safeParse(await c.req.json().catch(() => null));
    if (!body.success) {
      return c.json(problem(422, 'validation_error', z.prettifyError(body.error)), 422);
    }
    const delivery = store.deliver(body.data, c.req.header('Idempotency-Key'));
    if (delivery.ok) return c.json({ id: delivery.id });
    return c.json(problem(409, delivery.code, 'This key was used with another body.'), 409);
  });

  app.get('/emails', (c) => c.json({ object: 'list', data: store.list(c.req.query('to')) }));
  app.delete('/emails', (c) => {
    store.clear();
    return c.body(null, 204);
  });
  app.get('/emails/:id', (c) => {
    const mail = store.get(c.req.param('id'));
    return mail === undefined
      ? c.json(problem(404, 'not_found', 'No such mail'), 404)
      : c.json(mail);
  });
  app.get('/emails/:id/attachments/:index', (c) => {
    const file = store.get(c.req.param('id'))?.attachments[Number(c.req.param('index'))];
    if (file === undefined) return c.json(problem(404, 'not_found', 'No such attachment'), 404);
    const name = encodeURIComponent(file.filename);
    return c.body(Buffer.from(file.content, 'base64'), 200, {
      'Content-Type': file.content_type,
      'Content-Disposition': `attachment; filename*=UTF-8''${name}`,
      'X-Content-Type-Options': 'nosniff',
    });
  });

  app.get('/', (c) => c.html(listPage(store.list())));
  app.get('/mail/:id', (c) => {
    const mail = store.get(c.req.param('id'));
    return mail === undefined ? c.notFound() : c.html(mailPage(mail));
  });

  return serveStandin(app, options.port);
}

function problem(statusCode: number, name: string, message: string): object {
  return { statusCode, name, message };
}
