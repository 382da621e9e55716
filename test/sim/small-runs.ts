import { runSeed } from './small.ts';

/** What became of many small worlds. */
export interface SmallRuns {
  seeds: number;
  /** Faults that happened, by kind. */
  faults: Map<string, number>;
  failed: { seed: number; words: string }[];
}

/** Runs the small world of every seed from `first` to `last`. A failed one does not end it. */
export async function runSeeds(first: number, last: number): Promise<SmallRuns> {
  const runs: SmallRuns = { seeds: 0, faults: new Map(), failed: [] };
  for (let seed = first; seed <= last; seed++) {
    runs.seeds += 1;
    try {
      const { faults } = await runSeed(seed);
      for (const [kind, count] of faults.counts)
        runs.faults.set(kind, (runs.faults.get(kind) ?? 0) + count);
    } catch (error) {
      runs.failed.push({ seed, words: String(error) });
    }
  }
  return runs;
}
