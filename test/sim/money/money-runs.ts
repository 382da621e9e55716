import { MoneyWorld } from './money-world.ts';

/** How often each of several things happened. */
export type Counts = Record<string, number>;

/** What became of one world with money; plain data. */
export interface MoneyRun {
  seed: number;
  /** The first thing that did not add up, in words; null when all did. */
  broken: string | null;
  /** Stages that orders came to, each order once. */
  ends: Counts;
  /** Faults that happened, by kind. */
  faults: Counts;
  /** What was held against something else, by kind. */
  checked: Counts;
}

/** Runs one seed to its end, or to the first thing that does not add up. */
export async function runMoneySeed(seed: number): Promise<MoneyRun> {
  const world = new MoneyWorld(seed);
  const broken = await world.run().then(
    () => null,
    (error: unknown) => String(error),
  );
  const ends: Counts = {};
  if (broken === null)
    for (const { history } of world.orders())
      add(ends, Object.fromEntries(history.map(({ to }) => [to, 1])));
  const faults = Object.fromEntries([...world.faults.counts, ...world.moneyFaults.counts]);
  return { seed, broken, ends, faults, checked: world.checked() };
}

/** What became of many worlds with money. */
export class MoneyRuns {
  seeds = 0;
  /** Those that were run once more, their process having been lost. */
  again = 0;
  readonly ends: Counts = {};
  readonly faults: Counts = {};
  readonly checked: Counts = {};
  readonly failed: { seed: number; words: string }[] = [];

  add({ seed, broken, ends, faults, checked }: MoneyRun): void {
    this.seeds += 1;
    if (broken !== null) this.failed.push({ seed, words: broken });
    add(this.ends, ends);
    add(this.faults, faults);
    add(this.checked, checked);
  }
}

function add(sums: Counts, counts: Counts): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
}
