import { openRefunds } from './order-record.ts';
import type { OrderRecord } from './order-record.ts';
import type { Tally } from './sale-tally.ts';

/** Where the orders of a sale stand: those that are open or ever had money. Sums are minor units. */
export interface OrderStanding {
  orders: Record<'held' | 'paying' | 'offered' | 'confirmed' | 'refunding' | 'refunded', number>;
  captured: number;
  /** Given back, where the bank has said so. */
  refunded: number;
  /** On its way back. */
  refunding: number;
}

/** From the tally and the orders that are open: as many as there are people inside, not as were ever made. */
export function standingOf(tally: Tally, open: readonly OrderRecord[]): OrderStanding {
  const { confirmed, offered, refunding, refunded, captured, returned } = tally;
  const standing = {
    orders: { held: 0, paying: 0, offered, confirmed, refunding, refunded },
    captured,
    refunded: returned,
    refunding: 0,
  };
  for (const order of open) {
    if (order.stage === 'held' || order.stage === 'paying') standing.orders[order.stage] += 1;
    for (const { amount } of openRefunds(order)) standing.refunding += amount.amount;
  }
  return standing;
}
