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
