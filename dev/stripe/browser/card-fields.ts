/** Digits only. */
export function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, '');
}

/** The check digit of ISO/IEC 7812. */
export function luhn(number: string): boolean {
  let sum = 0;
  for (let index = 0; index < number.length; index += 1) {
    const doubled = Number(number[number.length - 1 - index]) * (index % 2 === 0 ? 1 : 2);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

function isAmex(number: string): boolean {
  return /^3[47]/.test(number);
}

/** The number in its usual groups. */
export function formatNumber(text: string): string {
  const digits = digitsOf(text).slice(0, isAmex(digitsOf(text)) ? 15 : 16);
  const groups = isAmex(digits)
    ? [digits.slice(0, 4), digits.slice(4, 10), digits.slice(10)]
    : (digits.match(/.{1,4}/g) ?? []);
  return groups.filter((group) => group !== '').join(' ');
}

/** `MM / YY`, completing a single first digit above 1. */
export function formatExpiry(text: string): string {
  let digits = digitsOf(text).slice(0, 4);
  if (/^[2-9]/.test(digits)) digits = `0${digits}`.slice(0, 4);
  return digits.length > 2 ? `${digits.slice(0, 2)} / ${digits.slice(2)}` : digits;
}

/** A field's problem in Stripe's codes and words. */
export interface FieldError {
  code: string;
  message: string;
}

/** Values as typed. */
export interface CardValues {
  number: string;
  expiry: string;
  cvc: string;
  country: string;
  postalCode: string;
}

/** Countries where the element asks for a postal code, as the real one does. */
export const POSTAL_COUNTRIES = ['CA', 'GB', 'US'];

function numberError(value: string): FieldError | null {
  const digits = digitsOf(value);
  if (digits.length < (isAmex(digits) ? 15 : 16)) {
    return { code: 'incomplete_number', message: 'Your card number is incomplete.' };
  }
  if (!luhn(digits)) return { code: 'invalid_number', message: 'Your card number is invalid.' };
  return null;
}

function expiryError(value: string, now: Date): FieldError | null {
  const digits = digitsOf(value);
  if (digits.length < 4) {
    return { code: 'incomplete_expiry', message: "Your card's expiration date is incomplete." };
  }
  const month = Number(digits.slice(0, 2));
  const year = 2000 + Number(digits.slice(2));
  if (month < 1 || month > 12) {
    return { code: 'invalid_expiry_month', message: "Your card's expiration date is invalid." };
  }
  const past =
    year < now.getFullYear() || (year === now.getFullYear() && month < now.getMonth() + 1);
  if (past) {
    return {
      code: 'invalid_expiry_year_past',
      message: "Your card's expiration year is in the past.",
    };
  }
  return null;
}

/** Each field's problem, null when it is complete and right. */
export function checkCard(
  values: CardValues,
  now: Date,
): Record<keyof CardValues, FieldError | null> {
  const cvcLength = isAmex(digitsOf(values.number)) ? 4 : 3;
  const postal = POSTAL_COUNTRIES.includes(values.country) && values.postalCode.trim() === '';
  return {
    number: numberError(values.number),
    expiry: expiryError(values.expiry, now),
    cvc:
      digitsOf(values.cvc).length < cvcLength
        ? { code: 'incomplete_cvc', message: "Your card's security code is incomplete." }
        : null,
    country: null,
    postalCode: postal
      ? { code: 'incomplete_zip', message: 'Your postal code is incomplete.' }
      : null,
  };
}
