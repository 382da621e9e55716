import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { report } from '../bench/report.ts';
import { bareSocketsMemory } from './bare-memory.ts';
import { loadFigures } from './figures.ts';
import { LoadTest } from './load-test.ts';
import { FULL } from './options.ts';

const { values } = parseArgs({
  options: {
    fans: { type: 'string', default: String(FULL.fans) },
    rate: { type: 'string', default: String(FULL.perSecond) },
    seconds: { type: 'string', default: String(FULL.staySeconds) },
    leaves: { type: 'string', default: String(FULL.leaves) },
    kill: { type: 'boolean', default: false },
    json: { type: 'string' },
    strict: { type: 'boolean', default: false },
  },
});

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/** `npm run test:load [-- --fans N --rate N --seconds N --leaves N --kill --json FILE --strict]`. */
const options = {
  ...FULL,
  fans: Number(values.fans),
  perSecond: Number(values.rate),
  staySeconds: Number(values.seconds),
  leaves: Number(values.leaves),
  kill: values.kill,
};
console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`);
const result = await LoadTest.run(options, (words) =>
  console.log(`${(performance.now() / 1000).toFixed(1)} s: ${words}`),
);
for (const words of result.ledger.contradictions) console.error(words);
for (const [kind, count] of result.ledger.problems) console.error(`${count} × ${kind}`);
const bare = options.bareMemory ? await bareSocketsMemory(result.sockets) : null;
report(loadFigures(options, result, bare), process.argv);
process.exit();
