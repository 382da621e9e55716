import { z } from 'zod';

/** Query of `GET /api/events/:eventId/fairness`: links from this number on. */
export const fairnessQuery = z.object({
  from: z
    .string()
    .regex(/^\d{1,10}$/)
    .optional()
    .meta({ description: 'Number of the first link wanted: as many as earlier pages had.' }),
});

const hash = z.string().meta({ description: '32 bytes, base64url.' });
const epochMs = z.int().meta({ description: 'Epoch milliseconds.' });

const link = z
  .object({
    seq: z.int(),
    at: epochMs,
    child: z.string(),
    batch: z.int(),
    first: z.int(),
    count: z.int(),
    root: hash,
  })
  .meta({ id: 'ChainLink' });

/** Answer of `GET /api/events/:eventId/fairness`: what `npm run verify-draw` and the site verify. */
export const fairnessResponse = z
  .object({
    version: z.literal(1),
    eventId: z.string(),
    opensAt: epochMs,
    policy: z.enum(['fifo', 'draw']),
    receiptKey: hash.meta({ description: 'Public key that signed the receipts.' }),
    commitment: hash.nullable().meta({ description: 'SHA-256 of the operator’s secret.' }),
    drand: z
      .object({ chainHash: z.string(), round: z.int(), signature: z.string().nullable() })
      .nullable(),
    secret: hash.nullable(),
    seed: hash.nullable(),
    seal: z
      .object({ links: z.int(), lobbyCount: z.int(), head: hash, at: epochMs })
      .nullable()
      .meta({ description: 'The chain as it stood when the lobby ended.' }),
    length: z.int().meta({ description: 'Links in the chain; a page carries some of them.' }),
    links: z.array(link),
    head: hash.meta({ description: 'Hash of the chain after `length` links.' }),
    gaps: z
      .array(z.tuple([z.int(), z.int(), z.int()]))
      .meta({ description: '`[first, end, left]`: who gave up, by order.' }),
    admissions: z.array(z.tuple([z.int(), z.int()])).meta({
      description: '`[at, cursor]`: from then on orders below the cursor had been called.',
    }),
  })
  .meta({ id: 'FairnessRecord' });
