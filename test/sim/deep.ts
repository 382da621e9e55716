import { fork, type ChildProcess } from 'node:child_process';
import { MoneyRuns, type MoneyRun } from './money/money-runs.ts';

/** What a deep run is asked for. */
export interface DeepRun {
  /** Seeds from the first to the last, which may be `Infinity`. */
  seeds: { first: number; last: number };
  minutes: number;
  /** Processes that share the seeds. */
  jobs: number;
  /** Told of each seed at once. */
  onRun: (run: MoneyRun, runs: MoneyRuns) => void;
}

/** Wall time after which a world is taken for one that never ends, ms: most take some 15. */
const WORLD_MS = 60_000;

const WORKER = new URL('./deep-worker.ts', import.meta.url);
/** A larger nursery: a world's promises and copies die young. */
const WORKER_ARGS = ['--max-semi-space-size=32'];

/**
 * Runs seed after seed in processes of their own until the seeds or the time are over. A broken or stuck world
 * does not end it; one whose process is lost is run once more, for that may be the machine's doing.
 */
export async function runDeep({ seeds, minutes, jobs, onRun }: DeepRun): Promise<MoneyRuns> {
  const until = performance.now() + minutes * 60_000;
  const runs = new MoneyRuns();
  let next = seeds.first;
  const job = async (): Promise<void> => {
    const worker = new Worker();
    while (next <= seeds.last && (runs.seeds === 0 || performance.now() < until)) {
      const seed = next++;
      let run = await worker.run(seed);
      if (typeof run === 'string') {
        runs.again += 1;
        run = await worker.run(seed);
      }
      const told = typeof run === 'string' ? { ...NOTHING, seed, broken: run } : run;
      runs.add(told);
      onRun(told, runs);
    }
    worker.end();
  };
  await Promise.all(Array.from({ length: jobs }, job));
  return runs;
}

/** What is known of a world that was lost with its process. */
const NOTHING = { ends: {}, faults: {}, checked: {} };

/** A process that runs seeds, begun anew when it is lost. */
class Worker {
  #process: ChildProcess | null = null;

  /** What became of a seed, or how its process was lost. */
  run(seed: number): Promise<MoneyRun | string> {
    const child = (this.#process ??= fork(WORKER, { execArgv: WORKER_ARGS }));
    return new Promise((resolve) => {
      const end = (outcome: MoneyRun | string): void => {
        clearTimeout(stuck);
        child.removeAllListeners();
        if (typeof outcome === 'string') this.end();
        resolve(outcome);
      };
      const stuck = setTimeout(() => end('it does not end'), WORLD_MS);
      child.once('exit', (code, signal) => end(`its process died: ${signal ?? code}`));
      child.once('message', (run) => end(run as MoneyRun));
      child.send(seed);
    });
  }

  end(): void {
    this.#process?.kill('SIGKILL');
    this.#process = null;
  }
}
