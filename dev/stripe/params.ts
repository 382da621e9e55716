import { badParameter, parameterMissing } from './errors.ts';
import type { FormMap, FormValue } from './form.ts';

/** Refuses names outside the list, as Stripe does (`parameter_unknown`), so that a typing error cannot pass here and fail there. */
export function allowOnly(form: FormMap, names: readonly string[]): void {
  const known = new Set([...names, 'expand', 'key', 'client_secret']);
  const unknown = Object.keys(form).filter((name) => !known.has(name));
  const [first] = unknown;
  if (first === undefined) return;
  const plural = unknown.length > 1 ? 'parameters' : 'parameter';
  throw badParameter(
    `Received unknown ${plural}: ${unknown.join(', ')}`,
    first,
    'parameter_unknown',
  );
}

/** Text, or undefined when absent or empty. */
export function text(form: FormMap, name: string): string | undefined {
  const value = form[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw badParameter(`Invalid string: ${name}`, name);
  return value;
}

/** Text that must be there. */
export function requiredText(form: FormMap, name: string): string {
  const value = text(form, name);
  if (value === undefined) throw parameterMissing(name);
  return value;
}

/** A whole number written in decimal digits, or undefined. */
export function integer(form: FormMap, name: string): number | undefined {
  const value = form[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^-?\d{1,15}$/.test(value)) {
    throw badParameter(
      `Invalid integer: ${typeof value === 'string' ? value : name}`,
      name,
      'parameter_invalid_integer',
    );
  }
  return Number(value);
}

/** `true` or `false`, or undefined. */
export function flag(form: FormMap, name: string): boolean | undefined {
  const value = form[name];
  if (value === undefined) return undefined;
  if (value === 'true') return true;
  if (value === 'false') return false;
  throw badParameter(`Invalid boolean: ${typeof value === 'string' ? value : name}`, name);
}

/** A nested map, or undefined. */
export function map(form: FormMap, name: string): FormMap | undefined {
  const value: FormValue | undefined = form[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string' || Array.isArray(value))
    throw badParameter('Invalid object', name, 'parameter_invalid_empty');
  return value;
}

/** A list of text, or undefined. */
export function list(form: FormMap, name: string): string[] | undefined {
  const value = form[name];
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw badParameter('Invalid array', name);
  return value.filter((entry) => typeof entry === 'string');
}

/** One of the given values, or undefined. */
export function oneOf<const T extends string>(
  form: FormMap,
  name: string,
  values: readonly T[],
): T | undefined {
  const value = text(form, name);
  if (value === undefined) return undefined;
  const found = values.find((candidate) => candidate === value);
  if (found === undefined) {
    throw badParameter(`Invalid ${name}: must be one of ${values.join(', ')}`, name);
  }
  return found;
}

/** Stripe's limits on metadata: 50 keys of 40 characters, values of 500 (docs.stripe.com/metadata). */
export const METADATA_LIMITS = { keys: 50, keyLength: 40, valueLength: 500 } as const;

/** Merges `metadata[...]` into what was there: an empty value removes its key, `metadata=""` removes all. */
export function mergeMetadata(
  form: FormMap,
  before: Readonly<Record<string, string>>,
): Record<string, string> {
  if (form['metadata'] === '') return {};
  const merged: Record<string, string> = { ...before };
  for (const [key, value] of Object.entries(map(form, 'metadata') ?? {})) {
    if (typeof value !== 'string') {
      throw badParameter('Metadata values must be strings', `metadata[${key}]`);
    }
    if (key.length > METADATA_LIMITS.keyLength) {
      throw badParameter('Metadata keys can be at most 40 characters long', `metadata[${key}]`);
    }
    if (value.length > METADATA_LIMITS.valueLength) {
      throw badParameter(
        'Metadata values can have up to 500 characters, but you passed in a longer value',
        `metadata[${key}]`,
      );
    }
    if (value === '') delete merged[key];
    else merged[key] = value;
  }
  if (Object.keys(merged).length > METADATA_LIMITS.keys) {
    throw badParameter('Metadata can have at most 50 keys', 'metadata');
  }
  return merged;
}
