import { z } from 'zod';
import { booking, ticket } from './booking.ts';
import { bookingId, money } from './common.ts';

/** Body of `POST /api/payment/create-intent` and `/confirm`. */
export const paymentRequest = z.object({ bookingId }).meta({ id: 'PaymentRequest' });

/** What the Payment Element needs. */
export const intentResponse = z
  .object({ paymentIntentId: z.string(), clientSecret: z.string(), total: money })
  .meta({ id: 'PaymentIntent' });

/** 200 of confirm: the money is in. Without tickets other seats are `offered` for it, or it is given back. */
export const settledResponse = z
  .object({
    status: z.enum(['confirmed', 'offered', 'refunding', 'refunded']),
    tickets: z.array(ticket),
    booking,
  })
  .meta({ id: 'Settled' });

/** 202 of confirm: the bank has not answered; ask again. */
export const processingResponse = z
  .object({ status: z.literal('processing'), booking })
  .meta({ id: 'Processing' });

/** What a confirm may answer when it succeeds. */
export type ConfirmAnswer = z.infer<typeof settledResponse> | z.infer<typeof processingResponse>;
/** What paying needs, as the site receives it. */
export type IntentAnswer = z.infer<typeof intentResponse>;
