import { expect, it } from 'vitest';
import { FAULTS } from '../../sim/faults.ts';
import type { Fault } from '../../sim/faults.ts';
import { runSeed } from '../../sim/small.ts';

/** Seeds that are run each time; one that ever failed stays among them (30 did). */
const SEEDS = Array.from({ length: 60 }, (_, index) => index + 1);

const happened = new Set<Fault>();

it.each(SEEDS)('keeps every promise through storm and calm: seed %i', async (seed) => {
  const running = runSeed(seed);
  await expect(running).resolves.toBeDefined();
  for (const fault of (await running).faults.counts.keys()) happened.add(fault);
});

it('met every kind of fault on the way: without them the runs would show nothing', () => {
  expect(FAULTS.filter((fault) => !happened.has(fault))).toEqual([]);
});
