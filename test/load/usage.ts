import { cpuSecondsOf, cpuSecondsOfAll } from '../support/cpu.ts';
import type { LoadStage } from './stage.ts';

/** Seconds of CPU: of each workerd, of the load generator, of the stand-ins, of the whole machine; and the time, s. */
interface UsageSoFar {
  workerds: readonly number[];
  generator: number;
  standins: number;
  all: number;
  wall: number;
}

/** What a stretch of time has cost, seconds of CPU, and how long it took. */
export interface Usage {
  /** In the order of the stage's processes. */
  workerds: readonly number[];
  generator: number;
  standins: number;
  /** All else on the machine. */
  others: number;
  wall: number;
}

/** Begins to count; the answer says what was used until it is called. */
export function usage(stage: LoadStage): () => Usage {
  const before = soFar(stage);
  return () => {
    const after = soFar(stage);
    const workerds = after.workerds.map(
      (seconds, index) => seconds - (before.workerds[index] ?? 0),
    );
    const generator = after.generator - before.generator;
    const standins = after.standins - before.standins;
    const ours = sum(workerds) + generator + standins;
    const others = after.all - before.all - ours;
    return { workerds, generator, standins, others, wall: after.wall - before.wall };
  };
}

/** All together. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function soFar({ processes, standins }: LoadStage): UsageSoFar {
  const { user, system } = process.cpuUsage();
  return {
    workerds: processes.map((workerd) => workerd.cpuSeconds),
    generator: (user + system) / 1e6,
    standins: cpuSecondsOf(standins.pid),
    all: cpuSecondsOfAll(),
    wall: performance.now() / 1000,
  };
}
