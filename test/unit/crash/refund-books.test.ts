import { describe, expect, test } from 'vitest';
import { differences } from '../../crash/differences.ts';
import type { Books, StripeLine } from '../../crash/books.ts';
import type { Letter } from '../../crash/letters.ts';
import { readLetter } from '../../crash/letters.ts';
import { first, paid, refundBooks } from './book-samples.ts';
import type { Wrong } from './book-samples.ts';

test('books with refunds that agree show no difference', () => {
  expect(differences(refundBooks())).toEqual([]);
});

test('a letter says what it is about, of which booking and refund, and how much', () => {
  const text =
    'We are giving ₹12,500.50 back to you.\nReference: refund_book_a-b_x1-2. We write.\nbook_a-b_x1: http://x';
  const about = { orderId: 'book_a-b_x1', refundId: 'refund_book_a-b_x1-2', amount: 1_250_050 };
  expect(readLetter({ to: 'a@x', subject: 'Your money is coming back: X', text })).toEqual({
    to: 'a@x',
    about: 'refund_started',
    ...about,
  });
  expect(readLetter({ to: 'a@x', subject: 'Buy now', text: '' })).toMatchObject({
    about: 'unknown',
    amount: null,
  });
});

describe('a difference of refunds is seen', () => {
  /** The books with Ana's money at Stripe changed. */
  const atStripe = (books: Books, change: Partial<StripeLine>): Partial<Books> => {
    const [line, ...rest] = books.stripe;
    return { stripe: [{ ...(line ?? paid), ...change }, ...rest] };
  };
  const succeeded = (key: string, amount = 500) => ({ key, amount, status: 'succeeded' });
  const failed = { key: 'r1', amount: 500, status: 'failed' };
  const without = (books: Books, about: Letter['about'], refundId: string): Partial<Books> => ({
    letters: books.letters.filter(
      (letter) => letter.about !== about || letter.refundId !== refundId,
    ),
  });
  const wrong: Wrong[] = [
    [
      'one cent too much went back',
      /o1 is confirmed and Stripe keeps 499, not 500\nr1: 501 went back, not once 500/,
      (books) => atStripe(books, { refunded: 501, refunds: [failed, succeeded('r1_2', 501)] }),
    ],
    [
      'a refund went back twice',
      /r1: 500 and 500 went back/,
      (books) => atStripe(books, { refunds: [failed, succeeded('r1_2'), succeeded('r1_2')] }),
    ],
    [
      'a refund that the bank refused counts as done',
      /Stripe keeps 1000, not 500\nr1: nothing went back/,
      (books) => atStripe(books, { refunded: 0, refunds: [failed] }),
    ],
    [
      'a failure of the bank was not noticed',
      /r1 failed 0 times at Stripe, not 1/,
      (books) => atStripe(books, { refunds: [succeeded('r1_2')] }),
    ],
    [
      'a refund that no order knows',
      /Stripe has refund r9, which nobody knows/,
      (books) => atStripe(books, { refunds: [failed, succeeded('r1_2'), succeeded('r9')] }),
    ],
    [
      'a refund under way for ever',
      /r2 never ended/,
      ({ orders }) => ({
        orders: orders.map((one) => ({
          ...one,
          refunds: one.refunds.map((refund) =>
            refund.refundId === 'r2' ? { ...refund, status: 'pending' } : refund,
          ),
        })),
      }),
    ],
    [
      'a seat given back and still sold',
      /A2 is sold, not available/,
      ({ seats }) => ({ seats: new Map([...seats, ['A2', 'sold']]) }),
    ],
    [
      'a seat given back and still live in Postgres',
      /Postgres has seats \["A1","A2"\], not \["A1"\]/,
      ({ postgres }) => ({
        postgres: postgres.with(0, { ...first(postgres), seats: ['A1', 'A2'] }),
      }),
    ],
    [
      'a refund that Postgres lacks',
      /Postgres has refunds \[\]/,
      ({ postgres }) => ({ postgres: postgres.with(0, { ...first(postgres), refunds: [] }) }),
    ],
    [
      'a ticket taken away by nobody’s command',
      /ana has a ticket for A2 of an order that is confirmed/,
      () => ({ commands: [] }),
    ],
    [
      'money given back that nobody asked for',
      /r1 was given back though nobody asked for it/,
      () => ({ commands: [] }),
    ],
    [
      'one command with two effects',
      /"asked" became/,
      ({ orders }) => {
        const order = first(orders);
        return {
          orders: orders.with(0, { ...order, refunds: [...order.refunds, ...order.refunds] }),
        };
      },
    ],
    [
      'a command without its effect',
      /"more" became \[\]/,
      ({ commands }) => ({ commands: [...commands, { ...first(commands), reason: 'more' }] }),
    ],
    [
      'a command refused',
      /"asked" was refused: not_paid/,
      ({ commands }) => ({ commands: [{ ...first(commands), refusal: 'not_paid' }] }),
    ],
    [
      'a buyer never told that money is coming back',
      /bo@x: 0 letters of refund_started r2/,
      (books) => without(books, 'refund_started', 'r2'),
    ],
    [
      'a buyer never told that it is there',
      /bo@x: 0 letters of refund_done r2/,
      (books) => without(books, 'refund_done', 'r2'),
    ],
    [
      'a buyer never told that the bank refused it',
      /ana@x: 0 letters of refund_failed r1/,
      (books) => without(books, 'refund_failed', 'r1'),
    ],
    [
      'a letter that names another amount',
      /0 letters of refund_started r1.*\n.*a letter too many/s,
      ({ letters }) => ({
        letters: letters.map((letter) =>
          letter.refundId === 'r1' && letter.about === 'refund_started'
            ? { ...letter, amount: 499 }
            : letter,
        ),
      }),
    ],
  ];
  test.each(wrong)('%s', (_, words, spoil) => {
    const books = refundBooks();
    expect(differences({ ...books, ...spoil(books) }).join('\n')).toMatch(words);
  });
});
