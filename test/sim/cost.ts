import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { atMost, plain, report, type Figure } from '../bench/report.ts';
import { assumed } from './assumed.ts';
import { billOf, byGroup, idleUsd, renewalUsd, total } from './bill/bill.ts';
import { runBig, type Counts } from './big-run.ts';
import { countsFile } from './counts-file.ts';
import { optionsOf } from './options.ts';

/** What the yardstick's sale may cost, USD (issue 3, part 11). */
const BUDGET = { fans: 13_000_000, usd: 100 };

/** The counts that `npm run sim -- --fans N` has left, or those of a run made now. */
async function countsOf(fans: number, hours: number, seed: number): Promise<Counts> {
  const { counts } = countsFile(fans, hours);
  if (existsSync(counts)) {
    console.log(`counted by npm run sim: ${counts.pathname}`);
    return JSON.parse(readFileSync(counts, 'utf8')) as Counts;
  }
  console.log(`simulating ${fans.toLocaleString('en')} fans for ${hours} hours …`);
  const run = await runBig({ fans, hours, seed }, () => undefined);
  mkdirSync(new URL('.', counts), { recursive: true });
  writeFileSync(counts, JSON.stringify(run.counts));
  return run.counts;
}

/** `npm run cost -- --fans N [--hours H]`: what a sale costs at list prices, line by line; `--json FILE`, `--strict`. */
async function cost(fans: number, hours: number, seed: number): Promise<Figure[]> {
  const counts = await countsOf(fans, hours, seed);
  const lines = billOf(counts, hours);
  const priced = lines.filter(({ usd }) => usd > 0).toSorted((a, b) => b.usd - a.usd);
  console.table(
    priced.map(({ group, name, quantity, unit, usd }) => ({
      group,
      line: name,
      quantity: Math.round(quantity).toLocaleString('en'),
      unit,
      usd: usd.toFixed(2),
    })),
  );
  const free = lines.filter(({ usd }) => usd === 0);
  for (const { group, name, quantity, unit } of free)
    console.log(
      `no price: ${group}, ${name}: ${Math.round(quantity).toLocaleString('en')} ${unit}`,
    );
  for (const words of assumed()) console.log(`assumed: ${words}`);
  const whole = total(lines);
  const name = `${fans.toLocaleString('en')} fans, ${hours} hours`;
  return [
    ...byGroup(lines).map(({ group, usd }) => plain(group, usd, 'USD')),
    fans <= BUDGET.fans ? atMost(name, whole, 'USD', BUDGET.usd) : plain(name, whole, 'USD'),
    plain('more, were objects billed while they may hibernate', idleUsd(counts.times), 'USD'),
    plain(
      'more, for each tenth of the fans whose session must be renewed',
      renewalUsd(fans / 10),
      'USD',
    ),
    plain('for a thousand fans', (whole / fans) * 1_000, 'USD'),
  ];
}

const { fans, hours, seeds } = optionsOf(process.argv.slice(2));
report(await cost(fans ?? BUDGET.fans, hours, seeds.first), process.argv);
