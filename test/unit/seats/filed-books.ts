import { NO_TALLY } from '../../../durable-objects/core/sale-tally.ts';
import type { Tally } from '../../../durable-objects/core/sale-tally.ts';
import type { Order } from '../../../durable-objects/protocol/seats-rpc.ts';

const FILED = ['confirmed', 'offered', 'refunding', 'refunded'] as const;

/** The tally counted over again from what was filed, in its order: each order as it was filed last. */
export function countFiled(filed: Iterable<Order>): Tally {
  const orders = new Map([...filed].map((order) => [order.orderId, order]));
  const total = { ...NO_TALLY };
  for (const { status, paid, items, refunds } of orders.values()) {
    const name = FILED.find((each) => each === status);
    if (name === undefined) throw new Error(`filed as ${status}`);
    total[name] += 1;
    total.captured += paid?.amount ?? 0;
    if (name === 'confirmed') total.seats += items.filter(({ returned }) => !returned).length;
    for (const refund of refunds)
      if (refund.status === 'succeeded') total.returned += refund.amount.amount;
  }
  return total;
}
