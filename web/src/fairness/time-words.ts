import { localeTag } from '../i18n/index.ts';

/** A moment to the second, in the event's zone: receipts are compared by it. */
export function timeWords(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat(localeTag(), {
    dateStyle: 'medium',
    timeStyle: 'long',
    timeZone,
  }).format(at);
}
