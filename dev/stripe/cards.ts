/** What a test card does when it is charged, challenged or refunded. */
export interface CardBehaviour {
  /** Stripe's test card number; only these numbers are known. */
  number: string;
  brand: 'amex' | 'mastercard' | 'visa';
  /** The token that stands for the card in calls from the server. */
  token: string;
  decline?: Decline;
  /** The bank asks for 3-D Secure before anything is charged. */
  challenge?: true;
  refund?: 'fails' | 'pends';
}

/** How a decline shows in `error` and in `last_payment_error`. */
export interface Decline {
  code: 'card_declined' | 'expired_card' | 'incorrect_cvc' | 'processing_error';
  declineCode?: string;
  message: string;
  param?: string;
}

function declined(declineCode: string, message = 'Your card was declined.'): Decline {
  return { code: 'card_declined', declineCode, message };
}

/** The documented test cards (docs.stripe.com/testing) that the stand-in knows. */
export const TEST_CARDS: readonly CardBehaviour[] = [
  { number: '4242424242424242', brand: 'visa', token: 'pm_card_visa' },
  { number: '5555555555554444', brand: 'mastercard', token: 'pm_card_mastercard' },
  { number: '378282246310005', brand: 'amex', token: 'pm_card_amex' },
  {
    number: '4000000000000002',
    brand: 'visa',
    token: 'pm_card_visa_chargeDeclined',
    decline: declined('generic_decline'),
  },
  {
    number: '4000000000009995',
    brand: 'visa',
    token: 'pm_card_visa_chargeDeclinedInsufficientFunds',
    decline: declined('insufficient_funds', 'Your card has insufficient funds.'),
  },
  {
    number: '4000000000009987',
    brand: 'visa',
    token: 'pm_card_visa_chargeDeclinedLostCard',
    decline: declined('lost_card'),
  },
  {
    number: '4000000000009979',
    brand: 'visa',
    token: 'pm_card_visa_chargeDeclinedStolenCard',
    decline: declined('stolen_card'),
  },
  {
    number: '4000000000000069',
    brand: 'visa',
    token: 'pm_card_chargeDeclinedExpiredCard',
    decline: { code: 'expired_card', message: 'Your card has expired.', param: 'exp_month' },
  },
  {
    number: '4000000000000127',
    brand: 'visa',
    token: 'pm_card_chargeDeclinedIncorrectCvc',
    decline: {
      code: 'incorrect_cvc',
      message: "Your card's security code is incorrect.",
      param: 'cvc',
    },
  },
  {
    number: '4000000000000119',
    brand: 'visa',
    token: 'pm_card_chargeDeclinedProcessingError',
    decline: {
      code: 'processing_error',
      message: 'An error occurred while processing your card. Try again in a little bit.',
    },
  },
  {
    number: '4000000000003220',
    brand: 'visa',
    token: 'pm_card_threeDSecure2Required',
    challenge: true,
  },
  {
    number: '4000002760003184',
    brand: 'visa',
    token: 'pm_card_authenticationRequired',
    challenge: true,
  },
  {
    number: '4000002500003155',
    brand: 'visa',
    token: 'pm_card_authenticationRequiredOnSetup',
    challenge: true,
  },
  {
    number: '4000008400001629',
    brand: 'visa',
    token: 'pm_card_threeDSecureRequiredChargeDeclined',
    challenge: true,
    decline: declined('generic_decline'),
  },
  { number: '4000000000005126', brand: 'visa', token: 'pm_card_refundFail', refund: 'fails' },
  { number: '4000000000007726', brand: 'visa', token: 'pm_card_pendingRefund', refund: 'pends' },
];

// Stripe documents both spellings for these.
const TOKEN_ALIASES: Readonly<Record<string, string>> = {
  pm_card_chargeDeclined: 'pm_card_visa_chargeDeclined',
  pm_card_chargeDeclinedInsufficientFunds: 'pm_card_visa_chargeDeclinedInsufficientFunds',
  pm_card_threeDSecureRequired: 'pm_card_threeDSecure2Required',
  pm_card_visa_chargeDeclinedExpiredCard: 'pm_card_chargeDeclinedExpiredCard',
};

/** The card behind a `pm_card_…` token, if it is a documented one. */
export function cardByToken(token: string): CardBehaviour | undefined {
  const name = TOKEN_ALIASES[token] ?? token;
  return TEST_CARDS.find((card) => card.token === name);
}

/** The card with this number (digits only), if it is a documented one. */
export function cardByNumber(number: string): CardBehaviour | undefined {
  return TEST_CARDS.find((card) => card.number === number);
}

/** The check digit of ISO/IEC 7812. */
export function passesLuhn(number: string): boolean {
  if (!/^\d{12,19}$/.test(number)) return false;
  let sum = 0;
  for (let index = 0; index < number.length; index += 1) {
    const digit = Number(number[number.length - 1 - index]);
    const doubled = digit * 2;
    sum += index % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
