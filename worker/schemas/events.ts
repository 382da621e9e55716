import { z } from 'zod';
import { money, time } from './common.ts';

/** A price band as it is shown. */
export const category = z
  .object({
    id: z.string(),
    name: z.string(),
    price: money,
    color: z.string().meta({ description: 'A CSS colour for the map.' }),
  })
  .meta({ id: 'Category' });

/** The rules of a sale, in seconds, as its page tells them. */
export const saleRules = z
  .object({
    lobby: z.enum(['fifo', 'draw']),
    requireVerifiedEmail: z.boolean(),
    seatsPerAccount: z.int(),
    refuseOrphans: z.boolean().meta({
      description:
        'Whether seats chosen by hand are refused (`orphan_seat`) when they leave a single seat beside them and as many neighbours in the same section would leave none.',
    }),
    holdSeconds: z.int(),
    holdMaxSeconds: z.int().meta({
      description:
        'The most that extending makes of a hold: one taken at the start of an admission may last to its end.',
    }),
    payingSeconds: z.int(),
    admission: z.object({
      batchSize: z.int(),
      everySeconds: z.number(),
      slots: z.int(),
      claimWindowSeconds: z.int(),
      graceSeconds: z.int(),
      sessionSeconds: z.int(),
    }),
  })
  .meta({ id: 'SaleRules' });

/** An event with all that its page shows. `sale` says where its sale stands by its dates. */
export const event = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    venue: z.object({ id: z.string(), name: z.string(), city: z.string() }),
    timeZone: z.string().meta({ example: 'Asia/Kolkata' }),
    startsAt: time,
    opensAt: time,
    closesAt: time,
    sale: z.enum(['upcoming', 'on_sale', 'ended']),
    categories: z.array(category),
    seatCount: z.int(),
    planVersion: z.int(),
    rules: saleRules,
  })
  .meta({ id: 'Event' });

/** One event; `draw` is what the operator is bound to when its lobby is drawn. */
export const oneEvent = event
  .extend({
    draw: z
      .object({
        commitment: z
          .string()
          .meta({ description: 'SHA-256 of the operator’s secret, base64url.' }),
        chainHash: z.string().meta({ description: 'The drand network, hex.' }),
        round: z.int().meta({ description: 'Its round that goes into the seed.' }),
      })
      .nullable()
      .meta({ description: 'Null where nothing is drawn, or while the sale does not answer.' }),
  })
  .meta({ id: 'OneEvent' });

/** Answer of `GET /api/events`. */
export const eventsResponse = z.object({ events: z.array(event) }).meta({ id: 'Events' });

/** An event as the site receives it. */
export type Event = z.infer<typeof event>;
/** A price band as the site receives it. */
export type EventCategory = z.infer<typeof category>;
