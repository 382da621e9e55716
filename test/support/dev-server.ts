import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './workerd.ts';

const home = join(import.meta.dirname, '../..');

/** `npm run dev` as a developer has it, on ports and data of its own. */
export interface DevServer {
  origin: string;
  stripe: string;
  mail: string;
  databaseUrl: string;
  /** Everything it printed so far. */
  output(): string;
  /** Asks it to end, as Ctrl-C does, and waits until it has. */
  stop(): Promise<{ code: number | null }>;
}

/** Starts the launcher in `root` and waits for its table. Extra arguments go to `npm run dev --`. */
export async function startDev(
  options: { args?: readonly string[]; root?: string; env?: Record<string, string> } = {},
): Promise<DevServer> {
  const [port, postgres, redis, stripe, mail, drand] = await Promise.all(
    Array.from({ length: 6 }, freePort),
  );
  const dataDir = mkdtempSync(join(tmpdir(), 'onsale-dev-'));
  const ports = {
    PORT: String(port),
    POSTGRES_PORT: String(postgres),
    REDIS_PORT: String(redis),
    STRIPE_STANDIN_PORT: String(stripe),
    MAIL_PORT: String(mail),
    DRAND_STANDIN_PORT: String(drand),
  };
  const child = spawn('npm', ['run', 'dev', '--', ...(options.args ?? ['--no-crowd'])], {
    cwd: options.root ?? home,
    env: { ...process.env, ...ports, DEV_DIR: dataDir, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = collect(child);
  await untilReady(child, printed, dataDir);
  return {
    origin: `http://localhost:${port}`,
    stripe: `http://localhost:${stripe}`,
    mail: `http://localhost:${mail}`,
    databaseUrl: `postgresql://onsale:onsale@localhost:${postgres}/onsale`,
    output: printed,
    stop: async () => {
      const code = await end(child, dataDir);
      await rm(dataDir, { recursive: true, force: true });
      return { code };
    },
  };
}

function collect(child: ChildProcess): () => string {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}

async function untilReady(
  child: ChildProcess,
  printed: () => string,
  dataDir: string,
): Promise<void> {
  const until = Date.now() + 150_000;
  while (!printed().includes('Ready.')) {
    if (child.exitCode !== null)
      throw new Error(`npm run dev ended with ${child.exitCode}:\n${printed()}`);
    if (Date.now() > until) {
      await end(child, dataDir);
      throw new Error(`npm run dev was not ready in time:\n${printed()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Ctrl-C for the launcher itself: its own exit code is what npm then ends with. */
function end(child: ChildProcess, dataDir: string): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode);
    child.once('close', (code) => resolve(code));
    process.kill(Number(readFileSync(join(dataDir, 'launcher.pid'), 'utf8')), 'SIGINT');
  });
}
