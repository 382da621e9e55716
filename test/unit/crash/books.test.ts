import { describe, expect, test } from 'vitest';
import type { AccountId, HoldId, OrderId, SeatId } from '../../../durable-objects/core/ids.ts';
import type { Order } from '../../../durable-objects/protocol/seats-rpc.ts';
import { differences } from '../../crash/books.ts';
import type { Books } from '../../crash/books.ts';

function order(orderId: string, seatId: string, changes: Partial<Order> = {}): Order {
  const price = { amount: 500, currency: 'INR' };
  return {
    orderId: orderId as OrderId,
    holdId: 'h' as HoldId,
    accountId: 'ana' as AccountId,
    status: 'confirmed',
    items: [
      { seatId: seatId as SeatId, label: seatId, categoryId: 'gold', price, returned: false },
    ],
    total: price,
    createdAt: 0,
    expiresAt: 0,
    paymentIntentId: `pi-${orderId}`,
    confirmedAt: 1,
    filed: true,
    paid: price,
    offer: null,
    refunds: [],
    history: [],
    paymentProblem: null,
    tickets: [],
    ...changes,
  };
}

/** One buyer, one ticket, and books that agree. */
function goodBooks(): Books {
  return {
    buyers: [
      {
        accountId: 'ana',
        email: 'ana@x',
        habit: 'pays',
        held: ['A1'],
        orderId: 'o1',
        intentId: 'pi-o1',
        charged: 500,
        tickets: ['A1'],
        end: 'confirmed',
      },
    ],
    orders: [order('o1', 'A1')],
    stripe: [
      {
        intentId: 'pi-o1',
        orderId: 'o1',
        status: 'succeeded',
        received: 500,
        refunded: 0,
        currency: 'inr',
      },
    ],
    postgres: [
      {
        bookingId: 'o1',
        status: 'confirmed',
        amount: 500,
        seats: ['A1'],
        paymentId: 'pi-o1',
        paymentStatus: 'succeeded',
        refunded: 0,
      },
    ],
    seats: new Map([
      ['A1', 'sold'],
      ['A2', 'available'],
    ]),
    mails: new Map([['ana@x', 1]]),
  };
}

test('books that agree show no difference', () => {
  expect(differences(goodBooks())).toEqual([]);
});

describe('a difference is seen', () => {
  const first = <Row>(rows: readonly Row[]): Row => {
    const [row] = rows;
    if (row === undefined) throw new Error('no row');
    return row;
  };
  const wrong: [string, RegExp, (books: Books) => Partial<Books>][] = [
    [
      'a seat sold twice',
      /seat A1 was sold to o1 and to o2/,
      (books) => ({ orders: [...books.orders, order('o2', 'A1')] }),
    ],
    [
      'money kept for nothing',
      /Stripe keeps 500, not 0/,
      () => ({ orders: [order('o1', 'A1', { status: 'expired' })] }),
    ],
    [
      'one cent too little',
      /Stripe keeps 499/,
      (books) => ({ stripe: [{ ...first(books.stripe), received: 499 }] }),
    ],
    ['a second intent', /two intents/, (books) => ({ stripe: [...books.stripe, ...books.stripe] })],
    ['money of nobody', /which nobody knows/, () => ({ orders: [], buyers: [] })],
    ['a booking never filed', /Postgres lacks it/, () => ({ postgres: [] })],
    [
      'a booking filed with another seat',
      /has seats/,
      (books) => ({ postgres: [{ ...first(books.postgres), seats: ['A2'] }] }),
    ],
    [
      'a seat held for ever',
      /A2 is held/,
      () => ({
        seats: new Map([
          ['A1', 'sold'],
          ['A2', 'held'],
        ]),
      }),
    ],
    [
      'an order that never ended',
      /never ended: paying/,
      (books) => ({ orders: [...books.orders, order('o3', 'A3', { status: 'paying' })] }),
    ],
    [
      'a broken promise of seats',
      /was promised A1 and has A2/,
      () => ({ orders: [order('o1', 'A2')] }),
    ],
    ['an order forgotten', /is gone/, () => ({ orders: [] })],
    ['tickets never mailed', /sent 0 letters/, () => ({ mails: new Map() })],
    [
      'a released order whose intent can be paid',
      /intent is requires_payment_method/,
      (books) => ({
        orders: [order('o1', 'A1', { status: 'expired' })],
        stripe: [{ ...first(books.stripe), status: 'requires_payment_method', received: 0 }],
      }),
    ],
  ];
  test.each(wrong)('%s', (_, words, spoil) => {
    const books = goodBooks();
    expect(differences({ ...books, ...spoil(books) }).join('\n')).toMatch(words);
  });
});
