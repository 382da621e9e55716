import type { Mail } from '../../durable-objects/protocol/ports.ts';
import { accountById } from '../db/accounts.ts';
import type { Database } from '../db/database.ts';
import type { Settings } from '../settings.ts';
import { signTickets } from '../tickets.ts';
import { moneyMail } from './money-mail.ts';
import { sendMail } from './send-mail.ts';
import { ticketMail } from './ticket-mail.ts';

/** The mail of a sale: letters to the address of an order's account. */
export function resendMail(settings: Settings, db: Database): Mail {
  return {
    async send({ letter, definition, order, idempotencyKey }) {
      const account = await accountById(db, order.accountId);
      if (!account) throw new Error('the account of an order is not in the database');
      const link = `${settings.publicOrigin}/bookings/${order.orderId}`;
      const common = { definition, order, link, name: account.name };
      const mail =
        letter.about === 'tickets'
          ? ticketMail({
              ...common,
              tickets: await signTickets(settings.authSecret, definition.eventId, order),
            })
          : moneyMail({ ...common, letter });
      await sendMail(settings.mail, { to: account.email, ...mail }, idempotencyKey);
    },
  };
}
