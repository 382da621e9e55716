import { isFiled, seatsOf } from './order-record.ts';
import type { OrderRecord } from './order-record.ts';

/** A sale's orders that ever had money: how many at each stage, and what they come to. Sums are minor units. */
export interface Tally {
  confirmed: number;
  offered: number;
  refunding: number;
  refunded: number;
  /** Sold and not given back. */
  seats: number;
  captured: number;
  /** Given back, where the bank has said so. */
  returned: number;
}

/** The tally of a sale that has sold nothing. */
export const NO_TALLY: Tally = {
  confirmed: 0,
  offered: 0,
  refunding: 0,
  refunded: 0,
  seats: 0,
  captured: 0,
  returned: 0,
};

const NAMES = Object.keys(NO_TALLY) as (keyof Tally)[];

/** What one order adds to the tally of its sale. */
export function tallyOf(order: OrderRecord | null): Tally {
  if (order === null || !isFiled(order.stage)) return NO_TALLY;
  const { stage, paid, refunds } = order;
  let returned = 0;
  for (const { done, amount } of refunds) if (done) returned += amount.amount;
  return {
    ...NO_TALLY,
    [stage]: 1,
    seats: stage === 'confirmed' ? seatsOf(order).length : 0,
    captured: paid?.amount ?? 0,
    returned,
  };
}

/** The tally after an order went from `before` to `after`; the same object when nothing changed in it. */
export function retally(tally: Tally, before: OrderRecord | null, after: OrderRecord): Tally {
  // Most steps are of orders without money, before and after.
  if (!isFiled(after.stage) && (before === null || !isFiled(before.stage))) return tally;
  const [less, more] = [tallyOf(before), tallyOf(after)];
  if (sameTally(less, more)) return tally;
  const next = { ...tally };
  for (const name of NAMES) next[name] += more[name] - less[name];
  return next;
}

/** Whether both say the same. */
export function sameTally(a: Tally, b: Tally): boolean {
  return NAMES.every((name) => a[name] === b[name]);
}

function ordersOf({ confirmed, offered, refunding, refunded }: Tally): number {
  return confirmed + offered + refunding + refunded;
}

/** The object's books before and after it asked Postgres for its own; `unfiled` rows were still to be sent before. */
export interface BookReading {
  before: Tally;
  after: Tally;
  unfiled: number;
}

/**
 * Whether what Postgres has can be right: the same to the last seat and minor unit where nothing was on its way;
 * else no fewer orders than were surely filed, and no more than there are.
 */
export function agrees({ before, after, unfiled }: BookReading, postgres: Tally): boolean {
  if (unfiled === 0 && before === after) return sameTally(before, postgres);
  const orders = ordersOf(postgres);
  return orders >= ordersOf(before) - unfiled && orders <= ordersOf(after);
}
