import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { StandinAddresses } from '../workers/standins.ts';

/** The stand-ins in a process of their own, so that what they cost is not taken for ours. */
export interface Standins extends StandinAddresses {
  pid: number;
  stop(): Promise<void>;
}

/** Starts all stand-ins on free ports, with a migrated and, unless asked otherwise, seeded database. They end with this process. */
export async function startStandins({ seeded = true } = {}): Promise<Standins> {
  const script = fileURLToPath(new URL('../workers/standins.ts', import.meta.url));
  const child = fork(script, seeded ? [] : ['--unseeded'], { execArgv: [] });
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', (code) => reject(new Error(`the stand-ins ended with code ${code}`)));
  });
  const ready = new Promise<StandinAddresses>((resolve) => {
    child.once('message', (addresses) => resolve(addresses as StandinAddresses));
  });
  const addresses = await Promise.race([ready, ended]);
  return {
    ...addresses,
    pid: child.pid ?? 0,
    stop: async () => {
      child.disconnect();
      await ended.catch(() => undefined);
    },
  };
}
