import { appendNested, confirmIntent } from './api-client.ts';
import type { CardValues } from './card-fields.ts';
import {
  POSTAL_COUNTRIES,
  checkCard,
  digitsOf,
  formatExpiry,
  formatNumber,
} from './card-fields.ts';
import type { ApiResult, FrameOptions, FromFrame, PaymentRequest, ToFrame } from './protocol.ts';

const NAMES = ['number', 'expiry', 'cvc', 'country', 'postalCode'] as const;
type Field = HTMLInputElement | HTMLSelectElement;

const parentOrigin = decodeURIComponent(window.location.hash.slice(1));
const touched = new Set<string>();
let options: FrameOptions | null = null;

function field(name: string): Field {
  const [found] = document.getElementsByName(name);
  if (found instanceof HTMLInputElement || found instanceof HTMLSelectElement) return found;
  throw new Error(`no field ${name}`);
}

function tell(message: FromFrame): void {
  window.parent.postMessage(message, parentOrigin);
}

function values(): CardValues {
  return {
    number: field('number').value,
    expiry: field('expiry').value,
    cvc: field('cvc').value,
    country: field('country').value,
    postalCode: field('postalCode').value,
  };
}

function showErrors(): void {
  const errors = checkCard(values(), new Date());
  for (const name of NAMES) {
    const error = touched.has(name) ? errors[name] : null;
    field(name).setAttribute('aria-invalid', String(error !== null));
    const place = document.querySelector(`#${name}-error`);
    if (place !== null) place.textContent = error?.message ?? '';
  }
  tell({ to: 'page', kind: 'resize', height: Math.ceil(document.body.scrollHeight) });
}

function tellChange(): void {
  const now = values();
  const complete = Object.values(checkCard(now, new Date())).every((error) => error === null);
  const empty = now.number === '' && now.expiry === '' && now.cvc === '';
  tell({ to: 'page', kind: 'change', complete, empty });
}

/** Shows every problem and answers with the first; type `none` when there is none. */
function validate(): ApiResult {
  for (const name of NAMES) touched.add(name);
  showErrors();
  const errors = checkCard(values(), new Date());
  const wrong = NAMES.find((name) => errors[name] !== null);
  if (wrong === undefined) return { error: { type: 'none', message: '' } };
  field(wrong).focus();
  const error = errors[wrong];
  return {
    error: { type: 'validation_error', code: error?.code ?? '', message: error?.message ?? '' },
  };
}

async function confirm(payment: PaymentRequest): Promise<ApiResult> {
  const checked = validate();
  if (checked.error?.type !== 'none') return checked;
  const card = values();
  const expiry = digitsOf(card.expiry);
  const form = new URLSearchParams();
  appendNested(form, 'payment_method_data', {
    type: 'card',
    card: {
      number: digitsOf(card.number),
      exp_month: expiry.slice(0, 2),
      exp_year: expiry.slice(2),
      cvc: card.cvc,
    },
    billing_details: {
      address: {
        country: card.country,
        ...(POSTAL_COUNTRIES.includes(card.country) && { postal_code: card.postalCode }),
      },
      ...payment.billingDetails,
    },
  });
  appendNested(form, 'return_url', payment.returnUrl);
  form.set('use_stripe_sdk', 'true');
  return confirmIntent(
    window.location.origin,
    options?.publishableKey ?? '',
    payment.clientSecret,
    form,
  );
}

const VARIABLES = [
  'borderRadius',
  'colorBackground',
  'colorDanger',
  'colorPrimary',
  'colorText',
  'colorTextSecondary',
  'fontFamily',
  'fontSizeBase',
  'spacingUnit',
];

function dress(given: FrameOptions): void {
  const root = document.documentElement;
  root.dataset['theme'] = given.theme;
  for (const name of VARIABLES) {
    const value = given.variables[name];
    if (value === undefined) root.style.removeProperty(`--${name}`);
    else root.style.setProperty(`--${name}`, value);
  }
}

function showPostalCode(): void {
  const shown = POSTAL_COUNTRIES.includes(field('country').value);
  const row = document.querySelector<HTMLElement>('#postalCode-row');
  if (row !== null) row.hidden = !shown;
}

function begin(given: FrameOptions): void {
  const first = options === null;
  options = given;
  dress(given);
  if (first) {
    const country = field('country');
    country.value = given.country;
    if (country.value === '') country.value = 'IN';
    showPostalCode();
  }
  showErrors();
  if (first) tell({ to: 'page', kind: 'ready' });
}

function onRequest(message: ToFrame): void {
  switch (message.kind) {
    case 'init':
      begin(message.options);
      break;
    case 'focus':
      field('number').focus();
      break;
    case 'clear':
      for (const name of ['number', 'expiry', 'cvc', 'postalCode']) field(name).value = '';
      touched.clear();
      showErrors();
      tellChange();
      break;
    case 'validate':
      tell({ to: 'page', kind: 'result', requestId: message.requestId, result: validate() });
      break;
    case 'confirm':
      void confirm(message.payment).then((result) =>
        tell({ to: 'page', kind: 'result', requestId: message.requestId, result }),
      );
      break;
  }
}

function listenTo(name: (typeof NAMES)[number]): void {
  const input = field(name);
  input.addEventListener('input', () => {
    if (name === 'number') input.value = formatNumber(input.value);
    if (name === 'expiry') input.value = formatExpiry(input.value);
    if (name === 'cvc') input.value = digitsOf(input.value).slice(0, 4);
    if (name === 'country') showPostalCode();
    showErrors();
    tellChange();
  });
  input.addEventListener('focus', () => tell({ to: 'page', kind: 'focus' }));
  input.addEventListener('blur', () => {
    if (input.value !== '') touched.add(name);
    showErrors();
    tell({ to: 'page', kind: 'blur' });
  });
}

window.addEventListener('message', (event: MessageEvent<ToFrame>) => {
  if (event.origin === parentOrigin && event.source === window.parent) onRequest(event.data);
});
window.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') tell({ to: 'page', kind: 'escape' });
});
for (const name of NAMES) listenTo(name);
new ResizeObserver(() => showErrors()).observe(document.body);
tell({ to: 'page', kind: 'hello' });
