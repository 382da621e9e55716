import { MoneyWorld } from './money-world.ts';

/** What became of many worlds with money. */
export interface MoneyRuns {
  seeds: number;
  /** Stages that orders came to, each order once. */
  ends: Map<string, number>;
  /** Faults that happened, by kind. */
  faults: Map<string, number>;
  failed: { seed: number; words: string }[];
}

/** Runs seeds from `first` to `last`, or until `enough` says so after one. A failed one does not end it. */
export async function runMoneySeeds(
  first: number,
  last: number,
  enough: () => boolean = () => false,
): Promise<MoneyRuns> {
  const runs: MoneyRuns = { seeds: 0, ends: new Map(), faults: new Map(), failed: [] };
  for (let seed = first; seed <= last; seed++) {
    runs.seeds += 1;
    const world = new MoneyWorld(seed);
    try {
      await world.run();
      for (const { history } of world.orders())
        for (const stage of new Set(history.map(({ to }) => to))) add(runs.ends, stage, 1);
    } catch (error) {
      runs.failed.push({ seed, words: String(error) });
    }
    for (const [kind, count] of [...world.faults.counts, ...world.moneyFaults.counts])
      add(runs.faults, kind, count);
    if (enough()) break;
  }
  return runs;
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}
