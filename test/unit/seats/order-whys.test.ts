import { expect, test } from 'vitest';
import { WHY_CODES, whyCodeOf, whyOf } from '../../../durable-objects/core/order-whys.ts';

test('words that an order keeps are found again by their code, with or without what they name', () => {
  for (const code of WHY_CODES)
    expect(whyCodeOf({ actor: 'stripe', why: whyOf(code, 'pi_3x-1') })).toBe(code);
  expect(whyCodeOf({ actor: 'stripe', why: 'refund refund_book_a_b1-2_3 failed' })).toBe(
    'refund_failed',
  );
  expect(whyCodeOf({ actor: 'timer', why: 'intent canceled' })).toBe('intent_canceled');
});

test('an organiser’s words have no code, whatever they say', () => {
  expect(whyCodeOf({ actor: 'organiser', why: 'paid' })).toBeNull();
  expect(whyCodeOf({ actor: 'buyer', why: 'intent of the buyer' })).toBeNull();
  expect(whyCodeOf({ actor: 'buyer', why: 'refund ' })).toBeNull();
});

test('words that stored orders have are never changed', () => {
  expect(whyCodeOf({ actor: 'buyer', why: 'seats locked' })).toBe('seats_locked');
  expect(whyCodeOf({ actor: 'buyer', why: 'began to pay' })).toBe('began_to_pay');
  expect(whyCodeOf({ actor: 'stripe', why: 'not paid: card_declined' })).toBe('not_paid');
  expect(whyCodeOf({ actor: 'timer', why: 'the hold ended' })).toBe('hold_ended');
});
