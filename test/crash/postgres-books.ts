import type { Order } from '../../durable-objects/protocol/seats-rpc.ts';
import { seatsLeft } from './books.ts';
import type { Books, PostgresLine } from './books.ts';

/** Whether Postgres has each order that took money, with its seats, its payment and its refunds, and no other. */
export function filedAsSold({ orders, postgres }: Pick<Books, 'orders' | 'postgres'>): string[] {
  const found: string[] = [];
  const filed = new Map(postgres.map((line) => [line.bookingId, line]));
  for (const order of orders) {
    const { orderId, status } = order;
    const line = filed.get(orderId);
    filed.delete(orderId);
    if (status === 'confirmed' || status === 'refunded')
      found.push(
        ...(line === undefined
          ? [`order ${orderId} is ${status} and Postgres lacks it`]
          : unlike(order, line)),
      );
    else if (line !== undefined) found.push(`order ${orderId} is ${status} and Postgres has it`);
  }
  return [...found, ...[...filed.keys()].map((id) => `Postgres has ${id}, which nobody knows`)];
}

function unlike(order: Order, line: PostgresLine): string[] {
  const due: Omit<PostgresLine, 'bookingId'> = {
    status: order.status,
    amount: order.total.amount,
    seats: seatsLeft(order),
    paymentId: order.paymentIntentId,
    paymentStatus: order.status === 'confirmed' ? 'succeeded' : 'refunded',
    refunds: sorted(
      order.refunds.map(({ refundId: id, amount, status, failures, seatIds: seats }) => {
        return { id, amount: amount.amount, status, attempt: failures + 1, seats };
      }),
    ),
  };
  const has = { ...line, seats: line.seats.toSorted(), refunds: sorted(line.refunds) };
  const names = Object.keys(due) as (keyof typeof due)[];
  return names
    .filter((name) => JSON.stringify(has[name]) !== JSON.stringify(due[name]))
    .map(
      (name) =>
        `order ${order.orderId}: Postgres has ${name} ${JSON.stringify(has[name])}, not ${JSON.stringify(due[name])}`,
    );
}

function sorted(refunds: PostgresLine['refunds']): PostgresLine['refunds'] {
  return refunds
    .map((refund) => ({ ...refund, seats: refund.seats.toSorted() }))
    .toSorted((a, b) => a.id.localeCompare(b.id));
}
