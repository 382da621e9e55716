import { spawn, execFileSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** A bare workerd: no proxy, no inspector, storage on disk, as platform.md asks for measurements. */
export interface BareWorkerd {
  url: string;
  port: number;
  pid: number;
  /** Resident memory, bytes. */
  memory(): number;
  /** Kills it at once (SIGKILL), as a crash would. */
  kill(): Promise<void>;
}

/** Files and connections that a process here may have at most; the shell may know how to get more. */
const MORE_FILES = 'ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"';
/** Files that workerd needs for each connection (measured), and for all else. */
const FILES = { connection: 2, other: 1_200 };

/** Connections that one workerd can have on this machine. */
export function connectionsMax(): number {
  const files = Number(
    execFileSync('sh', ['-c', `${MORE_FILES}; ulimit -n`], { encoding: 'utf8' }),
  );
  return Math.floor((files - FILES.other) / FILES.connection);
}

/** A free loopback port, as the system gives it. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** So many free loopback ports, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listening));
  return Promise.all(
    servers.map(async (server) => {
      const { port } = server.address() as AddressInfo;
      await new Promise((resolve) => server.close(resolve));
      return port;
    }),
  );
}

function listening(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

/** Bundles a Worker entry with wrangler's own bundler; returns the file of the bundle. */
export function bundle(config: string): string {
  const outdir = mkdtempSync(join(tmpdir(), 'onsale-bundle-'));
  const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');
  execFileSync(
    process.execPath,
    [wrangler, 'deploy', '--dry-run', '--outdir', outdir, '-c', config],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: 'true' },
    },
  );
  return join(outdir, 'worker.js');
}

/** What a workerd runs, and where. */
export interface WorkerdOptions {
  script: string;
  /** Become SQLite objects, bound in UPPER_SNAKE_CASE. */
  classes: readonly string[];
  /** Text bindings. */
  vars: Record<string, string>;
  dataDir?: string;
  port?: number;
  /** Address of the inspector, to take a CPU profile. */
  inspector?: string;
  /** Where other workerds call the script's entrypoint `Door`, and the ports of theirs, bound as DOOR_0 and so on. */
  doors?: { own: number; all: readonly number[] };
}

/** Starts workerd on a bundle. */
export async function startWorkerd(options: WorkerdOptions): Promise<BareWorkerd> {
  const port = options.port ?? (await freePort());
  const home = options.dataDir ?? mkdtempSync(join(tmpdir(), 'onsale-workerd-'));
  mkdirSync(join(home, 'objects'), { recursive: true });
  writeFileSync(join(home, 'worker.js'), readFileSync(options.script));
  writeFileSync(join(home, 'config.capnp'), capnp(options, join(home, 'objects'), port));
  const child = spawn(
    'sh',
    [
      '-c',
      `${MORE_FILES}; exec "$0" "$@"`,
      join(root, 'node_modules/workerd/bin/workerd'),
      'serve',
      '--experimental',
      ...(options.inspector === undefined ? [] : [`--inspector-addr=${options.inspector}`]),
      join(home, 'config.capnp'),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const end = (): boolean => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  await ready(child, port);
  const pid = child.pid ?? 0;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid,
    memory: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024,
    kill: () => stop(child),
  };
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

async function ready(child: ChildProcess, port: number): Promise<void> {
  const until = Date.now() + 20_000;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`workerd ended with ${child.exitCode}`);
    const answered = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('workerd did not answer within 20 s');
}

function capnp(options: WorkerdOptions, objects: string, port: number): string {
  const text = (value: string) => JSON.stringify(value);
  const upper = (name: string) => name.replace(/(?<!^)([A-Z])/g, '_$1').toUpperCase();
  const doors = options.doors?.all ?? [];
  const bindings = [
    ...options.classes.map(
      (name) => `(name = ${text(upper(name))}, durableObjectNamespace = ${text(name)})`,
    ),
    ...Object.entries(options.vars).map(
      ([name, value]) => `(name = ${text(name)}, text = ${text(value)})`,
    ),
    ...doors.map((_, index) => `(name = "DOOR_${index}", service = "door-${index}")`),
  ];
  const namespaces = options.classes.map(
    (name) =>
      `(className = ${text(name)}, uniqueKey = ${text(`onsale-${name}`)}, enableSql = true)`,
  );
  // Calls from one workerd to another are Cap'n Proto over a CONNECT to this host, requests plain HTTP.
  const rpc = 'http = (capnpConnectHost = "door")';
  const others = doors.map(
    (door, index) =>
      `(name = "door-${index}", external = (address = "127.0.0.1:${door}", ${rpc})),`,
  );
  const own =
    options.doors === undefined
      ? ''
      : `(name = "door", address = "127.0.0.1:${options.doors.own}", ${rpc}, service = (name = "main", entrypoint = "Door")),`;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "objects", disk = (path = ${text(objects)}, writable = true)),
    (name = "internet", network = (allow = ["public", "private", "local"])),
    ${others.join('\n    ')}
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:${port}", http = (), service = "main"),
    ${own}
  ],
);
const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-10-01",
  bindings = [${bindings.join(', ')}],
  durableObjectNamespaces = [${namespaces.join(', ')}],
  durableObjectStorage = (localDisk = "objects"),
);
`;
}
