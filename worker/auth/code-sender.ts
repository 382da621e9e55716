import type { Account } from '../db/accounts.ts';
import { codeMail } from '../mail/code-mail.ts';
import { sendMail } from '../mail/send-mail.ts';
import type { Settings } from '../settings.ts';
import { emailCode } from './email-code.ts';

/** Mails the account's present code to its address. Throws when the mail service does not take it. */
export async function sendCode(settings: Settings, account: Account): Promise<void> {
  const { email: to, name } = account;
  const code = emailCode(settings.authSecret, account, Date.now());
  const page = `${settings.publicOrigin}/verify-email`;
  await sendMail(settings.mail, codeMail({ to, name, code, page }), crypto.randomUUID());
}
