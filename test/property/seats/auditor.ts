import { whyCodeOf } from '../../../durable-objects/core/order-whys.ts';
import { unpackSeats } from '../../../durable-objects/core/seat-status.ts';
import type { AccountId } from '../../../durable-objects/core/ids.ts';
import type { Money } from '../../../durable-objects/core/money.ts';
import type { Seat } from '../../../durable-objects/core/plan.ts';
import type { OrderDesk } from '../../../durable-objects/event-sale/order-desk.ts';
import type { IntentState } from '../../../durable-objects/protocol/ports.ts';
import type { Order } from '../../../durable-objects/protocol/seats-rpc.ts';
import { lettersDue } from '../../support/letters-due.ts';

/** What the auditor looks at: public answers of the sale, and what the world outside saw. */
export interface Audited {
  /** Keys begin with the buyer's name and a line's end. */
  readonly admissions: ReadonlyMap<string, unknown>;
  readonly desk: Pick<OrderDesk, 'orders' | 'seats' | 'seatsLeft'>;
  readonly seats: readonly Pick<Seat, 'id'>[];
  /** Buyers may hold seats for which they have asked no order yet, which no list of orders shows. */
  readonly mayHold?: boolean;
  readonly payments: {
    readonly intents: ReadonlyMap<string, { id: string; orderId: string; state: IntentState }>;
    readonly refunds: ReadonlyMap<string, { intentId: string; amount: Money }>;
  };
  /** Orders as they were filed first, by command. */
  readonly filedOnce: ReadonlyMap<string, Order>;
  /** Idempotency keys of the letters that were taken. */
  readonly mailed: readonly string[];
}

/**
 * A naive auditor with its own books: it looks at nothing but public answers and what the hand-driven
 * outside world saw, and throws with `where` at the first thing that does not add up. At the end no
 * order may be under way. Answers the statuses that it saw.
 */
export function audit(sale: Audited, where: string, atTheEnd = false): string[] {
  const orders = everyOrder(sale);
  const wrong = (what: string): never => {
    throw new Error(`${what}, after: ${where}`);
  };
  checkSeats(sale, orders, wrong);
  checkMoney(sale, orders, wrong);
  if (atTheEnd) checkEnd(sale, orders, wrong);
  return orders.map((order) => order.status);
}

/** All orders of all buyers. */
export function everyOrder(sale: Audited): Order[] {
  const names = new Set([...sale.admissions.keys()].map((key) => key.split('\n')[0] ?? ''));
  return [...names].flatMap((name) => [...sale.desk.orders({ accountId: name as AccountId })]);
}

const HOLDS_SEATS = new Set(['held', 'paying', 'paid', 'confirmed', 'offered']);

function checkSeats(sale: Audited, orders: readonly Order[], wrong: (what: string) => never): void {
  const owners = new Map<string, Order>();
  for (const order of orders) {
    if (!HOLDS_SEATS.has(order.status)) continue;
    for (const { seatId, returned } of order.offer?.items ?? order.items) {
      if (returned) continue;
      if (owners.has(seatId)) wrong(`seat ${seatId} has two owners`);
      owners.set(seatId, order);
    }
  }
  const codes = unpackSeats(sale.desk.seats().packed, sale.seats.length);
  let free = 0;
  sale.seats.forEach((seat, index) => {
    const owner = owners.get(seat.id);
    const held = sale.mayHold === true && owner === undefined && codes[index] === 1;
    const expected = held ? 1 : owner === undefined ? 0 : owner.status === 'confirmed' ? 2 : 1;
    if (codes[index] !== expected) wrong(`seat ${seat.id} shows ${codes[index]}, not ${expected}`);
    if (expected === 0) free += 1;
  });
  if (free !== sale.desk.seatsLeft()) wrong(`${sale.desk.seatsLeft()} seats left, not ${free}`);
}

function checkMoney(sale: Audited, orders: readonly Order[], wrong: (what: string) => never): void {
  for (const order of orders) {
    const intents = [...sale.payments.intents.values()].filter(
      (intent) => intent.orderId === order.orderId,
    );
    if (intents.length > 1) wrong(`${order.orderId} has two intents`);
    const state = intents[0]?.state;
    if (order.status === 'confirmed' && state?.state !== 'succeeded')
      wrong(`${order.orderId} is confirmed without money`);
    if (order.status !== 'confirmed' && order.tickets.length > 0)
      wrong(`${order.orderId} has tickets and is ${order.status}`);
    const refunds = [...sale.payments.refunds.values()].filter(
      (refund) => refund.intentId === intents[0]?.id,
    );
    checkRefunds(order, refunds, wrong);
  }
}

/** What the bank gave back is what the order says, never more than was paid, and its price to the seat. */
function checkRefunds(
  order: Order,
  given: readonly { amount: Money }[],
  wrong: (what: string) => never,
): void {
  const { refunds, items, orderId, status } = order;
  if (given.length > refunds.length) wrong(`${orderId} was refunded ${given.length} times`);
  const back = refunds.reduce((total, { amount }) => total + amount.amount, 0);
  if (back > (order.paid?.amount ?? 0)) wrong(`${orderId} gives back more than was paid`);
  const returned = items.filter((item) => item.returned);
  const worth = returned.reduce((total, { price }) => total + price.amount, 0);
  if (worth !== back) wrong(`${orderId} gave seats worth ${worth} back for ${back}, ${status}`);
}

function checkEnd(sale: Audited, orders: readonly Order[], wrong: (what: string) => never): void {
  for (const order of orders) {
    for (const step of order.history)
      if (step.actor !== 'organiser' && whyCodeOf(step) === null)
        wrong(`${order.orderId}: nobody can translate "${step.why}"`);
    const paid = [...sale.payments.intents.values()].some(
      (intent) => intent.orderId === order.orderId && intent.state.state === 'succeeded',
    );
    if (['held', 'paying', 'offered', 'refunding'].includes(order.status))
      wrong(`${order.orderId} is still ${order.status}`);
    if (paid !== (order.status === 'confirmed' || order.status === 'refunded'))
      wrong(`${order.orderId} is ${order.status}, paid: ${paid}`);
    if (!paid) continue;
    if (!order.filed) wrong(`${order.orderId} was never filed`);
    const mails = new Set(sale.mailed.filter((id) => id.startsWith(`${order.orderId}:`)));
    if (mails.size !== lettersDue(order))
      wrong(`mails of ${order.orderId}: ${[...mails].join(', ')}`);
    if (order.refunds.some((refund) => refund.status !== 'succeeded'))
      wrong(`a refund of ${order.orderId} never ended`);
  }
  const filed = new Set(sale.filedOnce.keys());
  for (const id of filed)
    if (!orders.some((order) => id.startsWith(`${order.orderId}:`))) wrong(`${id} was filed`);
}
