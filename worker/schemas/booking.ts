import { z } from 'zod';
import { holdId, money, time } from './common.ts';

/** Body of `POST /api/booking/create`. */
export const createBookingRequest = z.object({ holdId }).meta({ id: 'CreateBookingRequest' });

/** A ticket. `code` is what the QR code carries: a signed token that a gate checks offline. */
export const ticket = z
  .object({ id: z.string(), seatId: z.string(), label: z.string(), code: z.string() })
  .meta({ id: 'Ticket' });

/** A booking from the first hold to the ticket or the refund. */
export const booking = z
  .object({
    bookingId: z.string(),
    holdId: z.string(),
    status: z.enum([
      'held',
      'paying',
      'paid',
      'confirmed',
      'expired',
      'cancelled',
      'refunding',
      'refunded',
    ]),
    event: z.object({
      id: z.string(),
      name: z.string(),
      venueName: z.string(),
      timeZone: z.string(),
      startsAt: time,
    }),
    items: z.array(
      z.object({ seatId: z.string(), label: z.string(), categoryId: z.string(), price: money }),
    ),
    total: money,
    createdAt: time,
    expiresAt: time.nullable().meta({ description: 'Until when to pay; null once that is over.' }),
    confirmedAt: time.nullable(),
    filed: z.boolean().meta({ description: 'False: confirmed, being filed.' }),
    refundId: z.string().nullable(),
    paymentProblem: z.object({ code: z.string(), message: z.string() }).nullable(),
    tickets: z.array(ticket),
  })
  .meta({ id: 'Booking' });

/** Answer of `GET /api/bookings`, newest first. */
export const bookingsResponse = z.object({ bookings: z.array(booking) }).meta({ id: 'Bookings' });

/** A booking as the site receives it. */
export type Booking = z.infer<typeof booking>;
/** A ticket as the site receives it. */
export type Ticket = z.infer<typeof ticket>;
