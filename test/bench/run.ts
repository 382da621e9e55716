import { cpus } from 'node:os';
import { broadcast, httpJoin, liveJoin, lock } from './cases.ts';
import { report } from './report.ts';
import type { Figure } from './report.ts';
import { setStage } from './stage.ts';

/** `npm run bench [-- CASE] [-- --json FILE] [-- --strict]` (CASE: httpJoin, liveJoin, lock, broadcast): ours and the floor in the same minute, on bare workerd. */
const stage = await setStage();
try {
  console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`);
  const figures: Figure[] = [];
  const only = process.argv[2];
  for (const measure of [httpJoin, liveJoin, lock, broadcast].filter(
    (each) => only === undefined || only.startsWith('--') || each.name === only,
  ))
    figures.push(await measure(stage));
  report(figures, process.argv);
} finally {
  await stage.close();
}
