import { minorDigits } from '../../durable-objects/core/money.ts';
import type { Money } from '../../durable-objects/core/money.ts';

/** An amount in a mail, with all its digits; `tag` is a BCP 47 language. */
export function mailMoney(tag: string, { amount, currency }: Money): string {
  const digits = minorDigits(currency);
  const format = new Intl.NumberFormat(tag, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(amount / 10 ** digits);
}
