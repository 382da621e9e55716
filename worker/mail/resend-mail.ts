import type { Mail } from '../../durable-objects/protocol/ports.ts';
import { accountById } from '../db/accounts.ts';
import type { Database } from '../db/database.ts';
import type { Settings } from '../settings.ts';
import { signTickets } from '../tickets.ts';
import { ticketMail } from './ticket-mail.ts';

/** Longest wait for the mail service, ms. */
const REQUEST_MS = 8_000;

/** Mail through Resend's API (resend.com/docs/api-reference/emails/send-email), or whatever speaks it. */
export function resendMail(settings: Settings, db: Database): Mail {
  return {
    async sendTickets({ definition, order, idempotencyKey }) {
      const account = await accountById(db, order.accountId);
      if (!account) throw new Error('the account of an order is not in the database');
      const tickets = await signTickets(settings.authSecret, definition.eventId, order);
      const link = `${settings.publicOrigin}/bookings/${order.orderId}`;
      const response = await fetch(`${settings.mail.apiBase}/emails`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${settings.mail.apiKey}`,
          'content-type': 'application/json',
          'idempotency-key': idempotencyKey,
        },
        body: JSON.stringify({
          from: settings.mail.from,
          to: [account.email],
          ...ticketMail({ definition, order, tickets, link, name: account.name }),
        }),
        signal: AbortSignal.timeout(REQUEST_MS),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the mail service answered ${response.status}`);
    },
  };
}
