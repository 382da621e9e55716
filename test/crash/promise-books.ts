import { wasOffered } from '../support/letters-due.ts';
import type { Order } from '../../durable-objects/protocol/seats-rpc.ts';
import { seatsLeft } from './books.ts';
import type { Books } from './books.ts';
import type { BuyerBook } from './buyer.ts';

/** Whether buyers have what they were told: their seats, their tickets, and either these or their money. */
export function promisesKept({ buyers, orders, commands }: Books): string[] {
  const found: string[] = [];
  const byId = new Map(orders.map((order) => [order.orderId as string, order]));
  const givenBack = new Set(
    commands.flatMap(({ bookingId, answer }) =>
      answer === null ? [] : answer.seats.map((seat) => `${bookingId} ${seat}`),
    ),
  );
  for (const buyer of buyers) {
    const { accountId, orderId, end } = buyer;
    if (end.startsWith('failed') || end === 'still there') found.push(`buyer ${accountId} ${end}`);
    if (orderId === null) continue;
    const order = byId.get(orderId);
    if (order === undefined)
      found.push(`buyer ${accountId} was given order ${orderId}, which is gone`);
    else found.push(...seatsAndMoney(buyer, order, givenBack));
  }
  return found;
}

function seatsAndMoney(
  { accountId, held, tickets, charged }: BuyerBook,
  order: Order,
  givenBack: ReadonlySet<string>,
): string[] {
  const found: string[] = [];
  const { status, total, confirmedAt } = order;
  const seats = order.items.map((item) => item.seatId as string).toSorted();
  const others = confirmedAt !== null && wasOffered(order);
  if (!others && seats.join() !== held.toSorted().join())
    found.push(`buyer ${accountId} was promised ${held.join()} and has ${seats.join()}`);
  if (tickets !== null) {
    const left = new Set(seatsLeft(order));
    const lost = tickets.filter((seat) => !left.has(seat));
    for (const seat of lost)
      if (!givenBack.has(`${order.orderId} ${seat}`))
        found.push(`buyer ${accountId} has a ticket for ${seat} of an order that is ${status}`);
    const all = [...tickets].toSorted().join();
    if (lost.length === 0 && all !== seatsLeft(order).join())
      found.push(`buyer ${accountId} has tickets for ${tickets.join()}, not ${seats.join()}`);
  }
  if (charged !== null && status !== 'confirmed' && status !== 'refunded')
    found.push(`buyer ${accountId} paid ${charged} for an order that is ${status}`);
  if (charged !== null && charged !== total.amount)
    found.push(`buyer ${accountId} paid ${charged}, not ${total.amount}`);
  return found;
}

/** Whether each command of the organiser had its effect once, and nothing was given back that nobody asked for. */
export function refundsAsAsked({ orders, commands }: Pick<Books, 'orders' | 'commands'>): string[] {
  const found: string[] = [];
  const byId = new Map(orders.map((order) => [order.orderId as string, order]));
  for (const { bookingId, reason, answer, refusal } of commands) {
    const begun = (byId.get(bookingId)?.refunds ?? []).filter((one) => one.reason === reason);
    const heard = answer === null ? [] : [answer];
    const has = begun.map(({ refundId, amount, seatIds: seats }) => {
      return { refundId, amount: amount.amount, seats };
    });
    if (refusal !== null) found.push(`"${reason}" was refused: ${refusal}`);
    if (JSON.stringify(has) !== JSON.stringify(heard))
      found.push(`"${reason}" became ${JSON.stringify(has)}, not ${JSON.stringify(heard)}`);
  }
  const asked = new Set(commands.map(({ reason }) => reason));
  for (const order of orders)
    for (const { refundId, reason } of order.refunds)
      if (!asked.has(reason) && !isLate(order))
        found.push(`${refundId} was given back though nobody asked for it: ${reason}`);
  return found;
}

/** Whether the order's money came after its time: such money may go back by itself. */
export function isLate({ history }: Order): boolean {
  return history.some(
    ({ from, to }) => from !== to && (from === 'expired' || from === 'cancelled'),
  );
}
