import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { atMost, plain, report, type Figure } from '../bench/report.ts';
import { assumed } from './assumed.ts';
import { figuresOf, pictureOf, seriesOf } from './big-report.ts';
import { runBig } from './big-run.ts';
import { countsFile } from './counts-file.ts';
import { keepSeed, type WorldKind } from './kept-seeds.ts';
import { optionsOf, type Options } from './options.ts';
import { runDeep } from './deep.ts';
import { runSeeds } from './small-runs.ts';

/** How often a big run, and a deep one, tells how far it is, ms. */
const TELL_MS = 20_000;
const DEEP_TELL_MS = 60_000;

/**
 * `npm run sim`: many small worlds with every fault. `-- --seeds A..B` names them, `-- --seed N` one.
 * `npm run sim -- --fans N [--hours H] [--seed N] [--policy draw]`: one big sale, with its picture; with `draw` its
 * lobby is drawn and the published record audited.
 * `npm run sim -- --deep [--minutes N] [--jobs N] [--seeds A..B]`: seats and money under every fault, seed after
 * seed for an hour, in one process unless more are asked for.
 * `--json FILE` writes the figures, `--strict` makes a missed bar or a broken promise a non-zero exit.
 */
async function run(options: Options): Promise<Figure[]> {
  if (options.deep) return deep(options);
  if (options.fans !== null) return big(options, options.fans);
  return small(options.seeds);
}

async function small({ first, last }: Options['seeds']): Promise<Figure[]> {
  const from = performance.now();
  const { seeds, failed, faults } = await runSeeds(first, last);
  for (const { seed, words } of failed) tellFailed(seed, words, 'queue');
  return [...worldFigures(seeds, failed.length, from), ...counted('fault', faults)];
}

/** A failed seed and how to see it again; it is kept, and makes a non-zero exit. */
function tellFailed(seed: number, words: string, world: WorldKind): void {
  const how = world === 'money' ? '--deep ' : '';
  keepSeed(world, seed, words);
  console.error(
    `seed ${seed}: ${words}\n  again: npm run sim -- ${how}--seed ${seed}, and in each npm test`,
  );
  process.exitCode = 1;
}

function worldFigures(seeds: number, failed: number, from: number): Figure[] {
  return [
    plain('worlds', seeds, 'seeds'),
    atMost('worlds with a broken promise', failed, 'seeds', 0),
    plain('wall time', (performance.now() - from) / 1_000, 's'),
  ];
}

/** Counts by kind, most frequent first. */
function counted(what: string, counts: Iterable<[string, number]>): Figure[] {
  const kinds = [...counts].sort(([, a], [, b]) => b - a);
  return kinds.map(([kind, count]) => plain(`${what}: ${kind}`, count, 'times'));
}

/** Seed after seed of the world with money; tells a failed one at once and each minute how far it is. */
async function deep({ minutes, jobs, seeds }: Options): Promise<Figure[]> {
  const from = performance.now();
  let toldAt = from;
  // What is loaded is what was checked out at the beginning, whatever is checked out later.
  const commit = commitNow();
  console.log(`commit ${commit}, from seed ${seeds.first}, ${minutes} minutes, ${jobs} at a time`);
  const runs = await runDeep({
    seeds,
    minutes,
    jobs,
    onRun: ({ seed, broken }, { seeds: worlds, failed }) => {
      if (broken !== null) tellFailed(seed, broken, 'money');
      const now = performance.now();
      if (now - toldAt < DEEP_TELL_MS) return;
      toldAt = now;
      const minute = ((now - from) / 60_000).toFixed(0);
      console.log(
        `${minute} min · ${worlds.toLocaleString('en')} worlds · ${failed.length} failed`,
      );
    },
  });
  const last = seeds.first + runs.seeds - 1;
  const failed = runs.failed.map(({ seed }) => seed).join(', ');
  console.log(`commit ${commit}, seeds ${seeds.first} to ${last}, failed: ${failed || 'none'}`);
  return [
    ...worldFigures(runs.seeds, runs.failed.length, from),
    plain('worlds run again after their process was lost', runs.again, 'seeds'),
    ...counted('checked', Object.entries(runs.checked)),
    ...counted('orders that came to', Object.entries(runs.ends)),
    ...counted('fault', Object.entries(runs.faults)),
  ];
}

/** The commit that is checked out; with a mark when something was changed since. */
function commitNow(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
  return `${git('rev-parse', 'HEAD')}${git('status', '--porcelain') === '' ? ' (clean)' : ' and changes'}`;
}

async function big({ hours, policy, seeds }: Options, fans: number): Promise<Figure[]> {
  const from = performance.now();
  let toldAt = from;
  const change = policy === 'draw' ? { lobby: policy } : {};
  const sale = await runBig({ fans, hours, seed: seeds.first, change }, (words) => {
    if (performance.now() - toldAt < TELL_MS) return;
    toldAt = performance.now();
    console.log(`${((toldAt - from) / 1_000).toFixed(0)} s · ${words}`);
  });
  const { user, system } = process.cpuUsage();
  const effort = {
    wallSeconds: (performance.now() - from) / 1_000,
    cpuSeconds: (user + system) / 1e6,
    peakMb: process.resourceUsage().maxRSS / 1_024,
  };
  const { counts, picture } = countsFile(fans, hours, policy);
  mkdirSync(new URL('.', counts), { recursive: true });
  const drawn = policy === 'draw' ? ', lobby drawn' : '';
  const title = `${fans.toLocaleString('en')} fans, ${hours} hours${drawn} (simulated)`;
  writeFileSync(picture, pictureOf(sale, title));
  writeFileSync(counts, JSON.stringify(sale.counts));
  for (const words of assumed()) console.log(`assumed: ${words}`);
  console.table(seriesOf(sale));
  console.log(`picture: ${picture.pathname}\ncounts for npm run cost: ${counts.pathname}`);
  return figuresOf(sale, effort);
}

console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`);
report(await run(optionsOf(process.argv.slice(2))), process.argv);
