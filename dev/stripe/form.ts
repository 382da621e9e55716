/** A decoded form value: text, a list or a map, as deep as the brackets in its name went. */
export type FormValue = string | FormValue[] | FormMap;

/** A decoded form: `metadata[a]=1` becomes `{metadata: {a: '1'}}`, `expand[]=x` becomes `{expand: ['x']}`. */
export interface FormMap {
  [name: string]: FormValue;
}

const MAX_DEPTH = 6;
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

function splitName(name: string): string[] {
  const open = name.indexOf('[');
  if (open <= 0) return [name];
  const inner = [...name.slice(open).matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? '');
  return [name.slice(0, open), ...inner].slice(0, MAX_DEPTH);
}

function isMap(value: FormValue | undefined): value is FormMap {
  return typeof value === 'object' && !Array.isArray(value);
}

function assign(target: FormMap, path: string[], value: string): void {
  const [head, ...rest] = path;
  if (head === undefined || FORBIDDEN.has(head)) return;
  if (rest.length === 0) {
    target[head] = value;
    return;
  }
  if (rest[0] === '') {
    const list = Array.isArray(target[head]) ? target[head] : [];
    list.push(value);
    target[head] = list;
    return;
  }
  const child = target[head];
  const next: FormMap = isMap(child) ? child : {};
  target[head] = next;
  assign(next, rest, value);
}

/** Lists may also be written with indexes (`types[0]=…`, as the SDK does): such maps become lists. */
function listify(value: FormValue): FormValue {
  if (typeof value === 'string' || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  if (keys.length > 0 && keys.every((key, index) => key === String(index))) {
    return keys.map((key) => listify(value[key] ?? ''));
  }
  for (const key of keys) value[key] = listify(value[key] ?? '');
  return value;
}

/** Decodes `application/x-www-form-urlencoded` text (a body or a query string) with Stripe's bracket notation. */
export function parseForm(text: string): FormMap {
  const form: FormMap = {};
  for (const [name, value] of new URLSearchParams(text)) assign(form, splitName(name), value);
  for (const key of Object.keys(form)) {
    if (key !== 'metadata') form[key] = listify(form[key] ?? '');
  }
  return form;
}

/** The same form as one text whatever the order of its fields: what idempotency compares. */
export function canonicalForm(value: FormValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalForm).join(',')}]`;
  const entries = Object.keys(value).sort();
  return `{${entries.map((key) => `${JSON.stringify(key)}:${canonicalForm(value[key] ?? '')}`).join(',')}}`;
}
