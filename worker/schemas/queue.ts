import { z } from 'zod';
import { eventId, time } from './common.ts';

/** Body of `POST /api/queue/join`. */
export const joinRequest = z.object({ eventId }).meta({ id: 'JoinRequest' });

/** Query of `GET /api/queue/position/:eventId`: with `claim=false` one who is called does not come in yet. */
export const positionQuery = z.object({ claim: z.enum(['true', 'false']).optional() });

/** Where a fan stands. */
export const positionResponse = z
  .object({
    eventId: z.string(),
    status: z.enum(['lobby', 'waiting', 'admitted']),
    place: z.int(),
    order: z.int().meta({ description: 'The place, except in a lobby that was drawn.' }),
    ahead: z.int().meta({ description: 'People ahead who have not left.' }),
    etaSeconds: z.int().nullable(),
    pollMs: z.int().meta({ description: 'How soon to ask again, without a live connection.' }),
    joinedAt: time,
    claimUntil: time.nullable().meta({ description: 'When called: until when to come in.' }),
    ticket: z.string().meta({
      description:
        'A signed receipt for the place; the key `receipt-1` of the JWK set verifies it.',
    }),
    admissionToken: z
      .string()
      .optional()
      .meta({ description: 'Once inside: for X-Admission-Token.' }),
    admittedUntil: time.optional(),
  })
  .meta({ id: 'Position' });

const salePhase = z.enum(['lobby', 'drawing', 'open', 'paused', 'sold_out', 'closed']);

/** Answer of `GET /api/queue/stats/:eventId`. */
export const statsResponse = z
  .object({
    phase: salePhase,
    waiting: z.int(),
    admitted: z.int(),
    active: z.int(),
    joined: z.int(),
    left: z.int(),
    ratePerMinute: z.number(),
    updatedAt: time,
  })
  .meta({ id: 'QueueStats' });

/** Answer of `GET /api/queue/status/:eventId`: the frame that every socket gets, byte for byte the same fields. */
export const tickResponse = z
  .object({
    v: z.literal(1),
    type: z.literal('tick'),
    eventId: z.string(),
    seq: z.int(),
    at: z.int().meta({ description: 'Epoch milliseconds, as in the live frame.' }),
    phase: salePhase,
    opensAt: z.int(),
    lobby: z.enum(['fifo', 'draw']),
    draw: z
      .object({ n: z.int(), seed: z.string() })
      .optional()
      .meta({ description: 'Once the lobby is drawn: what its order follows from.' }),
    cursor: z.int(),
    tail: z.int(),
    waiting: z.int(),
    admitted: z.int(),
    active: z.int(),
    joined: z.int(),
    left: z.int(),
    ratePerMinute: z.number(),
    reason: z
      .enum([
        'not_open',
        'drawing',
        'paused',
        'sold_out',
        'slots_full',
        'seats_low',
        'payments_slow',
      ])
      .nullable(),
    sketch: z.string().meta({ description: 'Where the waiting stand, for `peopleAhead`.' }),
    within: z.int().meta({ description: 'How exact the sketch is; 1: 0.1 %, ± 1 below 1,000.' }),
    seatsLeft: z.int(),
    pollMs: z.int(),
    calls: z
      .array(z.tuple([z.int(), z.int()]))
      .optional()
      .meta({ description: 'Calls of the last seconds: `[orders, ageMs]`, oldest first.' }),
  })
  .meta({ id: 'Tick' });

/** A place as the site receives it. */
export type Position = z.infer<typeof positionResponse>;
/** Public figures of a queue. */
export type QueueStats = z.infer<typeof statsResponse>;
