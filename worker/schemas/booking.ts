import { z } from 'zod';
import { WHY_CODES } from '../../durable-objects/core/order-whys.ts';
import { holdId, money, time } from './common.ts';

/** Body of `POST /api/booking/create`. */
export const createBookingRequest = z.object({ holdId }).meta({ id: 'CreateBookingRequest' });

/** A ticket. `code` is what the QR code carries: a signed token that a gate checks offline. */
export const ticket = z
  .object({ id: z.string(), seatId: z.string(), label: z.string(), code: z.string() })
  .meta({ id: 'Ticket' });

const bookingItem = z
  .object({
    seatId: z.string(),
    label: z.string(),
    categoryId: z.string(),
    price: money,
    returned: z.boolean().meta({ description: 'Given back: its ticket is void.' }),
  })
  .meta({ id: 'BookingItem' });

/** Money given back, or on its way. `refundId` is the reference. */
export const refund = z
  .object({
    refundId: z.string(),
    amount: money,
    seatIds: z.array(z.string()),
    status: z.enum(['pending', 'succeeded']),
    startedAt: time,
    reason: z.string(),
  })
  .meta({ id: 'Refund' });

/** Where an order stands; `hold` is one for which no booking was made yet. */
export const stage = z.enum([
  'hold',
  'held',
  'paying',
  'paid',
  'confirmed',
  'expired',
  'cancelled',
  'offered',
  'refunding',
  'refunded',
]);

/** Who made a step. */
export const actor = z.enum(['buyer', 'organiser', 'timer', 'stripe', 'cron']);

/** One step of a booking's history: who, when, from what, to what, and why. */
export const bookingEvent = z
  .object({
    at: time,
    actor,
    from: stage.nullable(),
    to: stage,
    why: z.string(),
    code: z.enum(WHY_CODES).nullable().meta({
      description: 'What `why` says, for translation; null for words of the organiser.',
    }),
    seatIds: z
      .array(z.string())
      .nullable()
      .meta({ description: 'The seats from then on, where they changed.' }),
  })
  .meta({ id: 'BookingEvent' });

/** A booking from the first hold to the ticket or the refund. */
export const booking = z
  .object({
    bookingId: z.string(),
    holdId: z.string(),
    status: stage.exclude(['hold']),
    event: z.object({
      id: z.string(),
      name: z.string(),
      venueName: z.string(),
      timeZone: z.string(),
      startsAt: time,
    }),
    items: z.array(bookingItem),
    total: money,
    createdAt: time,
    expiresAt: time.nullable().meta({ description: 'Until when to pay; null once that is over.' }),
    confirmedAt: time.nullable(),
    filed: z.boolean().meta({ description: 'False: confirmed, being filed.' }),
    refundId: z.string().nullable().meta({ description: 'Of the newest refund.' }),
    offer: z
      .object({ items: z.array(bookingItem), until: time })
      .nullable()
      .meta({ description: 'While `offered`: seats set aside in place of `items`, at no charge.' }),
    refunds: z.array(refund),
    history: z.array(bookingEvent),
    paymentProblem: z.object({ code: z.string(), message: z.string() }).nullable(),
    tickets: z.array(ticket),
  })
  .meta({ id: 'Booking' });

/** Answer of `GET /api/bookings`, newest first. */
export const bookingsResponse = z.object({ bookings: z.array(booking) }).meta({ id: 'Bookings' });

/** One seat of a booking as the site receives it. */
export type BookingItem = z.infer<typeof bookingItem>;
/** A booking as the site receives it. */
export type Booking = z.infer<typeof booking>;
/** One step of a booking's history as the site receives it. */
export type BookingEvent = z.infer<typeof bookingEvent>;
/** A ticket as the site receives it. */
export type Ticket = z.infer<typeof ticket>;
