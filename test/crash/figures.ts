import { wasOffered } from '../support/letters-due.ts';
import { atLeast, atMost, plain } from '../bench/report.ts';
import type { Figure } from '../bench/report.ts';
import type { CrashResult } from './crash-run.ts';
import { isLate } from './promise-books.ts';

/** What a run says of itself. A run in which no money went back in one of the ways misses its bar. */
export function figures({ books, differences, ...run }: CrashResult): Figure[] {
  const { orders, stripe, buyers, letters } = books;
  const count = (status: string) => orders.filter((order) => order.status === status).length;
  const confirmed = orders.filter((order) => order.status === 'confirmed');
  const sold = confirmed.flatMap((order) => order.items.filter(({ returned }) => !returned));
  const late = orders.filter(isLate);
  const lateKept = late.filter(({ confirmedAt }) => confirmedAt !== null);
  const others = lateKept.filter(wasOffered).length;
  const given = orders.filter(
    ({ refunds, confirmedAt }) => refunds.length > 0 && confirmedAt !== null,
  );
  const whole = given.filter(({ status }) => status === 'refunded');
  const refunds = orders.flatMap((order) => order.refunds);
  const told = new Set(letters.filter(({ about }) => about === 'refund_done').map(({ to }) => to));
  const kept = stripe.reduce((sum, line) => sum + line.received - line.refunded, 0);
  const back = stripe.reduce((sum, line) => sum + line.refunded, 0);
  return [
    atLeast('workerd killed', run.kills, 'times', 20),
    plain('stand-ins killed', run.standinKills, 'times'),
    plain('buyers', buyers.length, 'people'),
    plain('orders confirmed', confirmed.length, 'orders'),
    plain('orders released', count('expired') + count('cancelled'), 'orders'),
    atLeast('given back in whole', whole.length, 'orders', 1),
    atLeast('given back in part', given.length - whole.length, 'orders', 1),
    plain('late money: the same seats', lateKept.length - others, 'orders'),
    atLeast('late money: other seats taken', others, 'orders', 1),
    atLeast('late money: given back', late.length - lateKept.length, 'orders', 1),
    plain('refunds', refunds.length, 'refunds'),
    atLeast(
      'refunds that failed first',
      refunds.filter(({ failures }) => failures > 0).length,
      'refunds',
      1,
    ),
    plain('buyers told of money back', told.size, 'people'),
    plain('seats sold', sold.length, 'seats'),
    plain('kept at Stripe', kept / 100, 'INR'),
    plain('given back by Stripe', back / 100, 'INR'),
    plain('until all had ended', run.settledMs / 1000, 's'),
    plain('whole run', run.totalMs / 1000, 's'),
    atMost('differences between the books', differences.length, 'differences', 0),
  ];
}
