import { createHash, randomUUID } from 'node:crypto';
import RedisMock from 'ioredis-mock';

/** A reply in Redis's own shapes: no objects, no booleans. */
export type Reply = string | number | null | readonly Reply[];

/** Outcome of one command; `error` is Redis's message, beginning with its code (`ERR`, `NOSCRIPT`). */
export type CommandOutcome =
  | { readonly ok: true; readonly reply: Reply }
  | { readonly ok: false; readonly error: string };

/** One Redis database in memory. Callers must not overlap their calls. */
export interface RedisEngine {
  /**
   * Commands so far as Upstash bills them: each one asked for, and each that a script of them made
   * (upstash.com/docs/redis/sdks/ratelimit-ts/costs). A script that fails counts alone.
   */
  readonly billed: number;
  /** Runs a command given as name and arguments. */
  run(command: readonly string[]): Promise<CommandOutcome>;
}

type Method = (...args: readonly string[]) => Promise<unknown>;

/** Commands that mean nothing over REST, where every request is its own session. */
const REFUSED = new Set(
  'subscribe psubscribe unsubscribe punsubscribe monitor quit auth multi exec discard watch unwatch'.split(
    ' ',
  ),
);

/**
 * Redis gives scripts Lua tables with `false` for what is missing; the embedded Lua passes proxies of
 * JavaScript arrays with holes. Before the script stands one line, so that line numbers in its errors stay
 * right; behind it, what makes its answer a pair of the commands that it made and its own answer.
 */
const LUA_BEFORE =
  `local made = 0 do local function fix(v) if type(v) ~= 'userdata' then return v end if tostring(v) == 'null' then return false end
local t = {} for i = 1, #v do local e = fix(v[i]) if e == nil then e = false end t[i] = e end return t end
local call, pcall = redis.call, redis.pcall
redis.call = function(...) made = made + 1 return fix(call(...)) end
redis.pcall = function(...) made = made + 1 return fix(pcall(...)) end end local function script() `.replaceAll(
    '\n',
    ' ',
  );
const LUA_BEHIND = '\nend local answer = script() return {made, answer}';

/** Options that the embedded SET knows in capitals only. */
const SET_OPTION = /^(ex|px|exat|pxat|nx|xx|get|keepttl)$/i;

/**
 * An empty database with Lua. Scripts are kept by the SHA-1 of their whole text, as clients compute
 * it, while `#!lua flags=…`, which the embedded Lua does not know, is left out when they run.
 */
export function createRedisEngine(): RedisEngine {
  // Instances with one host and port share their data; each stand-in is to have its own.
  const redis = new RedisMock({ host: randomUUID() });
  const methods = redis as unknown as Readonly<Record<string, Method | undefined>>;
  const scripts = new Map<string, string>();
  let billed = 0;

  async function evaluate(script: string, args: readonly string[]): Promise<unknown> {
    scripts.set(sha1(script), script);
    const [keyCount = '0', ...rest] = args;
    const body = LUA_BEFORE + script.replace(/^#!lua[^\n]*/, '') + LUA_BEHIND;
    const [made, answer] = (await redis.eval(body, Number(keyCount), ...rest)) as [number, unknown];
    billed += made;
    return luaReply(answer);
  }

  async function dispatch(name: string, args: readonly string[]): Promise<unknown> {
    switch (name) {
      case 'eval':
      case 'eval_ro':
        return evaluate(args[0] ?? '', args.slice(1));
      case 'evalsha':
      case 'evalsha_ro': {
        const script = scripts.get((args[0] ?? '').toLowerCase());
        if (script === undefined) throw new Error('NOSCRIPT No matching script. Please use EVAL.');
        return evaluate(script, args.slice(1));
      }
      case 'script':
        return manageScripts(scripts, args);
      default: {
        const method = methods[name];
        // Every real command has a twin that answers with buffers; helpers of the class have none.
        const isCommand = methods[`${name}Buffer`] !== undefined && !REFUSED.has(name);
        if (method === undefined || !isCommand) {
          throw new Error(`ERR unknown command '${name}'`);
        }
        return method.apply(redis, name === 'set' ? setOptions(args) : [...args]);
      }
    }
  }

  return {
    get billed() {
      return billed;
    },
    run: async (command) => {
      billed += 1;
      const [name = '', ...args] = command;
      try {
        return { ok: true, reply: asReply(await dispatch(name.toLowerCase(), args)) };
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        return { ok: false, error: /^[A-Z]+ /.test(text) ? text : `ERR ${text}` };
      }
    },
  };
}

function manageScripts(scripts: Map<string, string>, args: readonly string[]): unknown {
  const [action = '', ...rest] = args;
  switch (action.toLowerCase()) {
    case 'load': {
      const script = rest[0] ?? '';
      scripts.set(sha1(script), script);
      return sha1(script);
    }
    case 'exists':
      return rest.map((sha) => (scripts.has(sha.toLowerCase()) ? 1 : 0));
    case 'flush':
      scripts.clear();
      return 'OK';
    default:
      throw new Error(`ERR unknown subcommand '${action}'`);
  }
}

/** The embedded SET loses an expiry that follows GET: it takes what stands before it for a pair. */
function setOptions(args: readonly string[]): string[] {
  const options = args
    .slice(2)
    .map((arg) => (SET_OPTION.test(arg) ? arg.toUpperCase() : arg))
    .toSorted((a, b) => Number(a === 'GET') - Number(b === 'GET'));
  return [...args.slice(0, 2), ...options];
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

/** Redis turns a script's `false` into nil, `true` into 1 and cuts numbers to integers. */
function luaReply(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(luaReply);
  if (typeof value === 'number') return Math.trunc(value);
  if (typeof value === 'boolean') return value ? 1 : null;
  return value;
}

function asReply(value: unknown): Reply {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (Array.isArray(value)) return value.map(asReply);
  // ioredis gives hashes as objects; on the wire they are a flat list.
  if (typeof value === 'object') return Object.entries(value).flat().map(asReply);
  return null;
}
