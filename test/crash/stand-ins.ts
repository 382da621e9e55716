import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { freePort } from '../support/workerd.ts';

const dev = join(import.meta.dirname, '../../dev');

/** Which stand-ins a crash run has. Mail keeps its box in memory, and so is never killed. */
export type StandinName = 'postgres' | 'redis' | 'stripe' | 'mail';

/** A stand-in as a process of its own, on one port for all its lives. */
export class Standin {
  readonly name: StandinName;
  readonly url: string;
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | null = null;

  private constructor(name: StandinName, port: number, env: Readonly<Record<string, string>>) {
    this.name = name;
    this.url = `http://localhost:${port}`;
    this.#env = env;
  }

  /** Starts it for the first time; `portName` is the variable that its `main.ts` reads. */
  static async start(
    name: StandinName,
    portName: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Standin> {
    const port = await freePort();
    const standin = new Standin(name, port, { ...env, [portName]: String(port) });
    // A run that is broken off must not leave it behind.
    process.once('exit', () => standin.#child?.kill('SIGKILL'));
    await standin.up();
    return standin;
  }

  /** Starts it again; resolves when it listens. */
  async up(): Promise<void> {
    const child = spawn(process.execPath, [join(dev, this.name, 'main.ts')], {
      env: { ...process.env, ...this.#env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`${this.name} ended with ${code}`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.startsWith('ready ')) resolve();
      });
    });
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }
}
