import type { Because } from './order-record.ts';

/**
 * Why the sale itself makes a step of an order, by code; `{id}` is an intent, a refund or Stripe's code. Orders
 * keep the words for good, so a line may be added but never changed.
 */
export const WHYS = {
  seats_locked: 'seats locked',
  seats_changed: 'seats changed',
  order_created: 'order created',
  extended: 'extended',
  given_up: 'given up',
  hold_ended: 'the hold ended',
  began_to_pay: 'began to pay',
  intent_made: 'intent {id}',
  intent_canceled: 'intent canceled',
  not_paid: 'not paid: {id}',
  paid: 'paid',
  paid_late: 'paid late, seats were free',
  offer_made: 'paid late, seats gone: others are set aside',
  offer_taken: 'took the seats offered',
  offer_declined: 'declined the seats offered',
  offer_ended: 'the offer ended',
  amount_mismatch: 'amount_mismatch',
  seats_gone: 'seats_gone',
  refund_done: 'refund {id}',
  refund_failed: 'refund {id} failed',
} as const;

/** A code of `WHYS`. */
export type WhyCode = keyof typeof WHYS;

/** All codes. */
export const WHY_CODES = Object.keys(WHYS) as [WhyCode, ...WhyCode[]];

/** The words of a reason that names something. */
export function whyOf(code: WhyCode, id: string): string {
  return WHYS[code].replace('{id}', id);
}

/** The code of a step's reason; null for words of an organiser, which say themselves why. */
export function whyCodeOf({ actor, why }: Pick<Because, 'actor' | 'why'>): WhyCode | null {
  if (actor === 'organiser') return null;
  const exact = WHY_CODES.find((code) => WHYS[code] === why);
  return exact ?? WHY_CODES.find((code) => names(WHYS[code], why)) ?? null;
}

/** Whether `why` is these words with one word for their `{id}`. */
function names(words: string, why: string): boolean {
  const [before, after] = words.split('{id}');
  if (before === undefined || after === undefined) return false;
  const id = why.slice(before.length, why.length - after.length);
  return /^\S+$/.test(id) && why === `${before}${id}${after}`;
}
