import { z } from 'zod';
import { requestId, time } from './common.ts';

const reason = z.string().trim().min(3).max(500).meta({
  description: 'Why: kept in the audit.',
  example: 'The stage crew asked for ten minutes.',
});

/** What every command of an organiser says. */
export const organiserCommand = z.object({ requestId, reason }).meta({ id: 'OrganiserCommand' });

/** Answer of pause and resume. */
export const switchResponse = z.object({ paused: z.boolean() }).meta({ id: 'SaleSwitch' });

/** Orders that do not end by themselves. */
export const troublesResponse = z
  .object({
    troubles: z.array(
      z.object({
        bookingId: z.string(),
        kind: z.enum(['refund_failed', 'filing_refused']),
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
        action: z.enum(['pause', 'resume']),
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
