import { localeTag } from '../i18n/index.ts';
import type { Money } from '../api/types.ts';
import { formatMoney } from './money.ts';

/** Money in the current language (reactive). Apart from the other words: the queue page shows no price. */
export const money = (value: Money): string => formatMoney(localeTag(), value);
