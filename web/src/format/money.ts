import type { Money } from '../../../durable-objects/core/money.ts';
import { minorDigits } from '../../../durable-objects/protocol/browser.ts';

const formats = new Map<string, Intl.NumberFormat>();

/** An amount as a fan reads it: ₹12,500; decimals only when there are any. */
export function formatMoney(tag: string, money: Money): string {
  const digits = minorDigits(money.currency);
  const whole = money.amount % 10 ** digits === 0;
  const key = `${tag}/${money.currency}/${whole}`;
  let format = formats.get(key);
  if (!format) {
    const fraction = whole ? 0 : digits;
    format = new Intl.NumberFormat(tag, {
      style: 'currency',
      currency: money.currency,
      minimumFractionDigits: fraction,
      maximumFractionDigits: fraction,
    });
    formats.set(key, format);
  }
  return format.format(money.amount / 10 ** digits);
}
