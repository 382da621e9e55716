import { z } from 'zod';
import { actor, booking, refund, stage } from './booking.ts';
import { money, requestId, seatId, time } from './common.ts';
import { section } from './inventory.ts';

const reason = z.string().trim().min(3).max(500).meta({
  description: 'Why: kept in the audit.',
  example: 'The stage crew asked for ten minutes.',
});

/** What every command of an organiser says. */
export const organiserCommand = z.object({ requestId, reason }).meta({ id: 'OrganiserCommand' });

/** Body of `PUT …/plan`: all sections and price bands, not only those that change. */
export const planRequest = organiserCommand
  .extend({
    sections: z.array(section).min(1).max(1_000),
    categories: z
      .array(
        z.object({
          id: z.string().min(1).max(64),
          name: z.string().trim().min(1).max(80),
          price: z.object({
            amount: z.int().min(0).max(1_000_000_000_000),
            currency: z.string().regex(/^[A-Z]{3}$/),
          }),
          color: z.string().regex(/^#[0-9a-fA-F]{6}$/),
        }),
      )
      .min(1)
      .max(50),
  })
  .meta({ id: 'PlanRequest' });

/** Answer of `PUT …/plan`: what is sold from now on. */
export const planChanged = z
  .object({ planVersion: z.int(), seatCount: z.int() })
  .meta({ id: 'PlanChanged' });

/** Body of `POST …/orders/:orderId/refund`. The buyer reads the reason. */
export const refundRequest = organiserCommand
  .extend({
    seatIds: z.array(seatId).min(1).max(50).optional().meta({
      description: 'Absent: all seats that were not given back yet.',
    }),
  })
  .meta({ id: 'RefundRequest' });

/** Answer of a refund: begun, and going on by itself. */
export const refundResponse = z
  .object({ refund, status: booking.shape.status })
  .meta({ id: 'RefundBegun' });

/** Answer of pause and resume. */
export const switchResponse = z.object({ paused: z.boolean() }).meta({ id: 'SaleSwitch' });

/** Where a sale stands, as its object has it. */
export const summaryResponse = z
  .object({
    at: time,
    paused: z.boolean(),
    planVersion: z.int(),
    seats: z.object({
      available: z.int(),
      held: z.int().meta({ description: 'Being paid for included.' }),
      sold: z.int(),
      blocked: z.int(),
    }),
    orders: z
      .object({
        held: z.int(),
        paying: z.int(),
        offered: z.int(),
        confirmed: z.int(),
        refunding: z.int(),
        refunded: z.int(),
      })
      .meta({ description: 'Those that are open or ever had money, by status.' }),
    captured: money,
    refunded: money,
    refunding: money.meta({ description: 'On its way back.' }),
    unfiled: z.int().meta({ description: 'What Postgres does not have yet.' }),
    troubles: z.int().meta({ description: 'Orders that need a person.' }),
  })
  .meta({ id: 'SaleSummary' });

const tally = z
  .object({
    confirmed: z.int(),
    offered: z.int(),
    refunding: z.int(),
    refunded: z.int(),
    seats: z.int().meta({ description: 'Sold and not given back.' }),
    captured: z.int().meta({ description: 'Minor units.' }),
    returned: z.int().meta({ description: 'Given back, minor units.' }),
  })
  .meta({ id: 'Tally' });

const seatStage = z.enum([...stage.options, 'free']);

/** Answer of a seat's history: each step of a booking that took it, moved on with it, or let it go. */
export const seatHistoryResponse = z
  .object({
    seatId: z.string(),
    events: z.array(
      z.object({
        at: time,
        actor,
        bookingId: z.string(),
        accountId: z.string(),
        from: seatStage,
        to: seatStage,
        why: z.string(),
      }),
    ),
  })
  .meta({ id: 'SeatHistory' });

/** The books of the sale beside those of Postgres. */
export const driftResponse = z
  .object({
    drift: z
      .object({
        at: time.meta({ description: 'When Postgres answered.' }),
        sale: tally,
        postgres: tally,
        unfiled: z.int().meta({ description: 'Rows still to be sent when it was asked.' }),
        explained: z.boolean().meta({
          description: 'The same, or different by no more than what is on its way.',
        }),
      })
      .nullable()
      .meta({ description: 'Compared each minute; null before the first time.' }),
  })
  .meta({ id: 'Drift' });

/** What does not end by itself. */
export const troublesResponse = z
  .object({
    troubles: z.array(
      z.object({
        bookingId: z.string().nullable().meta({ description: 'Null: about the whole sale.' }),
        kind: z.enum(['refund_failed', 'filing_refused', 'books_differ']),
        detail: z.string().meta({ description: 'Without the buyer’s data.' }),
      }),
    ),
  })
  .meta({ id: 'Troubles' });

/** Query of the audit; `before` is that of the page before. */
export const auditQuery = z.object({
  before: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
});

/** What organisers did, newest first. */
export const auditResponse = z
  .object({
    actions: z.array(
      z.object({
        number: z.int().meta({ description: 'Counts from 1, by event.' }),
        at: time,
        accountId: z.string(),
        requestId: z.string(),
        action: z.enum(['pause', 'resume', 'plan', 'refund']),
        subject: z.string().meta({ description: 'The event’s id, or a booking’s.' }),
        reason: z.string(),
        details: z.record(z.string(), z.unknown()),
      }),
    ),
    before: z
      .int()
      .nullable()
      .meta({ description: 'For the next page; null when this is the last.' }),
  })
  .meta({ id: 'Audit' });

/** A summary as the site receives it. */
export type SaleSummaryPart = z.infer<typeof summaryResponse>;
/** An order that needs a person, as the site receives it. */
export type TroublePart = z.infer<typeof troublesResponse>['troubles'][number];
/** What an organiser did, as the site receives it. */
export type AuditRow = z.infer<typeof auditResponse>['actions'][number];
