import type { AccountId, HoldId, OrderId, SeatId } from '../../../durable-objects/core/ids.ts';
import type { Order } from '../../../durable-objects/protocol/seats-rpc.ts';
import type { Books, PostgresLine, StripeLine } from '../../crash/books.ts';
import type { BuyerBook } from '../../crash/buyer.ts';
import type { Letter } from '../../crash/letters.ts';

const PRICE = { amount: 500, currency: 'INR' };

/** A confirmed order of Ana's for these seats, at 500 each. */
export function order(orderId: string, seatIds: string, changes: Partial<Order> = {}): Order {
  const items = seatIds.split(' ').map((seatId) => {
    return {
      seatId: seatId as SeatId,
      label: seatId,
      categoryId: 'gold',
      price: PRICE,
      returned: false,
    };
  });
  const total = { ...PRICE, amount: 500 * items.length };
  return {
    orderId: orderId as OrderId,
    holdId: 'h' as HoldId,
    accountId: 'ana' as AccountId,
    status: 'confirmed',
    items,
    total,
    createdAt: 0,
    expiresAt: 0,
    paymentIntentId: `pi-${orderId}`,
    confirmedAt: 1,
    filed: true,
    paid: total,
    offer: null,
    refunds: [],
    history: [],
    paymentProblem: null,
    tickets: [],
    ...changes,
  };
}

const ana: BuyerBook = {
  accountId: 'ana',
  email: 'ana@x',
  habit: 'pays',
  held: ['A1'],
  orderId: 'o1',
  intentId: 'pi-o1',
  charged: 500,
  tickets: ['A1'],
  end: 'confirmed',
};
/** Her payment at Stripe. */
export const paid: StripeLine = {
  intentId: 'pi-o1',
  orderId: 'o1',
  status: 'succeeded',
  received: 500,
  refunded: 0,
  currency: 'inr',
  refunds: [],
};
const filed: PostgresLine = {
  bookingId: 'o1',
  status: 'confirmed',
  amount: 500,
  seats: ['A1'],
  paymentId: 'pi-o1',
  paymentStatus: 'succeeded',
  refunds: [],
};
/** The letter with her tickets. */
export const tickets: Letter = {
  to: 'ana@x',
  about: 'tickets',
  orderId: 'o1',
  refundId: null,
  amount: 500,
};

/** One buyer, one ticket, and books that agree. */
export function goodBooks(): Books {
  return {
    buyers: [ana],
    commands: [],
    orders: [order('o1', 'A1')],
    stripe: [paid],
    postgres: [filed],
    seats: new Map([
      ['A1', 'sold'],
      ['A2', 'available'],
    ]),
    letters: [tickets],
  };
}

/** Ana bought two seats, and the second was given back at the second try; Bo's late money went back. */
export function refundBooks(): Books {
  const part = {
    refundId: 'r1',
    amount: PRICE,
    seatIds: ['A2' as SeatId],
    status: 'succeeded' as const,
    failures: 1,
    startedAt: 2,
    reason: 'asked',
  };
  const [kept, back] = order('o1', 'A1 A2').items;
  if (kept === undefined || back === undefined) throw new Error('no items');
  const late = {
    ...part,
    refundId: 'r2',
    seatIds: ['A1' as SeatId],
    failures: 0,
    reason: 'seats_gone',
  };
  const bo: Partial<Order> = {
    accountId: 'bo' as AccountId,
    status: 'refunded',
    confirmedAt: null,
    refunds: [late],
    history: [{ at: 1, actor: 'stripe', from: 'expired', to: 'refunding', why: 'seats_gone' }],
  };
  const told = (about: Letter['about'], refundId: string): Letter => {
    const [to, orderId] = refundId === 'r1' ? ['ana@x', 'o1'] : ['bo@x', 'o2'];
    return { to, about, orderId, refundId, amount: 500 };
  };
  const filedBack = { amount: 500, status: 'succeeded', attempt: 1 };
  return {
    buyers: [
      { ...ana, held: ['A1', 'A2'], tickets: ['A1', 'A2'], charged: 1000 },
      { ...ana, accountId: 'bo', email: 'bo@x', habit: 'late', orderId: 'o2', tickets: null },
    ],
    commands: [
      {
        bookingId: 'o1',
        reason: 'asked',
        refusal: null,
        answer: { refundId: 'r1', amount: 500, seats: ['A2'] },
      },
    ],
    orders: [
      order('o1', 'A1 A2', { items: [kept, { ...back, returned: true }], refunds: [part] }),
      order('o2', 'A1', bo),
    ],
    stripe: [
      {
        ...paid,
        received: 1000,
        refunded: 500,
        refunds: [
          { key: 'r1', amount: 500, status: 'failed' },
          { key: 'r1_2', amount: 500, status: 'succeeded' },
        ],
      },
      {
        ...paid,
        intentId: 'pi-o2',
        orderId: 'o2',
        refunded: 500,
        refunds: [{ key: 'r2', amount: 500, status: 'succeeded' }],
      },
    ],
    postgres: [
      { ...filed, amount: 1000, refunds: [{ id: 'r1', ...filedBack, attempt: 2, seats: ['A2'] }] },
      {
        ...filed,
        bookingId: 'o2',
        status: 'refunded',
        seats: [],
        paymentId: 'pi-o2',
        paymentStatus: 'refunded',
        refunds: [{ id: 'r2', ...filedBack, seats: ['A1'] }],
      },
    ],
    seats: new Map([
      ['A1', 'sold'],
      ['A2', 'available'],
    ]),
    letters: [
      { ...tickets, amount: 1000 },
      told('refund_started', 'r1'),
      told('refund_done', 'r1'),
      told('refund_failed', 'r1'),
      told('refund_done', 'r1'),
      told('refund_started', 'r2'),
      told('refund_done', 'r2'),
    ],
  };
}

/** The first of rows that are there. */
export function first<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('no row');
  return row;
}

/** What is spoilt, the words of the difference, and how. */
export type Wrong = [string, RegExp, (books: Books) => Partial<Books>];
