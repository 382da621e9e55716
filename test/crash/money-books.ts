import type { Order } from '../../durable-objects/protocol/seats-rpc.ts';
import type { Books, StripeLine } from './books.ts';

/** Whether Stripe took and keeps what each order is worth, and nothing else. */
export function moneyEnds({ orders, stripe }: Pick<Books, 'orders' | 'stripe'>): string[] {
  const found: string[] = [];
  const byOrder = new Map<string, StripeLine>();
  const intents = new Map(orders.map((order) => [order.orderId as string, order.paymentIntentId]));
  for (const line of stripe) {
    // One that was made while its answer got lost stays behind, with a secret that nobody has.
    const leftBehind = intents.get(line.orderId) !== line.intentId;
    if (leftBehind && line.status === 'requires_payment_method' && line.received === 0) continue;
    if (byOrder.has(line.orderId)) found.push(`order ${line.orderId} has two intents`);
    byOrder.set(line.orderId, line);
  }
  const known = new Set(orders.map((order) => order.orderId as string));
  for (const line of stripe)
    if (line.received > 0 && !known.has(line.orderId))
      found.push(`${line.received} were taken for order ${line.orderId}, which nobody knows`);
  for (const order of orders) found.push(...moneyOf(order, byOrder.get(order.orderId)));
  return found;
}

function moneyOf(order: Order, line: StripeLine | undefined): string[] {
  const found: string[] = [];
  const { orderId, status, total } = order;
  const received = line?.received ?? 0;
  const kept = received - (line?.refunded ?? 0);
  const due = worthNow(order);
  if (kept !== due)
    found.push(`order ${orderId} is ${status} and Stripe keeps ${kept}, not ${due}`);
  if (line !== undefined && line.currency !== total.currency.toLowerCase())
    found.push(`order ${orderId} was paid in ${line.currency}`);
  if (status === 'refunded' && received === 0)
    found.push(`order ${orderId} is refunded and was never paid`);
  const released = status === 'expired' || status === 'cancelled';
  if (released && line !== undefined && line.status !== 'canceled')
    found.push(`order ${orderId} is ${status} and its intent is ${line.status}`);
  return found;
}

/** What the buyer has paid for and still has, minor units. */
function worthNow({ status, items }: Order): number {
  if (status !== 'confirmed') return 0;
  const left = items.filter(({ returned }) => !returned);
  return left.reduce((sum, { price }) => sum + price.amount, 0);
}

/** Whether each refund that an order tells of went back once, over its failures, and no other did. */
export function refundsOnce({ orders, stripe }: Pick<Books, 'orders' | 'stripe'>): string[] {
  const found: string[] = [];
  const made = new Map<string, StripeLine['refunds'][number][]>();
  for (const refund of stripe.flatMap((line) => line.refunds))
    made.set(refund.key, [...(made.get(refund.key) ?? []), refund]);
  for (const { refundId, amount, failures } of orders.flatMap((order) => order.refunds)) {
    const later = Array.from({ length: failures }, (_, index) => `${refundId}_${index + 2}`);
    const tries = [refundId, ...later].flatMap((key) => {
      const tried = made.get(key) ?? [];
      made.delete(key);
      return tried;
    });
    const back = tries.filter(({ status }) => status === 'succeeded');
    const failed = tries.filter(({ status }) => status === 'failed');
    if (back.length !== 1 || back[0]?.amount !== amount.amount)
      found.push(`${refundId}: ${amounts(back)} went back, not once ${amount.amount}`);
    if (failed.length !== failures)
      found.push(`${refundId} failed ${failed.length} times at Stripe, not ${failures}`);
  }
  for (const key of made.keys()) found.push(`Stripe has refund ${key}, which nobody knows`);
  return found;
}

function amounts(refunds: readonly { amount: number }[]): string {
  return refunds.length === 0 ? 'nothing' : refunds.map(({ amount }) => amount).join(' and ');
}
