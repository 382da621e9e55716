import { createHash, randomUUID } from 'node:crypto';
import * as z from 'zod';

const addresses = z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(50)]);
const attachment = z.object({
  filename: z.string().default('attachment'),
  content: z.base64().default(''),
  content_type: z.string().default('application/octet-stream'),
  content_id: z.string().optional(),
});

/** Body of Resend's `POST /emails`, as far as we use it. */
export const emailBody = z
  .object({
    from: z.string().min(1),
    to: addresses,
    subject: z.string(),
    html: z.string().optional(),
    text: z.string().optional(),
    reply_to: addresses.optional(),
    headers: z.record(z.string(), z.string()).optional(),
    tags: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
    attachments: z.array(attachment).default([]),
  })
  .refine((mail) => mail.html !== undefined || mail.text !== undefined, {
    message: 'Missing `html` or `text` field.',
  });

/** A mail that was caught. `createdAt` is ISO 8601. */
export type Mail = Omit<z.infer<typeof emailBody>, 'to'> & {
  readonly id: string;
  readonly to: readonly string[];
  readonly createdAt: string;
};

/** What became of a mail: kept, recognised as a repeat, or refused for reusing a key with another body. */
export type Delivery =
  | { readonly ok: true; readonly id: string; readonly repeated: boolean }
  | { readonly ok: false; readonly code: 'invalid_idempotent_request' };

/** Caught mails, newest first. */
export interface MailStore {
  /** Keeps a mail, unless its idempotency key was seen before. */
  deliver(body: z.infer<typeof emailBody>, idempotencyKey: string | undefined): Delivery;
  /** All mails, or those with `to` among their recipients (any case, with or without a display name). */
  list(to?: string): readonly Mail[];
  get(id: string): Mail | undefined;
  clear(): void;
}

/** Mails in memory; beyond `capacity` the oldest are forgotten. */
export function createMailStore(capacity = 2_000): MailStore {
  let mails: Mail[] = [];
  const seen = new Map<string, { readonly digest: string; readonly id: string }>();
  return {
    deliver: (body, key) => {
      const digest = createHash('sha256').update(JSON.stringify(body)).digest('hex');
      const before = key === undefined ? undefined : seen.get(key);
      if (before !== undefined) {
        return before.digest === digest
          ? { ok: true, id: before.id, repeated: true }
          : { ok: false, code: 'invalid_idempotent_request' };
      }
      const id = randomUUID();
      if (key !== undefined) seen.set(key, { digest, id });
      const to = typeof body.to === 'string' ? [body.to] : body.to;
      mails = [{ ...body, to, id, createdAt: new Date().toISOString() }, ...mails];
      mails.length = Math.min(mails.length, capacity);
      return { ok: true, id, repeated: false };
    },
    list: (to) => (to === undefined ? mails : mails.filter((mail) => isAddressed(mail, to))),
    get: (id) => mails.find((mail) => mail.id === id),
    clear: () => {
      mails = [];
      seen.clear();
    },
  };
}

function isAddressed(mail: Mail, to: string): boolean {
  const wanted = bareAddress(to);
  return mail.to.some((recipient) => bareAddress(recipient) === wanted);
}

function bareAddress(recipient: string): string {
  return (/<([^>]+)>\s*$/.exec(recipient)?.[1] ?? recipient).trim().toLowerCase();
}
