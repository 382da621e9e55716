import { Hono } from 'hono';
import * as z from 'zod';
import { createSerial } from '../standin/serial.ts';
import { serveStandin, type Listening, type StandinEnv } from '../standin/serve.ts';
import { createSwitches } from '../standin/switches.ts';
import { createRedisEngine, type CommandOutcome, type Reply } from './engine.ts';

/** Default port of the Redis stand-in. */
export const REDIS_PORT = 8079;
/** Bearer token that the local configuration uses. */
export const REDIS_TOKEN = 'local';

const faults = z.object({
  /** Every command answers 503 and nothing is executed. */
  down: z.boolean().default(false),
  /** Added before each request is executed. */
  delayMs: z.number().int().min(0).max(600_000).default(0),
});

const word = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const command = z.array(word).min(1);
const commands = z.array(command);

/**
 * Redis behind Upstash's REST protocol: `POST /` with one command, `/pipeline`, and `/multi-exec`,
 * whose commands nothing can come between. Data lives in memory. Fault switches: `/_standin/switches`;
 * commands as Upstash bills them: `/_standin/billed`.
 */
export async function startRedis(options: {
  readonly port: number;
  readonly token?: string;
}): Promise<Listening> {
  const token = options.token ?? REDIS_TOKEN;
  const engine = createRedisEngine();
  const serial = createSerial();
  const switches = createSwitches(faults);
  const app = new Hono<StandinEnv>();
  app.route('/', switches.routes);
  app.get('/_standin/health', (c) => c.json({ ok: true }));
  app.get('/_standin/billed', (c) => c.json({ commands: engine.billed }));

  app.use(async (c, next) => {
    if (switches.current.down) {
      return c.json({ error: 'ERR the Redis stand-in is switched off' }, 503);
    }
    if (c.req.header('Authorization') !== `Bearer ${token}`) {
      return c.json({ error: 'Unauthorized' }, 401);
    }
    const { delayMs } = switches.current;
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    return next();
  });

  app.post('/', async (c) => {
    const parsed = command.safeParse(await c.req.json().catch(() => null));
    if (!parsed.success) return c.json({ error: 'ERR failed to parse command' }, 400);
    const outcome = await serial(() => engine.run(parsed.data));
    return c.json(envelope(outcome, isBase64(c.req.header())), outcome.ok ? 200 : 400);
  });

  app.on('POST', ['/pipeline', '/multi-exec'], async (c) => {
    const parsed = commands.safeParse(await c.req.json().catch(() => null));
    if (!parsed.success) return c.json({ error: 'ERR failed to parse pipeline request' }, 400);
    const outcomes = await serial(async () => {
      const all: CommandOutcome[] = [];
      for (const one of parsed.data) all.push(await engine.run(one));
      return all;
    });
    return c.json(outcomes.map((outcome) => envelope(outcome, isBase64(c.req.header()))));
  });

  return serveStandin(app, options.port);
}

function isBase64(headers: Readonly<Record<string, string>>): boolean {
  return headers['upstash-encoding'] === 'base64';
}

function envelope(outcome: CommandOutcome, base64: boolean): object {
  if (!outcome.ok) return { error: outcome.error };
  // Upstash leaves the status "OK" as it is, and clients expect that.
  if (!base64 || outcome.reply === 'OK') return { result: outcome.reply };
  return { result: encode(outcome.reply) };
}

function encode(reply: Reply): Reply {
  if (typeof reply === 'string') return Buffer.from(reply).toString('base64');
  return Array.isArray(reply) ? reply.map(encode) : reply;
}
