import { z } from 'zod';
import { EVENT_ID } from '../../durable-objects/core/ids.ts';
import type {
  AccountId,
  EventId,
  HoldId,
  OrderId,
  RequestId,
  SeatId,
} from '../../durable-objects/core/ids.ts';
import { ERRORS } from '../../durable-objects/protocol/errors.ts';
import type { ErrorCode } from '../../durable-objects/protocol/errors.ts';

/** A moment, ISO 8601 in UTC. */
export const time = z.iso.datetime().meta({ example: '2026-12-01T06:30:00.000Z' });

/** An amount in minor units and its currency. */
export const money = z
  .object({
    amount: z.int().meta({ description: 'Minor units: paise, cents, yen.', example: 250_000 }),
    currency: z.string().length(3).meta({ example: 'INR' }),
  })
  .meta({ id: 'Money' });

/** An event's id as it comes in. */
export const eventId = z
  .string()
  .regex(EVENT_ID)
  .transform((id) => id as EventId)
  .meta({ type: 'string', example: 'coldplay-mumbai' });

/** A seat's id as it comes in; whether it exists is the sale's to say. */
export const seatId = z
  .string()
  .min(1)
  .max(64)
  .transform((id) => id as SeatId)
  .meta({ type: 'string', example: 'G1-A-12' });

/** A hold's id as it comes in: anything that is no such id is simply not found. */
export const holdId = z
  .string()
  .min(1)
  .max(120)
  .transform((id) => id as HoldId)
  .meta({ type: 'string', example: 'hold_coldplay-mumbai_k3v9x2m8q1z7w4t6' });

/** A booking's id as it comes in. */
export const bookingId = z
  .string()
  .min(1)
  .max(120)
  .transform((id) => id as OrderId)
  .meta({ type: 'string', example: 'book_coldplay-mumbai_k3v9x2m8q1z7w4t6' });

/** A caller-made id of one command. */
export const requestId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{8,64}$/)
  .transform((id) => id as RequestId)
  .meta({ type: 'string', example: '0b8f7b6e-3f0b-4e9a-8f39-5d2a1c9e7f10' });

/** An account's id: a UUID. */
export const accountId = z
  .uuid()
  .transform((id) => id as AccountId)
  .meta({ type: 'string', format: 'uuid' });

/** Failures, RFC 9457. `code` is stable; `detail` may be shown to a person. */
export const problem = z
  .object({
    type: z.string().meta({ example: 'urn:onsale:problem:seats_unavailable' }),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
    detail: z.string(),
    instance: z.string(),
    requestId: z.string(),
    errors: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'Of `invalid_request`: which fields, and why.' }),
    seatIds: z.array(z.string()).optional().meta({
      description: 'The seats that were lost, are unknown, are named twice, or would be orphaned.',
    }),
    alternatives: z.array(z.string()).optional().meta({
      description:
        'Of `seats_unavailable` and `orphan_seat`: the nearest equal seats that are free.',
    }),
    limit: z
      .int()
      .optional()
      .meta({ description: 'Of `too_many_seats`: seats a person may have.' }),
    owned: z.int().optional().meta({ description: 'Of `too_many_seats`: seats already yours.' }),
    reason: z
      .string()
      .optional()
      .meta({ description: 'Of `payment_failed`: the card network’s decline code.' }),
    retryAfterMs: z.int().optional().meta({ description: 'Least time before another try.' }),
    where: z.string().optional().meta({ description: 'Of `room_full`: where to try again.' }),
  })
  .meta({ id: 'Problem' });

/** A failure as the site receives it. */
export type Problem = z.infer<typeof problem>;
