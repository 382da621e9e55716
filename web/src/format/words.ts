import { localeTag } from '../i18n/index.ts';
import { formatDateTime, formatDay, formatTime } from './time.ts';

/** Date, time and zone name in the current language (reactive). `at` is ISO 8601 or epoch ms. */
export const dateTime = (at: string | number, timeZone: string): string =>
  formatDateTime(localeTag(), toMs(at), timeZone);

/** Day in the current language (reactive). */
export const day = (at: string | number, timeZone: string): string =>
  formatDay(localeTag(), toMs(at), timeZone);

/** Time of day in the current language (reactive). */
export const time = (at: string | number, timeZone?: string): string =>
  formatTime(localeTag(), toMs(at), timeZone);

function toMs(at: string | number): number {
  return typeof at === 'number' ? at : Date.parse(at);
}
