import { seatsLeft } from './books.ts';
import type { Books } from './books.ts';
import { moneyEnds, refundsOnce } from './money-books.ts';
import { filedAsSold } from './postgres-books.ts';
import { lettersSent } from './letter-books.ts';
import { promisesKept, refundsAsAsked } from './promise-books.ts';

const ENDED: ReadonlySet<string> = new Set(['confirmed', 'refunded', 'expired', 'cancelled']);

/**
 * Compares the books to the cent and the seat and tells every difference in a sentence. Naive on
 * purpose: it shares no rule with the product.
 */
export function differences(books: Books): string[] {
  return [
    ...ordersEnded(books),
    ...moneyEnds(books),
    ...refundsOnce(books),
    ...seatsOnce(books),
    ...filedAsSold(books),
    ...promisesKept(books),
    ...refundsAsAsked(books),
    ...lettersSent(books),
  ];
}

function ordersEnded({ orders }: Books): string[] {
  const found: string[] = [];
  for (const { orderId, status, filed, refunds } of orders) {
    if (!ENDED.has(status)) found.push(`order ${orderId} never ended: ${status}`);
    if ((status === 'confirmed' || status === 'refunded') && !filed)
      found.push(`order ${orderId} was never filed`);
    for (const refund of refunds)
      if (refund.status !== 'succeeded') found.push(`${refund.refundId} never ended`);
  }
  return found;
}

function seatsOnce({ orders, seats }: Books): string[] {
  const found: string[] = [];
  const owner = new Map<string, string>();
  for (const order of orders)
    for (const seatId of seatsLeft(order)) {
      const other = owner.get(seatId);
      if (other !== undefined)
        found.push(`seat ${seatId} was sold to ${other} and to ${order.orderId}`);
      owner.set(seatId, order.orderId);
    }
  for (const [seatId, status] of seats) {
    const due = owner.has(seatId) ? 'sold' : 'available';
    if (status !== due) found.push(`seat ${seatId} is ${status}, not ${due}`);
  }
  return found;
}
