import { describe, expect, it } from 'vitest';
import { runDeep } from '../../sim/deep.ts';
import { runMoneySeed, type MoneyRun } from '../../sim/money/money-runs.ts';
import { optionsOf } from '../../sim/options.ts';

describe('a deep run', () => {
  it('shares its seeds among processes, where each is the same world as here', async () => {
    const told: MoneyRun[] = [];
    const seeds = { first: 11, last: 16 };
    const runs = await runDeep({ seeds, minutes: 1, jobs: 2, onRun: (run) => told.push(run) });
    expect(runs).toMatchObject({ seeds: 6, failed: [] });
    told.sort((a, b) => a.seed - b.seed);
    expect(told.map(({ seed }) => seed)).toEqual([11, 12, 13, 14, 15, 16]);
    expect(told[3]).toMatchObject(await runMoneySeed(14));
  });

  it('goes on for its time, an hour and in one process unless told otherwise', async () => {
    const asked = { deep: true, minutes: 60, jobs: 1, seeds: { first: 1, last: Infinity } };
    expect(optionsOf(['--deep'])).toMatchObject(asked);
    expect(optionsOf(['--deep', '--seed', '7']).seeds).toEqual({ first: 7, last: 7 });
    const { seeds } = await runDeep({
      seeds: { first: 1, last: Infinity },
      minutes: 0.005,
      jobs: 1,
      onRun: () => undefined,
    });
    expect(seeds).toBeGreaterThan(0);
  });
});
