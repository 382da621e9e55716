import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { FAULTS } from '../../sim/faults.ts';
import type { Fault } from '../../sim/faults.ts';
import { keepSeed, keptSeeds } from '../../sim/kept-seeds.ts';
import { runSeed } from '../../sim/small.ts';

/** Seeds that are run each time: the first ones, and those that ever failed. */
const FIRST = Array.from({ length: 60 }, (_, index) => index + 1);
const SEEDS = [...new Set([...FIRST, ...keptSeeds('queue')])];

const happened = new Set<Fault>();

it.each(SEEDS)('keeps every promise through storm and calm: seed %i', async (seed) => {
  const running = runSeed(seed);
  await expect(running).resolves.toBeDefined();
  for (const fault of (await running).faults.counts.keys()) happened.add(fault);
});

it('met every kind of fault on the way: without them the runs would show nothing', () => {
  expect(FAULTS.filter((fault) => !happened.has(fault))).toEqual([]);
});

it('a seed that fails is kept with its reason, once, and run again by each test', () => {
  const file = pathToFileURL(join(mkdtempSync(join(tmpdir(), 'onsale-seeds-')), 'kept.txt'));
  writeFileSync(file, 'money 7 a refund was lost\n');
  for (let time = 0; time < 2; time++)
    keepSeed('queue', 4_711, 'Violation: two fans\nat one place', file);
  expect(readFileSync(file, 'utf8')).toBe(
    'money 7 a refund was lost\nqueue 4711 Violation: two fans at one place\n',
  );
  expect([keptSeeds('queue', file), keptSeeds('money', file)]).toEqual([[4_711], [7]]);
});
