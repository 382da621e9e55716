import { cpus } from 'node:os';
import { broadcast, httpJoin, liveJoin, lock } from './cases.ts';
import { bestAvailable } from './core-best.ts';
import { contended } from './contended.ts';
import { contendedLocks } from './core-contended.ts';
import { drawEverybody } from './core-draw.ts';
import { growthFigures } from './core-growth.ts';
import { presenceFigures } from './core-presence.ts';
import { lockAndConfirm } from './core-seats.ts';
import { filing } from './filing.ts';
import { latency } from './latency.ts';
import { usualJoins } from './peers/joins.ts';
import { refresh } from './peers/refresh.ts';
import { queueState } from './peers/sorted-set.ts';
import { report } from './report.ts';
import type { Figure } from './report.ts';
import { sale60k } from './sale60k.ts';
import { setStage } from './stage.ts';
import type { Stage } from './stage.ts';

/** Cases on bare workerd, beside their floors. */
const STAGED = { httpJoin, liveJoin, lock, contended, broadcast, usualJoins, refresh };
/** Cases that bring up what they need. */
const ALONE = {
  draw: drawEverybody,
  presence: presenceFigures,
  growth: growthFigures,
  seats: lockAndConfirm,
  contendedDesk: contendedLocks,
  bestAvailable,
  queueState,
  filing,
  latency,
};

/** Cases that take minutes: only when asked for. */
const LONG = { sale60k };

type Answer = Figure | Figure[];

/** `npm run bench [-- CASE] [-- --json FILE] [-- --strict]`: ours and the floor in the same minute. */
async function run(only: string | undefined): Promise<Figure[]> {
  const chosen = <Case>(cases: Record<string, Case>) =>
    Object.entries(cases).flatMap(([name, measure]) =>
      only === undefined || only === name ? [measure] : [],
    );
  const staged = chosen<(stage: Stage) => Promise<Answer>>(STAGED);
  const cases = only !== undefined && only in LONG ? LONG : ALONE;
  const alone = chosen<() => Answer | Promise<Answer>>(cases);
  if (staged.length + alone.length === 0) throw new Error(`no such case: ${only}`);
  const figures: Figure[] = [];
  if (staged.length > 0) {
    const stage = await setStage();
    try {
      for (const measure of staged) figures.push(...[await measure(stage)].flat());
    } finally {
      await stage.close();
    }
  }
  for (const measure of alone) figures.push(...[await measure()].flat());
  return figures;
}

console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`);
const [first] = process.argv.slice(2);
report(await run(first?.startsWith('--') ? undefined : first), process.argv);
