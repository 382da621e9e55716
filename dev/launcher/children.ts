import { fork, spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { endGroup, signalGroup } from './groups.ts';

/** How a process ended, in words: `exit code 1`, `signal SIGKILL`. */
export type Ending = string;

/** A command to run. `args` follow Node's own executable. */
export interface Command {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A process that runs. */
export interface Child {
  readonly name: string;
  /** Resolves with the rest of the first output line that begins with `prefix`; rejects if the process ends before. */
  waitForLine(prefix: string): Promise<string>;
  /** Resolves when it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly ending: Ending }>;
}

/** The launcher's processes. Each leads a process group of its own, so that its descendants end with it. */
export interface Children {
  start(command: Command): Child;
  /** Ends all, the youngest first. */
  stopAll(): Promise<void>;
  /** Ends all at once and by force. */
  killAll(): void;
}

const GRACE_MS = 5_000;

/** `print` gets every line a child writes. */
export function createChildren(print: (name: string, line: string) => void): Children {
  const running: { readonly pid: number; readonly ended: Promise<unknown> }[] = [];
  const reaper = startReaper();
  let stopping = false;

  function start(command: Command): Child {
    if (stopping) throw new Error(`${command.name} was not started, everything is ending`);
    const child = spawn(process.execPath, command.args, {
      env: { ...command.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const lines = new LineWatch();
    for (const stream of [child.stdout, child.stderr]) {
      onLines(stream, (line) => {
        lines.push(line);
        print(command.name, line);
      });
    }
    const ended = endOf(child).then((result) => {
      lines.end(`${command.name} ended (${result.ending})`);
      return result;
    });
    const { pid } = child;
    if (pid !== undefined) {
      const entry = { pid, ended };
      running.push(entry);
      if (reaper.connected) reaper.send({ add: pid });
      // What the leader leaves behind has no business any more, and would hold its output open.
      child.once('exit', () => signalGroup(pid, 'SIGKILL'));
      void ended.then(() => {
        if (reaper.connected) reaper.send({ remove: pid });
        running.splice(running.indexOf(entry), 1);
      });
    }
    return { name: command.name, ended, waitForLine: (prefix) => lines.wait(prefix) };
  }

  return {
    start,
    stopAll: async () => {
      stopping = true;
      for (const entry of running.toReversed()) {
        await endGroup(entry.pid, GRACE_MS);
        await entry.ended;
      }
      if (!reaper.connected) return;
      const gone = new Promise((resolve) => reaper.once('exit', resolve));
      reaper.disconnect();
      await gone;
    },
    killAll: () => {
      stopping = true;
      for (const { pid } of running) signalGroup(pid, 'SIGKILL');
      if (reaper.connected) reaper.disconnect();
    },
  };
}

function startReaper(): ChildProcess {
  const reaper = fork(fileURLToPath(new URL('reaper.ts', import.meta.url)), {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  reaper.on('error', (error) => console.error(`reaper: ${error.message}`));
  reaper.unref();
  return reaper;
}

function onLines(stream: Readable, use: (line: string) => void): void {
  createInterface({ input: stream }).on('line', use);
}

function endOf(child: ChildProcess): Child['ended'] {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, ending: error.message }));
    child.once('close', (code, signal) => {
      resolve({ code, ending: signal === null ? `exit code ${code}` : `signal ${signal}` });
    });
  });
}

/** Remembers a child's lines until somebody asked for one, and answers waiting questions. */
class LineWatch {
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  #reason: string | undefined;

  push(line: string): void {
    // Only the first lines can be the announcement; an endless log must not be kept.
    if (this.#lines.length < 500) this.#lines.push(line);
    for (const wake of this.#waiting) wake();
  }

  end(reason: string): void {
    this.#reason = reason;
    for (const wake of this.#waiting) wake();
  }

  wait(prefix: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const line = this.#lines.find((candidate) => candidate.startsWith(prefix));
        if (line === undefined && this.#reason === undefined) return;
        this.#waiting.delete(look);
        if (line === undefined) reject(new Error(this.#reason));
        else resolve(line.slice(prefix.length).trim());
      };
      this.#waiting.add(look);
      look();
    });
  }
}
