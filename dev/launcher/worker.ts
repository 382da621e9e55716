import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Command } from './children.ts';
import type { Options } from './options.ts';

/**
 * The `wrangler dev` that serves the site. The Worker's variables go through a file that only its owner
 * may read, because arguments are visible to everybody on the machine.
 */
export async function workerCommand(
  root: string,
  options: Options,
  variables: Readonly<Record<string, string>>,
): Promise<Command> {
  const envFile = join(options.devDir, 'worker.env');
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${quote(value)}\n`);
  await writeFile(envFile, lines.join(''), { mode: 0o600 });
  return {
    name: 'worker',
    args: [
      join(root, 'node_modules/wrangler/bin/wrangler.js'),
      'dev',
      `--cwd=${root}`,
      `--port=${options.ports.PORT}`,
      '--ip=127.0.0.1',
      '--inspector-port=0',
      `--env-file=${envFile}`,
      `--persist-to=${join(options.devDir, 'wrangler')}`,
      '--show-interactive-dev-session=false',
    ],
    env: {
      ...options.env,
      ...variables,
      PATH: [join(root, 'node_modules/.bin'), options.env['PATH']].join(delimiter),
      // No questions, no telemetry, no look for updates, nothing fetched, no state outside our folder.
      CI: 'true',
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_SEND_ERROR_REPORTS: 'false',
      WRANGLER_HIDE_BANNER: 'true',
      WRANGLER_WRITE_LOGS: 'false',
      WRANGLER_REGISTRY_PATH: join(options.devDir, 'registry'),
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      FORCE_COLOR: '0',
    },
  };
}

/** Quotes for wrangler's reader of `.env` files, which expands `$` unless it is escaped. */
function quote(value: string): string {
  const mark = ["'", '"', '`'].find((candidate) => !value.includes(candidate)) ?? "'";
  return `${mark}${value.replaceAll('$', String.raw`\$`)}${mark}`;
}

/** Asks `/healthz` until it answers 200. Throws when `deadlineMs` have passed, with the last answer. */
export async function waitForHealth(
  origin: string,
  deadlineMs: number,
  stopped: () => boolean,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  let last = 'no answer';
  while (performance.now() < deadline && !stopped()) {
    try {
      const answer = await fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(5_000) });
      if (answer.ok) return;
      last = `${answer.status} ${(await answer.text()).slice(0, 500)}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`The Worker was not healthy after ${deadlineMs / 1000} s. Last answer: ${last}`);
}

/**
 * Does what Cloudflare's cron does in production: calls the scheduled handler every minute, which
 * `wrangler dev` leaves to others. A call that fails is made up by the next.
 */
export function tickCron(port: number): void {
  setInterval(() => {
    fetch(`http://127.0.0.1:${port}/cdn-cgi/local/scheduled`).then(
      (answer) => answer.body?.cancel(),
      () => undefined,
    );
  }, 60_000);
}
