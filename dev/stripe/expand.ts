import type { Call } from './context.ts';
import { badParameter } from './errors.ts';
import { list } from './params.ts';
import type { Store } from './state.ts';

const EXPANDABLE = new Set(['charge', 'latest_charge', 'payment_intent', 'payment_method', 'data']);
const MAX_DEPTH = 4;

function lookUp(store: Store, id: string): object | undefined {
  switch (id.slice(0, id.indexOf('_'))) {
    case 'pi':
      return store.intent.get(id);
    case 'ch':
      return store.charge.get(id);
    case 're':
      return store.refund.get(id);
    case 'pm':
      return store.method.get(id)?.object;
    default:
      return undefined;
  }
}

function expandPath(store: Store, value: unknown, path: readonly string[]): unknown {
  const [head, ...rest] = path;
  if (head === undefined || typeof value !== 'object' || value === null) return value;
  if (!EXPANDABLE.has(head) || !(head in value)) {
    throw badParameter(`This property cannot be expanded (${head}).`, 'expand[]');
  }
  const inner: unknown = Reflect.get(value, head);
  if (Array.isArray(inner)) {
    return { ...value, [head]: inner.map((entry: unknown) => expandPath(store, entry, rest)) };
  }
  const resolved = typeof inner === 'string' ? (lookUp(store, inner) ?? inner) : inner;
  return { ...value, [head]: expandPath(store, resolved, rest) };
}

/** Replaces ids by their objects where the call's `expand[]` asks for it. */
export function expand(store: Store, call: Call, answer: object): unknown {
  let expanded: unknown = answer;
  for (const path of list(call.form, 'expand') ?? []) {
    const parts = path.split('.');
    if (parts.length > MAX_DEPTH) {
      throw badParameter('You cannot expand more than 4 levels of a property', 'expand[]');
    }
    expanded = expandPath(store, expanded, parts);
  }
  return expanded;
}

/** What a browser may see of an intent: Stripe leaves out metadata, charges and all that is the seller's. */
export function browserView(intent: object): Record<string, unknown> {
  const visible: Record<string, unknown> = {};
  for (const name of BROWSER_FIELDS) {
    if (name in intent) visible[name] = Reflect.get(intent, name);
  }
  return visible;
}

const BROWSER_FIELDS = [
  'id',
  'object',
  'allowed_payment_method_types',
  'amount',
  'amount_details',
  'automatic_payment_methods',
  'canceled_at',
  'cancellation_reason',
  'capture_method',
  'client_secret',
  'confirmation_method',
  'created',
  'currency',
  'description',
  'last_payment_error',
  'livemode',
  'next_action',
  'payment_method',
  'payment_method_types',
  'processing',
  'receipt_email',
  'setup_future_usage',
  'shipping',
  'source',
  'status',
];
