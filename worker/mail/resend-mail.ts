import type { Mail } from '../../durable-objects/protocol/ports.ts';
import { accountById } from '../db/accounts.ts';
import type { Database } from '../db/database.ts';
import type { Settings } from '../settings.ts';
import { signTickets } from '../tickets.ts';
import { sendMail } from './send-mail.ts';
import { ticketMail } from './ticket-mail.ts';

/** The mail of a sale: tickets to the address of an order's account. */
export function resendMail(settings: Settings, db: Database): Mail {
  return {
    async sendTickets({ definition, order, idempotencyKey }) {
      const account = await accountById(db, order.accountId);
      if (!account) throw new Error('the account of an order is not in the database');
      const tickets = await signTickets(settings.authSecret, definition.eventId, order);
      const link = `${settings.publicOrigin}/bookings/${order.orderId}`;
      const mail = ticketMail({ definition, order, tickets, link, name: account.name });
      await sendMail(settings.mail, { to: account.email, ...mail }, idempotencyKey);
    },
  };
}
