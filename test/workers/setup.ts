import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import type { StandinAddresses } from './standins.ts';

declare module 'vitest' {
  interface ProvidedContext {
    standins: StandinAddresses;
  }
}

/** Starts the stand-ins on free ports, with a migrated and seeded database, for the tests in workerd. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const child = fork(fileURLToPath(new URL('./standins.ts', import.meta.url)), { execArgv: [] });
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', (code) => reject(new Error(`the stand-ins ended with code ${code}`)));
  });
  const ready = new Promise<StandinAddresses>((resolve) => {
    child.once('message', (addresses) => resolve(addresses as StandinAddresses));
  });
  project.provide('standins', await Promise.race([ready, ended]));
  return async () => {
    child.disconnect();
    await ended.catch(() => undefined);
  };
}
