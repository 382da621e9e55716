import type { BestWish } from '../../durable-objects/core/best-available.ts';
import { orderIdOf } from '../../durable-objects/core/ids.ts';
import type { AccountId, HoldId, RequestId } from '../../durable-objects/core/ids.ts';
import { stepOrder } from '../../durable-objects/core/order-record.ts';
import { STADIUM_CAPACITY } from '../../durable-objects/core/plan-geometry.ts';
import { SEAT } from '../../durable-objects/core/seat-table.ts';
import type { OrderBook } from '../../durable-objects/event-sale/order-book.ts';
import { fraction } from '../sim/random.ts';
import { openSale } from './core-seats.ts';
import { atMost } from './report.ts';
import type { Figure } from './report.ts';

/** What 99 of 100 parties wait for at most (issue 4, "Speed"), ms. */
const BAR_MS = 2;
/** Shares of the 60,000 seats that are sold, here and there. */
const SOLD = [0, 0.5, 0.9, 0.99, 0.999] as const;
const SEED = 4;
const PARTIES = 1_000;
/** Parties before those that are measured. */
const WARM_UP = 100;
const BANDS = [undefined, 'lower', 'middle', 'upper'] as const;

/**
 * Parties of one to six ask a stadium for its best seats, in any band or in one: the whole command from
 * question to answer, without storage, for which there are other figures. In the last cases nobody finds two
 * together, or three, though there are seats enough.
 */
export function bestAvailable(): Figure[] {
  const all = Array.from({ length: STADIUM_CAPACITY }, (_, index) => index);
  const figures = SOLD.map((share) => {
    const sold = all.filter((index) => fraction(SEED, index) < share);
    return measure(`${share * 100} % sold`, sold);
  });
  const everyNth = (nth: number) => all.filter((index) => index % nth === 0);
  return [
    ...figures,
    measure('every 2nd seat sold', everyNth(2)),
    measure('every 3rd seat sold', everyNth(3)),
  ];
}

function measure(what: string, sold: readonly number[]): Figure {
  const { book, locks, now } = openSale(sold);
  const times: number[] = [];
  for (let party = -WARM_UP; party < PARTIES; party++) {
    const kind = party + WARM_UP;
    const best: BestWish = { size: 1 + (kind % 6), categoryId: BANDS[kind % BANDS.length] };
    const name = `${party}`;
    const accountId = name as AccountId;
    const request = { accountId, admissionId: name, requestId: name as RequestId, best };
    const before = performance.now();
    const [outcome] = locks.lockAll([request]);
    if (party >= 0) times.push(performance.now() - before);
    // Given back, so that the share that is sold stays as it is.
    if (outcome?.ok) giveUp(book, outcome.hold.holdId, now);
    else if (outcome?.code !== 'none_left') throw new Error(outcome?.code);
  }
  if (book.table.count(SEAT.sold) + book.table.count(SEAT.free) !== STADIUM_CAPACITY)
    throw new Error('seats are still held');
  const p99 = times.toSorted((a, b) => a - b)[Math.floor(PARTIES * 0.99)] ?? Number.NaN;
  return atMost(`best available, ${what}`, p99, 'ms p99', BAR_MS);
}

function giveUp(book: OrderBook, holdId: HoldId, now: number): void {
  const before = book.find(orderIdOf(holdId));
  if (before === null) throw new Error(`no hold ${holdId}`);
  const because = { at: now, actor: 'buyer', why: 'given up' } as const;
  book.commit([{ before, after: stepOrder(before, 'cancelled', because) }], now);
}

if (import.meta.main) console.table(bestAvailable());
