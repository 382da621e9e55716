import { cpus } from 'node:os';
import { broadcast, httpJoin, liveJoin, lock } from './cases.ts';
import { bestAvailable } from './core-best.ts';
import { latency } from './latency.ts';
import { report } from './report.ts';
import type { Figure } from './report.ts';
import { setStage } from './stage.ts';
import type { Stage } from './stage.ts';

/** Cases on bare workerd, beside their floors. */
const STAGED = { httpJoin, liveJoin, lock, broadcast };
/** Cases that bring up what they need. */
const ALONE = { bestAvailable, latency };

/** `npm run bench [-- CASE] [-- --json FILE] [-- --strict]`: ours and the floor in the same minute. */
async function run(only: string | undefined): Promise<Figure[]> {
  const chosen = <Case>(cases: Record<string, Case>) =>
    Object.entries(cases).flatMap(([name, measure]) =>
      only === undefined || only === name ? [measure] : [],
    );
  const staged = chosen<(stage: Stage) => Promise<Figure>>(STAGED);
  const alone = chosen<() => Promise<Figure[]>>(ALONE);
  if (staged.length + alone.length === 0) throw new Error(`no such case: ${only}`);
  const figures: Figure[] = [];
  if (staged.length > 0) {
    const stage = await setStage();
    try {
      for (const measure of staged) figures.push(await measure(stage));
    } finally {
      await stage.close();
    }
  }
  for (const measure of alone) figures.push(...(await measure()));
  return figures;
}

console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`);
const [first] = process.argv.slice(2);
report(await run(first?.startsWith('--') ? undefined : first), process.argv);
