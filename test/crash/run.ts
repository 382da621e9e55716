import { parseArgs } from 'node:util';
import { report } from '../bench/report.ts';
import { crashRun } from './crash-run.ts';
import { figures } from './figures.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '24' },
    buyers: { type: 'string', default: '480' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'string' },
    strict: { type: 'boolean', default: false },
  },
});

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/** `npm run test:crash [-- --kills N --buyers N --seed N --json FILE --strict]`. */
const result = await crashRun({
  kills: Number(values.kills),
  buyers: Number(values.buyers),
  patienceMs: 30_000,
  seed: Number(values.seed),
});
console.log(`seed ${values.seed}`);
for (const difference of result.differences) console.error(difference);
report(figures(result), process.argv);
process.exit();
