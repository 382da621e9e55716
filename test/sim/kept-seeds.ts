import { appendFileSync, readFileSync } from 'node:fs';

const FILE = new URL('kept-seeds.txt', import.meta.url);

/** Which small world a seed is of. */
export type WorldKind = 'queue' | 'money';

/** Seeds that ever broke a promise, of one world: each `npm test` runs them again. */
export function keptSeeds(world: WorldKind, file: URL = FILE): number[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const seeds = lines
    .map((line) => line.split(' '))
    .filter(([of]) => of === world)
    .map(([, seed]) => Number(seed));
  return [...new Set(seeds)];
}

/** Puts a seed that has failed into the kept list, with why; to be committed with what mends it. */
export function keepSeed(world: WorldKind, seed: number, why: string, file: URL = FILE): void {
  if (keptSeeds(world, file).includes(seed)) return;
  appendFileSync(file, `${world} ${seed} ${why.replaceAll('\n', ' ')}\n`);
}
