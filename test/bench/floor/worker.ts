import { DurableObject } from 'cloudflare:workers';
import { Hono } from 'hono';

/**
 * The floors: the least that any honest implementation has to do on this platform. `POST /insert` is a
 * Hono route that verifies an HMAC and makes one grouped durable insert; `/echo` is a WebSocket echoed
 * by an object; `POST /broadcast` sends one text to every socket of an object.
 */
interface Env {
  FLOOR: DurableObjectNamespace<Floor>;
  SECRET: string;
}

interface Waiter {
  id: string;
  done: (row: number) => void;
}

/** The floor's object: inserts gathered over 2 ms into one statement (platform.md), sockets echoed. */
export class Floor extends DurableObject<Env> {
  #waiting: Waiter[] = [];

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS rows (n INTEGER PRIMARY KEY, id TEXT NOT NULL) STRICT',
    );
  }

  insert(id: string): Promise<number> {
    return new Promise((done) => {
      this.#waiting.push({ id, done });
      if (this.#waiting.length === 1) setTimeout(() => this.#flush(), 2);
    });
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const { sql } = this.ctx.storage;
    sql.exec(
      'INSERT INTO rows (id) SELECT value FROM json_each(?)',
      JSON.stringify(waiting.map((each) => each.id)),
    );
    const last = sql.exec<{ n: number }>('SELECT max(n) AS n FROM rows').one().n;
    waiting.forEach((each, index) => each.done(last - waiting.length + 1 + index));
  }

  broadcast(text: string): number {
    const sockets = this.ctx.getWebSockets();
    for (const socket of sockets) socket.send(text);
    return sockets.length;
  }

  override fetch(): Response {
    const pair = new WebSocketPair();
    this.ctx.acceptWebSocket(pair[1]);
    return new Response(null, { status: 101, webSocket: pair[0] });
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    socket.send(message);
  }

  /** Without it a socket that was lost keeps its files (platform.md, rule 9). */
  override webSocketClose(socket: WebSocket): void {
    socket.close();
  }
}

const app = new Hono<{ Bindings: Env }>();
const encoder = new TextEncoder();
let hmac: Promise<CryptoKey> | null = null;

function hmacKey(secret: string): Promise<CryptoKey> {
  hmac ??= crypto.subtle.importKey(
    'raw',
    encoder.encode(secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['verify'],
  );
  return hmac;
}

function floorOf(env: Env, name: string): DurableObjectStub<Floor> {
  return env.FLOOR.get(env.FLOOR.idFromName(name));
}

app.get('/healthz', (c) => c.json({ ok: true }));

app.post('/insert', async (c) => {
  const [id = '', signature = ''] = (c.req.header('authorization') ?? '')
    .slice('Bearer '.length)
    .split('.');
  const key = await hmacKey(c.env.SECRET);
  const valid = await crypto.subtle.verify(
    'HMAC',
    key,
    Buffer.from(signature, 'base64url'),
    encoder.encode(id),
  );
  if (!valid) return c.json({ code: 'invalid_token' }, 401);
  const { event } = await c.req.json<{ event: string }>();
  return c.json({ row: await floorOf(c.env, event).insert(id) });
});

app.get('/echo/:name', (c) => floorOf(c.env, c.req.param('name')).fetch(c.req.raw));

app.post('/broadcast/:name', async (c) => {
  const sent = await floorOf(c.env, c.req.param('name')).broadcast(await c.req.text());
  return c.json({ sent });
});

export default app;
