import type { OutgoingMail } from './send-mail.ts';
import { escapeHtml } from './escape-html.ts';

/**
 * The mail with the code that proves an address. The code stands in the subject too, where a phone shows
 * it without opening the mail. No link carries it: programs that look into mail would follow the link, and
 * somebody whose address another person typed would verify that person's account with one careless tap.
 */
export function codeMail(input: {
  to: string;
  name: string;
  code: string;
  /** The page that takes the code. */
  page: string;
}): OutgoingMail {
  const { to, name, code, page } = input;
  const last =
    'If you did not make an account, somebody typed your address by mistake: do nothing, and give the code to nobody.';
  return {
    to,
    subject: `${code} is your Onsale code`,
    text: [
      `Hello ${name},`,
      '',
      `your code is ${code}. It is good for 15 minutes.`,
      `Enter it where you were asked for it, or at ${page}`,
      '',
      last,
    ].join('\n'),
    html: `<!doctype html><html lang="en"><body style="font-family:system-ui,sans-serif;color:#15172b;max-width:560px;margin:0 auto;padding:24px"><p>Hello ${escapeHtml(name)}, your code is</p><p style="font-size:32px;font-weight:700;letter-spacing:6px;margin:16px 0">${code}</p><p>It is good for 15 minutes. Enter it where you were asked for it, or on <a href="${escapeHtml(page)}">this page</a>.</p><p style="color:#5b5e76">${last}</p></body></html>`,
  };
}
