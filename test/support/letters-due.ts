import { whyCodeOf } from '../../durable-objects/core/order-whys.ts';
import type { Order } from '../../durable-objects/protocol/seats-rpc.ts';

/** Whether other seats were once offered for the order's late money. */
export function wasOffered({ history }: Order): boolean {
  return history.some(({ to }) => to === 'offered');
}

/**
 * How many letters the buyer of an order that has ended must have had: of tickets, of an offer, and of each refund
 * when it began, each time that it went through, and once where a bank refused it or sent it back.
 */
export function lettersDue(order: Order): number {
  const failed = order.refunds.filter(({ failures }) => failures > 0).length;
  const through = order.history.filter((step) => whyCodeOf(step) === 'refund_done').length;
  const tickets = order.confirmedAt === null ? 0 : 1;
  return tickets + Number(wasOffered(order)) + order.refunds.length + through + failed;
}
