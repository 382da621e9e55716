import type { Listening } from './serve.ts';

/**
 * Body of a stand-in's `main.ts`: starts it, prints `ready URL` on a line of its own, and ends on
 * SIGTERM, SIGINT, or when a parent that opened an IPC channel is gone. Exit code 1 when it cannot start.
 */
export async function runStandin(start: () => Promise<Listening>): Promise<void> {
  let ending = false;
  const running = start();
  const end = (): void => {
    if (ending) return;
    ending = true;
    running
      .then((standin) => standin.close())
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('disconnect', end);
  try {
    const standin = await running;
    console.log(`ready ${standin.url}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

/** Port from the environment variable `name`, else `fallback`. Exits with a message when it is no port. */
export function portFromEnv(name: string, fallback: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return fallback;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  console.error(`${name} must be a port number, not "${text}"`);
  return process.exit(1);
}
