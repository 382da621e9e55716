import { seatCodeName } from '../../../durable-objects/protocol/browser.ts';
import { money } from '../format/price.ts';
import { t } from '../i18n/index.ts';
import type { Venue } from './venue.ts';

/** A seat in full words: "Section B, row C, seat 14, ₹9,000, available"; the section's name is the organiser's. */
export function seatWords(venue: Venue, index: number, code: number, chosen: boolean): string {
  const seat = venue.seats[index];
  if (!seat) return '';
  const section = venue.sections.find((each) => index >= each.first && index < each.end);
  const category = venue.categories.get(seat.categoryId);
  const status = chosen ? t('seats.status.chosen') : t(`seats.status.${seatCodeName(code)}`);
  return t(seat.standing ? 'seats.labelStanding' : 'seats.label', {
    section: section?.name ?? seat.section,
    row: seat.row,
    seat: String(seat.number),
    price: category ? money(category.price) : '',
    status,
  });
}
