import type Stripe from 'stripe';
import type { CardBehaviour } from './cards.ts';
import { TEST_CARDS, cardByNumber, cardByToken, passesLuhn } from './cards.ts';
import type { Call, Context } from './context.ts';
import { seconds } from './context.ts';
import { StripeRefusal, badParameter, parameterMissing, resourceMissing } from './errors.ts';
import type { FormMap } from './form.ts';
import { newId } from './ids.ts';
import { map, requiredText, text } from './params.ts';
import type { Method } from './state.ts';

function cardError(code: string, message: string, param: string): StripeRefusal {
  return new StripeRefusal(402, { type: 'card_error', code, message, param }, true);
}

interface Expiry {
  month: number;
  year: number;
}

function checkExpiry(card: FormMap, nowMs: number): Expiry {
  const month = Number(text(card, 'exp_month'));
  const rawYear = Number(text(card, 'exp_year'));
  const year = rawYear < 100 ? 2000 + rawYear : rawYear;
  if (!Number.isInteger(month) || month < 1 || month > 12) {
    throw cardError(
      'invalid_expiry_month',
      "Your card's expiration month is invalid.",
      'exp_month',
    );
  }
  const today = new Date(nowMs);
  const thisYear = today.getUTCFullYear();
  const past = year < thisYear || (year === thisYear && month < today.getUTCMonth() + 1);
  if (!Number.isInteger(year) || past || year > thisYear + 50) {
    throw cardError('invalid_expiry_year', "Your card's expiration year is invalid.", 'exp_year');
  }
  return { month, year };
}

function checkNumber(card: FormMap): CardBehaviour {
  const number = (text(card, 'number') ?? '').replaceAll(/[\s-]/g, '');
  if (number === '') throw parameterMissing('payment_method_data[card][number]');
  if (!passesLuhn(number)) {
    throw cardError('incorrect_number', 'Your card number is incorrect.', 'number');
  }
  const known = cardByNumber(number);
  if (known !== undefined) return known;
  throw new StripeRefusal(
    402,
    {
      type: 'card_error',
      code: 'card_declined',
      decline_code: 'test_mode_live_card',
      message:
        'Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.',
    },
    true,
  );
}

/** A card payment method in Stripe's shape. */
export function cardObject(
  behaviour: CardBehaviour,
  expiry: Expiry,
  nowMs: number,
  billing: FormMap = {},
): Stripe.PaymentMethod {
  const address = map(billing, 'address') ?? {};
  const checked = text(address, 'postal_code') === undefined ? null : 'pass';
  return {
    id: newId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: {
      address: {
        city: text(address, 'city') ?? null,
        country: text(address, 'country') ?? null,
        line1: text(address, 'line1') ?? null,
        line2: text(address, 'line2') ?? null,
        postal_code: text(address, 'postal_code') ?? null,
        state: text(address, 'state') ?? null,
      },
      email: text(billing, 'email') ?? null,
      name: text(billing, 'name') ?? null,
      phone: text(billing, 'phone') ?? null,
      tax_id: null,
    },
    card: {
      brand: behaviour.brand,
      checks: {
        address_line1_check: null,
        address_postal_code_check: checked,
        cvc_check: behaviour.decline?.code === 'incorrect_cvc' ? 'fail' : 'pass',
      },
      country: 'US',
      display_brand: behaviour.brand,
      exp_month: expiry.month,
      exp_year: expiry.year,
      fingerprint: `standin${behaviour.number.slice(-9)}`,
      funding: 'credit',
      generated_from: null,
      last4: behaviour.number.slice(-4),
      networks: { available: [behaviour.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: seconds(nowMs),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  };
}

function fromData(context: Context, call: Call, data: FormMap): Method {
  const type = requiredText(data, 'type');
  if (type !== 'card') throw badParameter(`Invalid type: ${type}`, 'payment_method_data[type]');
  const card = map(data, 'card') ?? {};
  if (call.caller === 'secret' && card['number'] !== undefined) {
    throw new StripeRefusal(
      402,
      {
        type: 'invalid_request_error',
        message:
          'Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test tokens that map to the test card you are using, see https://stripe.com/docs/testing. To enable testing raw card data APIs, see https://support.stripe.com/questions/enabling-access-to-raw-card-data-apis.',
      },
      false,
    );
  }
  const behaviour = checkNumber(card);
  const expiry = checkExpiry(card, context.now());
  const object = cardObject(behaviour, expiry, context.now(), map(data, 'billing_details'));
  return context.store.method.put({ id: object.id, object, cardToken: behaviour.token });
}

/** The payment method that a create, update or confirm names: an id, a `pm_card_…` token or card data from the browser. */
export function methodOf(context: Context, call: Call): Method | undefined {
  const data = map(call.form, 'payment_method_data');
  if (data !== undefined) return fromData(context, call, data);
  const id = text(call.form, 'payment_method');
  if (id === undefined) return undefined;
  const behaviour = cardByToken(id);
  if (behaviour !== undefined) {
    const year = new Date(context.now()).getUTCFullYear() + 1;
    const object = cardObject(behaviour, { month: 12, year }, context.now());
    return context.store.method.put({ id: object.id, object, cardToken: behaviour.token });
  }
  const stored = context.store.method.get(id);
  if (stored === undefined) throw resourceMissing('PaymentMethod', id, 'payment_method');
  return stored;
}

/** What the method's test card does. */
export function behaviourOf(method: Method): CardBehaviour {
  const found = cardByToken(method.cardToken) ?? TEST_CARDS[0];
  if (found === undefined) throw new Error('no test cards');
  return found;
}

/** `GET /v1/payment_methods/:id` */
export function retrieveMethod(context: Context, call: Call): Stripe.PaymentMethod {
  const method = context.store.method.get(call.id);
  if (method === undefined) throw resourceMissing('PaymentMethod', call.id, 'payment_method');
  return method.object;
}
