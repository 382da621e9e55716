import type { TestProject } from 'vitest/node';
import { startStandins } from '../support/standins.ts';
import type { StandinAddresses } from './standins.ts';

declare module 'vitest' {
  interface ProvidedContext {
    standins: StandinAddresses;
  }
}

/** Starts the stand-ins on free ports, with a migrated and seeded database, for the tests in workerd. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stop, pid: _, ...addresses } = await startStandins();
  project.provide('standins', addresses);
  return stop;
}
