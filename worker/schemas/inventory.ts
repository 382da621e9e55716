import { z } from 'zod';
import { eventId, holdId, money, requestId, seatId, time } from './common.ts';
import { category } from './events.ts';

/**
 * Query of `GET /api/inventory/events/:eventId/seats`. Large plans are fetched in two parts: `plan` is
 * geometry and never changes for one `version`, `status` is two bits a seat.
 */
export const seatsQuery = z.object({
  part: z.enum(['plan', 'status']).optional(),
  version: z.coerce.number().int().min(1).optional(),
});

/** What a fan may know of a seat. */
export const seatStatus = z.enum(['available', 'held', 'sold', 'blocked']);

/** The plain answer: every seat in full. */
export const seatsResponse = z
  .object({
    version: z.int(),
    planVersion: z.int(),
    categories: z.array(category),
    seats: z.array(
      z.object({
        id: z.string(),
        label: z.string(),
        section: z.string(),
        row: z.string().meta({ description: 'Empty for a place in a standing area.' }),
        number: z.int(),
        categoryId: z.string(),
        status: seatStatus,
      }),
    ),
  })
  .meta({ id: 'Seats' });

/** Metres; no venue is larger. */
const metres = z.number().min(-1_000).max(1_000);
const gap = z.number().positive().max(100);
const degrees = z.number().min(-360).max(360);
const sectionBase = {
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/),
  name: z
    .string()
    .trim()
    .min(1)
    .max(80)
    .regex(/^[^\p{Cc}]*$/u),
  categoryId: z.string().min(1).max(64),
};
const seatedBase = {
  ...sectionBase,
  rows: z.array(z.int().min(1).max(1_000)).min(1).max(300),
  rowGap: gap,
};

/** A section as the plan stores it; seats are generated from it, in order, by `expandPlan`. */
export const section = z
  .discriminatedUnion('shape', [
    z.object({
      ...seatedBase,
      shape: z.literal('arc'),
      radius: z.number().min(0).max(1_000),
      startAngle: degrees,
      endAngle: degrees,
    }),
    z.object({
      ...seatedBase,
      shape: z.literal('block'),
      x: metres,
      y: metres,
      seatGap: gap,
    }),
    z.object({
      ...sectionBase,
      shape: z.literal('area'),
      capacity: z.int().min(1).max(100_000),
      x: metres,
      y: metres,
      width: z.number().positive().max(1_000),
      depth: z.number().positive().max(1_000),
    }),
  ])
  .meta({ id: 'Section' });

/** `part=plan`: geometry and prices, without any seat's status. */
export const planResponse = z
  .object({
    planVersion: z.int(),
    seatCount: z.int(),
    categories: z.array(category),
    plan: z.object({ venueId: z.string(), version: z.int(), sections: z.array(section) }),
  })
  .meta({ id: 'SeatPlan' });

/** `part=status`: all statuses in the order of the expanded plan. */
export const seatStatusResponse = z
  .object({
    version: z.int(),
    planVersion: z.int(),
    seatCount: z.int(),
    packed: z.base64().meta({
      description: 'Two bits a seat, lowest first: 0 available, 1 held, 2 sold, 3 blocked.',
    }),
  })
  .meta({ id: 'SeatStatus' });

/** Most seats of one lock; a sale's own limit is lower, and told by the sale. */
const SEATS_MAX = 50;

const replaces = holdId.optional().meta({
  description:
    'A live hold of yours: these seats take the place of its own, which are given up only when all of these are held. It keeps its id and its end.',
});

/** Body of `POST /api/inventory/lock-seats`. */
export const lockRequest = z
  .object({ eventId, seatIds: z.array(seatId).min(1).max(SEATS_MAX), requestId, replaces })
  .meta({ id: 'LockRequest' });

/** Body of `POST /api/inventory/best-available`. */
export const bestRequest = z
  .object({
    eventId,
    size: z.int().min(1).max(SEATS_MAX).meta({ description: 'People in the party.', example: 2 }),
    categoryId: z.string().min(1).max(64).optional().meta({
      description: 'A price band; seats of any when left out. Standing places must be asked for.',
      example: 'gold',
    }),
    section: z.string().min(1).max(64).optional().meta({
      description: 'A section or standing area; any section when left out.',
      example: 'G1',
    }),
    requestId,
    replaces,
    others: z.boolean().optional().meta({
      description: 'With `replaces`: none of the seats that this hold has or ever had.',
    }),
  })
  .meta({ id: 'BestRequest' });

/** Body of `POST /api/inventory/holds/:holdId/extend`. */
export const extendRequest = z.object({ requestId }).meta({ id: 'ExtendRequest' });

/** Seats held for the caller. */
export const holdResponse = z
  .object({
    holdId: z.string(),
    seatIds: z.array(z.string()),
    expiresAt: time,
    extendableUntil: time.meta({
      description:
        'How long the hold may last at most, by extending it: to the end of the admission.',
    }),
    total: money,
  })
  .meta({ id: 'Hold' });

/** Seats that were found and are held for the caller. */
export const foundResponse = holdResponse
  .extend({
    together: z.boolean().meta({
      description: 'Neighbours in one row, or places in one standing area.',
    }),
    orphans: z.array(z.string()).meta({
      description: 'Seats left single beside these; there are some only where nothing else fitted.',
    }),
  })
  .meta({ id: 'FoundHold' });

/** The plain seat list as the site receives it. */
export type Seats = z.infer<typeof seatsResponse>;
/** Geometry and prices as the site receives them. */
export type PlanPart = z.infer<typeof planResponse>;
/** Packed statuses as the site receives them. */
export type StatusPart = z.infer<typeof seatStatusResponse>;
/** A hold as the site receives it. */
export type HoldAnswer = z.infer<typeof holdResponse>;
/** A hold of seats that were found, as the site receives it. */
export type FoundAnswer = z.infer<typeof foundResponse>;
/** What the best seats are asked for with. */
export type BestRequest = z.input<typeof bestRequest>;
/** What a lock is asked with. */
export type LockRequest = z.input<typeof lockRequest>;
