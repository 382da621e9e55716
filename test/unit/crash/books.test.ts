import { describe, expect, test } from 'vitest';
import { differences } from '../../crash/differences.ts';
import { first, goodBooks, order, tickets } from './book-samples.ts';
import type { Wrong } from './book-samples.ts';

test('books that agree show no difference', () => {
  expect(differences(goodBooks())).toEqual([]);
});

describe('a difference is seen', () => {
  const wrong: Wrong[] = [
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
    ['tickets never mailed', /0 letters of tickets o1/, () => ({ letters: [] })],
    [
      'tickets mailed twice',
      /2 letters of tickets o1/,
      ({ letters }) => ({ letters: [...letters, { ...tickets }] }),
    ],
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
