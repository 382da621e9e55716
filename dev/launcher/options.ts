import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What the command line and the environment ask the launcher for. */
export interface Options {
  /** Folder for data and state; absolute. */
  readonly devDir: string;
  readonly ports: Readonly<Record<PortName, number>>;
  /** Forget all data of earlier runs first. */
  readonly reset: boolean;
  /** No Worker and no crowd, just what they need. */
  readonly standinsOnly: boolean;
  /** How many demo fans; 0 for none. */
  readonly crowd: number;
  /** Seed a hosted database too. */
  readonly seed: boolean;
  /** Print every request line. */
  readonly verbose: boolean;
  /** Environment: `.dev.vars` first, then the real one over it. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Environment variables that set a port, with what listens there. */
export const PORTS = {
  PORT: { fallback: 8787, what: 'site and API' },
  POSTGRES_PORT: { fallback: 5488, what: 'Postgres stand-in' },
  REDIS_PORT: { fallback: 8079, what: 'Redis stand-in' },
  STRIPE_STANDIN_PORT: { fallback: 12_111, what: 'Stripe stand-in' },
  MAIL_PORT: { fallback: 8025, what: 'mail catcher' },
  DRAND_STANDIN_PORT: { fallback: 8035, what: 'drand stand-in' },
} as const;

/** Name of an environment variable that sets a port. */
export type PortName = keyof typeof PORTS;

/** Options, or what is wrong with them in words for the person at the keyboard. */
export type OptionsResult =
  | { readonly ok: true; readonly options: Options }
  | { readonly ok: false; readonly code: 'usage' | 'help'; readonly message: string };

/** Text of `--help`. */
export const USAGE = `npm run dev -- [options]

  --reset           forget the data of earlier runs first
  --standins-only   only the stand-ins, migrations and seed (npm run dev:standins)
  --crowd N         number of demo fans in the queue (default 150)
  --no-crowd        no demo fans
  --seed            write the demo events and accounts into a hosted database too
  --verbose         print every request

Ports: PORT, POSTGRES_PORT, REDIS_PORT, STRIPE_STANDIN_PORT, MAIL_PORT, DRAND_STANDIN_PORT. Data folder: DEV_DIR (.dev).`;

const MAX_CROWD = 200;

/** Reads the command line and the environment; `args` without node and script. */
export function readOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  root: string,
): OptionsResult {
  let values;
  try {
    values = parse(args);
  } catch (error) {
    return refuse(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
  if (values.help === true) return { ok: false, code: 'help', message: USAGE };
  const ports: Partial<Record<PortName, number>> = {};
  for (const [name, { fallback }] of Object.entries(PORTS)) {
    const port = Number(env[name] === undefined || env[name] === '' ? fallback : env[name]);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      return refuse(`${name} must be a port number, not "${env[name]}".`);
    }
    ports[name as PortName] = port;
  }
  const twice = duplicate(Object.entries(ports));
  if (twice !== undefined) return refuse(twice);
  const crowd = values['no-crowd'] === true ? 0 : Number(values.crowd);
  if (!Number.isInteger(crowd) || crowd < 0 || crowd > MAX_CROWD) {
    return refuse(`--crowd must be a number from 0 to ${MAX_CROWD}, not "${values.crowd}".`);
  }
  return {
    ok: true,
    options: {
      devDir: resolve(root, env['DEV_DIR'] ?? '.dev'),
      ports: ports as Record<PortName, number>,
      reset: values.reset === true,
      standinsOnly: values['standins-only'] === true,
      crowd,
      seed: values.seed === true,
      verbose: values.verbose === true,
      env,
    },
  };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      reset: { type: 'boolean' },
      'standins-only': { type: 'boolean' },
      crowd: { type: 'string', default: '150' },
      'no-crowd': { type: 'boolean' },
      seed: { type: 'boolean' },
      verbose: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values;
}

function duplicate(ports: readonly (readonly [string, number])[]): string | undefined {
  for (const [index, [name, port]] of ports.entries()) {
    const other = ports.slice(0, index).find(([, taken]) => taken === port);
    if (other !== undefined) return `${other[0]} and ${name} are both ${port}.`;
  }
  return undefined;
}

function refuse(message: string): OptionsResult {
  return { ok: false, code: 'usage', message };
}
