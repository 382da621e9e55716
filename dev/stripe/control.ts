import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { ZodError } from 'zod';
import type { Context } from './context.ts';
import { browserView } from './expand.ts';
import { completeChallenge } from './settle.ts';
import type { SwitchPatch } from './switches.ts';
import type { WebhookSender } from './webhooks.ts';

type Env = { Bindings: HttpBindings };

const LOOPBACK = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/;

/** `/_standin/…`: switches, reset, re-sending of events, and the cardholder's answer to 3-D Secure. No key needed. */
export function controlRoutes(
  context: Context,
  sender: WebhookSender,
  reset: () => void,
): Hono<Env> {
  const app = new Hono<Env>();
  app.use(async (c, next) => {
    // A phone in the same network may answer 3-D Secure but not turn the switches.
    const from = c.env.incoming.socket.remoteAddress ?? '';
    if (c.req.path.startsWith('/_standin/3ds/') || LOOPBACK.test(from)) return next();
    return c.json({ error: 'only from this machine' }, 403);
  });
  app.get('/switches', (c) => c.json(context.switches.get()));
  app.post('/switches', async (c) => {
    try {
      const patch = await c.req.json<SwitchPatch>();
      return c.json(context.switches.set(patch));
    } catch (error) {
      if (error instanceof ZodError) return c.json({ error: error.issues }, 400);
      if (error instanceof SyntaxError) return c.json({ error: 'not JSON' }, 400);
      throw error;
    }
  });
  app.post('/reset', (c) => {
    reset();
    return c.json({ ok: true });
  });
  app.post('/webhooks/resend', (c) => {
    const undelivered = [...context.store.event.rows()].filter((event) => {
      const delivery = context.store.delivery.get(event.id);
      return delivery !== undefined && delivery.state !== 'delivered';
    });
    for (const event of undelivered) sender.resend(event);
    return c.json({ resent: undelivered.length });
  });
  app.post('/events/:id/resend', (c) => {
    const event = context.store.event.get(c.req.param('id'));
    if (event === undefined) return c.json({ error: 'no such event' }, 404);
    sender.resend(event);
    return c.json({ resent: 1 });
  });
  app.post('/3ds/:id', async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const id = c.req.param('id');
    const before = context.store.intent.get(id);
    if (before === undefined || form.get('client_secret') !== before.client_secret) {
      return c.json({ error: 'no such payment_intent' }, 404);
    }
    const returnUrl = context.store.attempt.get(id)?.returnUrl ?? null;
    const after = completeChallenge(context, id, form.get('outcome') === 'success');
    if (after === null) return c.json({ error: 'no challenge is open' }, 409);
    return c.json({ payment_intent: browserView(after), return_url: returnUrl });
  });
  return app;
}
