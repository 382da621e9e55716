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

/** Runs seed after seed in processes of their own until the seeds or the time are over. A broken or stuck world does not end it. */
export async function runDeep({ seeds, minutes, jobs, onRun }: DeepRun): Promise<MoneyRuns> {
  const until = performance.now() + minutes * 60_000;
  const runs = new MoneyRuns();
  let next = seeds.first;
  const job = async (): Promise<void> => {
    let worker: ChildProcess | null = null;
    while (next <= seeds.last && (runs.seeds === 0 || performance.now() < until)) {
      worker ??= fork(WORKER, { execArgv: WORKER_ARGS });
      const run = await runIn(worker, next++);
      if (run.lost) {
        worker.kill('SIGKILL');
        worker = null;
      }
      runs.add(run);
      onRun(run, runs);
    }
    worker?.kill();
  };
  await Promise.all(Array.from({ length: jobs }, job));
  return runs;
}

/** One seed in a process; `lost` when nothing can be asked of that process any more. */
function runIn(worker: ChildProcess, seed: number): Promise<MoneyRun & { lost: boolean }> {
  return new Promise((resolve) => {
    const end = (run: MoneyRun, lost: boolean): void => {
      clearTimeout(stuck);
      worker.removeAllListeners();
      resolve({ ...run, lost });
    };
    const failed = (broken: string): void =>
      end({ seed, broken, ends: {}, faults: {}, checked: {} }, true);
    const stuck = setTimeout(() => failed('it does not end'), WORLD_MS);
    worker.once('exit', (code, signal) => failed(`its process died: ${signal ?? code}`));
    worker.once('message', (run) => end(run as MoneyRun, false));
    worker.send(seed);
  });
}
