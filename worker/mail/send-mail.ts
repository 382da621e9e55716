import type { Settings } from '../settings.ts';

/** Longest wait for the mail service, ms. */
const REQUEST_MS = 8_000;

/** One mail in Resend's shape. */
export interface OutgoingMail {
  to: string;
  subject: string;
  html: string;
  text: string;
  attachments?: { filename: string; content: string; content_type: string; content_id: string }[];
}

/**
 * Sends through Resend's API (resend.com/docs/api-reference/emails/send-email), or whatever speaks it.
 * A mail of the same `idempotencyKey` is sent once. Throws when the service does not take it.
 */
export async function sendMail(
  settings: Settings['mail'],
  { to, ...mail }: OutgoingMail,
  idempotencyKey: string,
): Promise<void> {
  const response = await fetch(`${settings.apiBase}/emails`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${settings.apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
    },
    body: JSON.stringify({ from: settings.from, to: [to], ...mail }),
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the mail service answered ${response.status}`);
}
