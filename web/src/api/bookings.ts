import { authorized } from './authorized.ts';
import type { Answer } from './problem.ts';
import type { Booking, ConfirmAnswer, IntentAnswer } from './types.ts';

/** Makes the booking of a hold; asking again returns it. */
export function createBooking(holdId: string): Promise<Answer<Booking>> {
  return authorized({ method: 'POST', path: '/api/booking/create', body: { holdId } });
}

/** Own bookings, newest first. */
export function listBookings(): Promise<Answer<{ bookings: Booking[] }>> {
  return authorized({ method: 'GET', path: '/api/bookings' });
}

/** One own booking. */
export function getBooking(bookingId: string): Promise<Answer<Booking>> {
  return authorized({ method: 'GET', path: `/api/bookings/${encodeURIComponent(bookingId)}` });
}

/** Takes the seats offered for late money, or wants the money back; safe to repeat. */
export function answerOffer(bookingId: string, accepts: boolean): Promise<Answer<Booking>> {
  const offer = `/api/bookings/${encodeURIComponent(bookingId)}/offer`;
  return authorized({ method: 'POST', path: `${offer}/${accepts ? 'accept' : 'decline'}` });
}

/** Starts to pay; asking again returns the same intent. */
export function createIntent(bookingId: string): Promise<Answer<IntentAnswer>> {
  return authorized({ method: 'POST', path: '/api/payment/create-intent', body: { bookingId } });
}

/** Has the server look at the payment; safe to repeat. `payment_failed` means nothing was taken. */
export function confirmPayment(bookingId: string): Promise<Answer<ConfirmAnswer>> {
  return authorized({ method: 'POST', path: '/api/payment/confirm', body: { bookingId } });
}
