import { badParameter } from './errors.ts';

/** Currencies without a minor unit at Stripe (docs.stripe.com/currencies#zero-decimal). */
const ZERO_DECIMAL = new Set(
  'bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf'.split(' '),
);
// Stripe takes UGX and ISK in two decimals for backwards compatibility; the fraction must be 00.
const TWO_DECIMAL_WITHOUT_FRACTION = new Set(['isk', 'ugx']);
const THREE_DECIMAL = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd']);

const SUPPORTED = new Set(
  (
    'usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf ' +
    'chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl hrk htg ' +
    'huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt ' +
    'mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar ' +
    'sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd ' +
    'xof xpf yer zar zmw'
  ).split(' '),
);

/** Least charge in minor units (docs.stripe.com/currencies#minimum-and-maximum-charge-amounts); others: 50. */
const MINIMUM: Readonly<Record<string, number>> = {
  usd: 50,
  aed: 200,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
};
const MAXIMUM = 99_999_999;

function decimals(currency: string): number {
  if (TWO_DECIMAL_WITHOUT_FRACTION.has(currency)) return 2;
  if (ZERO_DECIMAL.has(currency)) return 0;
  return THREE_DECIMAL.has(currency) ? 3 : 2;
}

/** An amount as Stripe writes it in messages, for example `₹2,500.00`. */
export function formatAmount(amount: number, currency: string): string {
  const digits = decimals(currency);
  return new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: currency.toUpperCase(),
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount / 10 ** digits);
}

/** The currency in lower case, or Stripe's refusal. */
export function checkCurrency(value: string): string {
  const currency = value.toLowerCase();
  if (!SUPPORTED.has(currency)) {
    throw badParameter(
      `Invalid currency: ${currency}. Stripe currently supports these currencies: ${[...SUPPORTED].join(', ')}`,
      'currency',
    );
  }
  return currency;
}

/** Refuses a charge's amount (minor units) that Stripe would refuse. */
export function checkAmount(amount: number, currency: string): void {
  if (amount < 1) {
    throw badParameter(
      'This value must be greater than or equal to 1.',
      'amount',
      'parameter_invalid_integer',
    );
  }
  const minimum = MINIMUM[currency] ?? 50;
  if (amount < minimum) {
    throw badParameter(
      `Amount must be at least ${formatAmount(minimum, currency)} ${currency}`,
      'amount',
      'amount_too_small',
    );
  }
  if (amount > MAXIMUM) {
    throw badParameter(
      `Amount must be no more than ${formatAmount(MAXIMUM, currency)}`,
      'amount',
      'amount_too_large',
    );
  }
  const step = THREE_DECIMAL.has(currency)
    ? 10
    : TWO_DECIMAL_WITHOUT_FRACTION.has(currency)
      ? 100
      : 1;
  if (amount % step !== 0) {
    throw badParameter(`Invalid amount for ${currency}: must be divisible by ${step}`, 'amount');
  }
}
