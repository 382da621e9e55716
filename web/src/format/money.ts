import type { Money } from '../../../durable-objects/core/money.ts';

/** Stripe counts these in hundredths although they have no minor unit (docs.stripe.com/currencies#special-cases). */
const STRIPE_HUNDREDTHS = new Set(['ISK', 'UGX']);

const formats = new Map<string, Intl.NumberFormat>();

/** Digits after the point of a currency's minor unit: CLDR's, with Stripe's documented exceptions. */
export function minorDigits(currency: string): number {
  if (STRIPE_HUNDREDTHS.has(currency)) return 2;
  const options = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  return options.maximumFractionDigits ?? 2;
}

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
