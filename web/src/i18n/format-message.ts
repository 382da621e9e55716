/** A message: plain words with `{name}` slots, or one form per plural category of `{count}` (CLDR, as in ICU). */
export type Message = string | PluralMessage;

/** Forms by plural category; `other` is the fallback. */
export interface PluralMessage {
  zero?: string;
  one?: string;
  two?: string;
  few?: string;
  many?: string;
  other: string;
}

/** Values for slots. Numbers are written in the locale's own grouping. */
export type Params = Readonly<Record<string, string | number>>;

const pluralRules = new Map<string, Intl.PluralRules>();
const numberFormats = new Map<string, Intl.NumberFormat>();

/** The plural category of a number in a locale. */
export function pluralCategory(tag: string, count: number): Intl.LDMLPluralRule {
  let rules = pluralRules.get(tag);
  if (!rules) pluralRules.set(tag, (rules = new Intl.PluralRules(tag)));
  return rules.select(count);
}

/** A whole or decimal number in the locale's grouping: 1,50,000 in `en-IN`. */
export function formatNumber(tag: string, value: number): string {
  let format = numberFormats.get(tag);
  if (!format) numberFormats.set(tag, (format = new Intl.NumberFormat(tag)));
  return format.format(value);
}

/** Fills a message in. A slot without a value stays visible, so that the mistake is seen. */
export function formatMessage(tag: string, message: Message, params: Params = {}): string {
  const text =
    typeof message === 'string'
      ? message
      : (message[pluralCategory(tag, Number(params['count'] ?? 0))] ?? message.other);
  return text.replace(/\{(\w+)\}/g, (slot, name: string) => {
    const value = params[name];
    if (value === undefined) return slot;
    return typeof value === 'number' ? formatNumber(tag, value) : value;
  });
}
