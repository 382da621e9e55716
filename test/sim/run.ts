import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { atMost, plain, report, type Figure } from '../bench/report.ts';
import { figuresOf, pictureOf, seriesOf } from './big-report.ts';
import { runBig } from './big-run.ts';
import { countsFile } from './counts-file.ts';
import { optionsOf, type Options } from './options.ts';
import { runMoneySeeds } from './money/money-runs.ts';
import { runSeeds, type SmallRuns } from './small-runs.ts';

/** How often a big run tells how far it is, ms. */
const TELL_MS = 20_000;

/**
 * `npm run sim`: many small worlds with every fault. `-- --seeds A..B` names them, `-- --seed N` one.
 * `npm run sim -- --fans N [--hours H] [--seed N]`: one big sale, with its picture.
 * `npm run sim -- --deep [--minutes N] [--seed N]`: seats and money under every fault, seed after seed.
 * `--json FILE` writes the figures, `--strict` makes a missed bar or a broken promise a non-zero exit.
 */
async function run(options: Options): Promise<Figure[]> {
  if (options.deep) return deep(options);
  if (options.fans !== null) return big(options.fans, options.hours, options.seeds.first);
  return small(options.seeds);
}

async function small({ first, last }: Options['seeds']): Promise<Figure[]> {
  const from = performance.now();
  const runs = await runSeeds(first, last);
  tellFailed(runs.failed, '--seed');
  return [...worldFigures(runs, from), ...counted('fault', runs.faults)];
}

/** Each failed seed and how to see it again; any makes a non-zero exit. */
function tellFailed(failed: SmallRuns['failed'], how: string): void {
  for (const { seed, words } of failed)
    console.error(`seed ${seed}: ${words}\n  again: npm run sim -- ${how} ${seed}`);
  if (failed.length > 0) process.exitCode = 1;
}

function worldFigures({ seeds, failed }: Omit<SmallRuns, 'faults'>, from: number): Figure[] {
  return [
    plain('worlds', seeds, 'seeds'),
    atMost('worlds with a broken promise', failed.length, 'seeds', 0),
    plain('wall time', (performance.now() - from) / 1_000, 's'),
  ];
}

/** Counts by kind, most frequent first. */
function counted(what: string, counts: ReadonlyMap<string, number>): Figure[] {
  const kinds = [...counts].sort(([, a], [, b]) => b - a);
  return kinds.map(([kind, count]) => plain(`${what}: ${kind}`, count, 'times'));
}

/** Seed after seed of the world with money, until the time is over. */
async function deep({ minutes, seeds: { first } }: Options): Promise<Figure[]> {
  const from = performance.now();
  let toldAt = from;
  let worlds = 0;
  const runs = await runMoneySeeds(first, Infinity, () => {
    worlds += 1;
    const now = performance.now();
    if (now - toldAt > TELL_MS) {
      toldAt = now;
      console.log(`${((now - from) / 60_000).toFixed(1)} min · ${worlds} worlds`);
    }
    return now - from >= minutes * 60_000;
  });
  tellFailed(runs.failed, '--deep --minutes 0.0001 --seed');
  console.log(`commit ${commit()}, seeds ${first} to ${first + runs.seeds - 1}`);
  return [
    ...worldFigures(runs, from),
    ...counted('orders that came to', runs.ends),
    ...counted('fault', runs.faults),
  ];
}

/** The commit that is checked out; with a mark when something was changed since. */
function commit(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
  return `${git('rev-parse', 'HEAD')}${git('status', '--porcelain') === '' ? '' : ' and changes'}`;
}

async function big(fans: number, hours: number, seed: number): Promise<Figure[]> {
  const from = performance.now();
  let toldAt = from;
  const sale = await runBig({ fans, hours, seed }, (words) => {
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
  const { counts, picture } = countsFile(fans, hours);
  mkdirSync(new URL('.', counts), { recursive: true });
  const title = `${fans.toLocaleString('en')} fans, ${hours} hours (simulated)`;
  writeFileSync(picture, pictureOf(sale, title));
  writeFileSync(counts, JSON.stringify(sale.counts));
  console.table(seriesOf(sale));
  console.log(`picture: ${picture.pathname}\ncounts for npm run cost: ${counts.pathname}`);
  return figuresOf(sale, effort);
}

console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`);
report(await run(optionsOf(process.argv.slice(2))), process.argv);
