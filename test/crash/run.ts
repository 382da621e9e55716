import { parseArgs } from 'node:util';
import { report } from '../bench/report.ts';
import type { Figure } from '../bench/report.ts';
import { crashRun } from './crash-run.ts';
import type { CrashResult } from './crash-run.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '24' },
    buyers: { type: 'string', default: '480' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'string' },
    strict: { type: 'boolean', default: false },
  },
});

function figures({ books, differences, ...run }: CrashResult): Figure[] {
  const ended = (status: string) => books.orders.filter((order) => order.status === status);
  const confirmed = ended('confirmed');
  const plain = (name: string, value: number, unit: string): Figure => ({
    name,
    value,
    unit,
    ok: true,
  });
  const kept = books.stripe.reduce((sum, line) => sum + line.received - line.refunded, 0);
  return [
    { name: 'workerd killed', value: run.kills, unit: 'times', bar: 20, ok: run.kills >= 20 },
    plain('stand-ins killed', run.standinKills, 'times'),
    plain('buyers', books.buyers.length, 'people'),
    plain('orders confirmed', confirmed.length, 'orders'),
    plain('orders released', ended('expired').length + ended('cancelled').length, 'orders'),
    plain('orders refunded', ended('refunded').length, 'orders'),
    plain(
      'seats sold',
      confirmed.reduce((sum, order) => sum + order.items.length, 0),
      'seats',
    ),
    plain('kept at Stripe', kept / 100, 'INR'),
    plain('until all had ended', run.settledMs / 1000, 's'),
    plain('whole run', run.totalMs / 1000, 's'),
    {
      name: 'differences between the books',
      value: differences.length,
      unit: 'differences',
      bar: 0,
      ok: differences.length === 0,
    },
  ];
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/** `npm run test:crash [-- --kills N --buyers N --seed N --json FILE --strict]`. */
const result = await crashRun({
  kills: Number(values.kills),
  buyers: Number(values.buyers),
  patienceMs: 40_000,
  seed: Number(values.seed),
});
console.log(`seed ${values.seed}`);
for (const difference of result.differences) console.error(difference);
report(figures(result), process.argv);
process.exit();
