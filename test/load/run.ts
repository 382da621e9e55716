import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { report } from '../bench/report.ts';
import { bareSocketsMemory } from './bare-memory.ts';
import { fattestOf, loadFigures } from './figures.ts';
import { LoadTest } from './load-test.ts';
import { FULL } from './options.ts';
import type { LoadOptions } from './options.ts';
import { VICTIMS } from './stage.ts';

const { values } = parseArgs({
  options: {
    fans: { type: 'string', default: String(FULL.fans) },
    rate: { type: 'string', default: String(FULL.perSecond) },
    seconds: { type: 'string', default: String(FULL.staySeconds) },
    leaves: { type: 'string', default: String(FULL.leaves) },
    processes: { type: 'string', default: String(FULL.processes) },
    kill: { type: 'boolean', default: false },
    victim: { type: 'string', default: 'all' },
    json: { type: 'string' },
    strict: { type: 'boolean', default: false },
  },
});

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const victim = VICTIMS.find((name) => name === values.victim);
if (victim === undefined) throw new Error(`--victim is one of ${VICTIMS.join(', ')}`);
if (!/^[1-9]\d?$/.test(values.processes)) throw new Error('--processes is from 1 to 99');

/**
 * `npm run test:load [-- --fans N --rate N --seconds N --leaves N --processes N --json FILE --strict]`, with
 * `--kill [--victim all|sale|leaf]` for SIGKILL in the middle.
 */
const options: LoadOptions = {
  ...FULL,
  fans: Number(values.fans),
  perSecond: Number(values.rate),
  staySeconds: Number(values.seconds),
  leaves: Number(values.leaves),
  processes: Number(values.processes),
  kill: values.kill ? victim : null,
};
console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`);
const result = await LoadTest.run(options, (words) =>
  console.log(`${(performance.now() / 1000).toFixed(1)} s: ${words}`),
);
for (const words of result.ledger.contradictions) console.error(words);
for (const [kind, count] of result.ledger.problems) console.error(`${count} × ${kind}`);
const { sockets } = fattestOf(result);
const bare = options.bareMemory && sockets > 0 ? await bareSocketsMemory(sockets) : null;
report(loadFigures(options, result, bare), process.argv);
process.exit();
