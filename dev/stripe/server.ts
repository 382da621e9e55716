import type { AddressInfo } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { serveApi } from './api.ts';
import { assetRoutes } from './assets.ts';
import type { Context } from './context.ts';
import { controlRoutes } from './control.ts';
import { recordEvent } from './events.ts';
import { IdempotencyKeys } from './idempotency.ts';
import { resumeRefunds } from './refunds.ts';
import { scheduleSettlement } from './settle.ts';
import { Store } from './state.ts';
import { Switches } from './switches.ts';
import { WebhookSender } from './webhooks.ts';

/** How to start the stand-in. */
export interface StripeOptions {
  /** 0 takes any free port. */
  port: number;
  /** Absent: no webhook endpoint exists, and every event counts as delivered. */
  webhookUrl?: string;
  webhookSecret: string;
  /** Absent: nothing is kept between runs. */
  dataDir?: string;
  /** Epoch ms; for tests. */
  now?: () => number;
}

/** A running stand-in. */
export interface StripeStandin {
  url: string;
  port: number;
  switches: Switches;
  /** Ends open connections, timers and deliveries. */
  close: () => Promise<void>;
}

type Env = { Bindings: HttpBindings };

function buildContext(options: StripeOptions): {
  context: Context;
  sender: WebhookSender;
  stopTimers: () => void;
} {
  const timers = new Set<NodeJS.Timeout>();
  const now = options.now ?? Date.now;
  const store = new Store(options.dataDir);
  const switches = new Switches();
  const later: Context['later'] = (delayMs, run) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, delayMs);
    timers.add(timer);
  };
  const target =
    options.webhookUrl === undefined
      ? undefined
      : { url: options.webhookUrl, secret: options.webhookSecret };
  const sender = new WebhookSender({ later, now, store, switches }, target);
  const context: Context = {
    store,
    switches,
    now,
    later,
    emit: (type, object, cause) => sender.deliver(recordEvent({ now, store }, type, object, cause)),
  };
  return {
    context,
    sender,
    stopTimers: () => {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

function buildApp(context: Context, sender: WebhookSender): Hono<Env> {
  const keys = new IdempotencyKeys(context.store, context.now);
  const app = new Hono<Env>();
  app.use(
    '/v1/*',
    cors({
      origin: '*',
      allowMethods: ['GET', 'POST', 'DELETE'],
      exposeHeaders: ['Request-Id', 'Idempotent-Replayed', 'Retry-After'],
    }),
  );
  app.all('/v1/*', async (c) => {
    const answer = await serveApi(context, keys, {
      method: c.req.method,
      url: new URL(c.req.url),
      body: c.req.method === 'POST' ? await c.req.text() : '',
      header: (name) => c.req.header(name),
    });
    if (answer.kind === 'hang') {
      // Held until the client gives up or the server closes; what is returned then goes nowhere.
      await new Promise((resolve) => {
        c.env.outgoing.once('close', resolve);
      });
      return new Response(null, { status: 500 });
    }
    return new Response(answer.body, { status: answer.status, headers: answer.headers });
  });
  app.route(
    '/_standin',
    controlRoutes(context, sender, () => {
      context.store.clear();
      context.switches.reset();
    }),
  );
  app.get('/healthz', (c) => c.json({ ok: true }));
  app.route('/', assetRoutes());
  return app;
}

function listen(server: ReturnType<typeof createAdaptorServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`Stripe stand-in: port ${port} is busy (set STRIPE_STANDIN_PORT)`)
          : error,
      );
    });
    server.listen(port, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Starts the local Stripe. Rejects with an error that names the port when it is busy. */
export async function startStripe(options: StripeOptions): Promise<StripeStandin> {
  // The port is taken before the log is opened: a second process must not compact the log of the first.
  const opened = Promise.withResolvers<Hono<Env>>();
  const server = createAdaptorServer({
    fetch: async (request, env) => (await opened.promise).fetch(request, env),
  });
  const port = await listen(server, options.port);
  const { context, sender, stopTimers } = buildContext(options);
  opened.resolve(buildApp(context, sender));
  sender.resume();
  resumeRefunds(context);
  for (const attempt of context.store.attempt.rows()) scheduleSettlement(context, attempt);
  return {
    url: `http://localhost:${port}`,
    port,
    switches: context.switches,
    close: async () => {
      stopTimers();
      sender.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
      context.store.close();
    },
  };
}
