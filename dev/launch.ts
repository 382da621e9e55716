import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { createChildren, type Child, type Children } from './launcher/children.ts';
import { readOptions, type Options, type PortName } from './launcher/options.ts';
import { busyPorts } from './launcher/ports.ts';
import { planServices, type Services } from './launcher/services.ts';
import { claimFolder, releaseFolder, resetFolder } from './launcher/state.ts';
import { addressTable, linePrinter } from './launcher/terminal.ts';
import { tickCron, waitForHealth, workerCommand } from './launcher/worker.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** One Ctrl-C can arrive twice, from the terminal and from npm; a later one means "now". */
const IMPATIENT_MS = 1_000;

/** The whole run: prepares, starts, and then lives until a signal or the death of a child. */
async function launch(): Promise<void> {
  const { options, services } = await prepare();
  // A closed terminal must not cut the orderly end short.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const children = createChildren(linePrinter(options.verbose));
  let ending = false;
  let askedAt = Infinity;
  const end = async (code: number, reason: string): Promise<void> => {
    if (ending) return;
    ending = true;
    console.log(`\n${reason} Ending everything.`);
    await children.stopAll();
    await releaseFolder(options.devDir);
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!ending) {
        askedAt = performance.now();
        void end(0, signal === 'SIGINT' ? 'Stopped.' : `Got ${signal}.`);
      } else if (performance.now() - askedAt > IMPATIENT_MS) {
        children.killAll();
        process.exit(130);
      }
    });
  }
  const guard = (child: Child): Child => {
    void child.ended.then(({ ending: how }) =>
      end(1, `${child.name} ended unexpectedly (${how}).`),
    );
    return child;
  };
  try {
    await bringUp(options, services, children, guard, () => ending);
  } catch (error) {
    await end(1, error instanceof Error ? error.message : String(error));
  }
}

async function prepare(): Promise<{ options: Options; services: Services }> {
  const read = readOptions(process.argv.slice(2), environment(), root);
  if (!read.ok && read.code === 'help') {
    console.log(read.message);
    process.exit(0);
  }
  if (!read.ok) return refuse(read.message);
  const { options } = read;
  const planned = planServices(options);
  if (!planned.ok) return refuse(planned.message);
  const { services } = planned;
  const names: PortName[] = services.standins.map((standin) => standin.port);
  if (!options.standinsOnly) names.unshift('PORT');
  const busy = await busyPorts(names, options.ports);
  if (busy.length > 0) return refuse(busy.join('\n'));
  const claimed = await claimFolder(options.devDir);
  if (!claimed.ok) {
    return refuse(
      `${options.devDir} is in use by another launcher (process ${claimed.pid}). End it, or set DEV_DIR.`,
    );
  }
  if (options.reset) await resetFolder(options.devDir);
  return { options, services };
}

async function bringUp(
  options: Options,
  services: Services,
  children: Children,
  guard: (child: Child) => Child,
  ending: () => boolean,
): Promise<void> {
  await Promise.all(
    services.standins.map(({ name, port, env }) =>
      guard(
        children.start({
          name,
          args: [join(root, 'dev', name, 'main.ts')],
          env: { ...options.env, ...env, [port]: String(options.ports[port]) },
        }),
      ).waitForLine('ready '),
    ),
  );
  if (!options.standinsOnly) {
    guard(children.start(await workerCommand(root, options, services.worker)));
  }
  const database = { ...options.env, DATABASE_URL: services.worker['DATABASE_URL'] };
  await runToEnd(children, 'migrate', 'drizzle/migrate.ts', database);
  if (!services.hostedDatabase || options.seed) {
    await runToEnd(children, 'seed', 'drizzle/seed.ts', database);
  }
  if (options.standinsOnly) {
    console.log(`\n${addressTable(options, services)}\nReady. Ctrl-C ends everything.\n`);
    return;
  }
  await waitForHealth(`http://localhost:${options.ports.PORT}`, 180_000, ending);
  console.log(`\n${addressTable(options, services)}\nReady. Ctrl-C ends everything.\n`);
  tickCron(options.ports.PORT);
  if (options.crowd > 0 && !services.hostedDatabase) startCrowd(options, children, ending);
}

async function runToEnd(
  children: Children,
  name: string,
  file: string,
  env: Options['env'],
): Promise<void> {
  const { code, ending } = await children.start({ name, args: [join(root, file)], env }).ended;
  if (code !== 0) throw new Error(`${file} failed (${ending}).`);
}

function startCrowd(options: Options, children: Children, isEnding: () => boolean): void {
  const crowd = children.start({
    name: 'crowd',
    args: [
      join(root, 'dev/crowd.ts'),
      `--origin=http://localhost:${options.ports.PORT}`,
      `--size=${options.crowd}`,
    ],
    env: options.env,
  });
  // The crowd is scenery: without it everything still works.
  void crowd.ended.then(({ ending }) => {
    if (!isEnding()) console.log(`The demo crowd has gone (${ending}).`);
  });
}

function environment(): Options['env'] {
  const file = join(root, '.dev.vars');
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  return { ...fromFile, ...process.env };
}

function refuse(message: string): never {
  console.error(message);
  process.exit(1);
}

await launch();
