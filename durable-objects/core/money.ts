/** An amount in the currency's minor units (paise, cents, yen): an integer, never a fraction. */
export interface Money {
  amount: number;
  /** ISO 4217, upper case. */
  currency: string;
}

/** Adds amounts of one currency; an empty list is zero of `currency`. Mixing currencies or fractions is a bug. */
export function sum(currency: string, parts: readonly Money[]): Money {
  let amount = 0;
  for (const part of parts) {
    if (part.currency !== currency)
      throw new Error(`mixed currencies: ${currency}, ${part.currency}`);
    if (!Number.isSafeInteger(part.amount)) throw new Error(`not minor units: ${part.amount}`);
    amount += part.amount;
  }
  return { amount, currency };
}

/** Stripe counts these in hundredths although they have no minor unit (docs.stripe.com/currencies#special-cases). */
const STRIPE_HUNDREDTHS = new Set(['ISK', 'UGX']);

/** Digits after the point of a currency's minor unit: CLDR's, with Stripe's documented exceptions. */
export function minorDigits(currency: string): number {
  if (STRIPE_HUNDREDTHS.has(currency)) return 2;
  const options = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  return options.maximumFractionDigits ?? 2;
}
