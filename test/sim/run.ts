import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { atMost, plain, report, type Figure } from '../bench/report.ts';
import { figuresOf, pictureOf, seriesOf } from './big-report.ts';
import { runBig } from './big-run.ts';
import { countsFile } from './counts-file.ts';
import { optionsOf, type Options } from './options.ts';
import { runSeeds } from './small-runs.ts';

/** How often a big run tells how far it is, ms. */
const TELL_MS = 20_000;

/**
 * `npm run sim`: many small worlds with every fault. `-- --seeds A..B` names them, `-- --seed N` one.
 * `npm run sim -- --fans N [--hours H] [--seed N]`: one big sale, with its picture. `--json FILE` writes
 * the figures, `--strict` makes a missed bar or a broken promise a non-zero exit.
 */
async function run(options: Options): Promise<Figure[]> {
  if (options.fans !== null) return big(options.fans, options.hours, options.seeds.first);
  return small(options.seeds);
}

async function small({ first, last }: Options['seeds']): Promise<Figure[]> {
  const from = performance.now();
  const { seeds, faults, failed } = await runSeeds(first, last);
  for (const { seed, words } of failed)
    console.error(`seed ${seed}: ${words}\n  again: npm run sim -- --seed ${seed}`);
  const kinds = [...faults].sort(([, a], [, b]) => b - a);
  if (failed.length > 0) process.exitCode = 1;
  return [
    plain('worlds', seeds, 'seeds'),
    atMost('worlds with a broken promise', failed.length, 'seeds', 0),
    plain('wall time', (performance.now() - from) / 1_000, 's'),
    ...kinds.map(([kind, count]) => plain(`fault: ${kind}`, count, 'times')),
  ];
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
