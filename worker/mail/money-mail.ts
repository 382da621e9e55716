import type { Letter } from '../../durable-objects/core/order-effects.ts';
import type { SaleDefinition } from '../../durable-objects/core/sale.ts';
import type { Order } from '../../durable-objects/protocol/seats-rpc.ts';
import { escapeHtml } from './escape-html.ts';
import { mailMoney } from './mail-money.ts';
import type { OutgoingMail } from './send-mail.ts';

type MoneyLetter = Exclude<Letter, { about: 'tickets' }>;
type Words = Readonly<Record<MoneyLetter['about'], readonly string[]>>;

/** What a letter about money is made of. */
export interface MoneyMailInput {
  letter: MoneyLetter;
  definition: SaleDefinition;
  order: Order;
  /** The booking's page. */
  link: string;
  name: string;
}

/** `{amount}`, `{seats}`, `{id}`, `{until}` and `{event}` are filled in; the first line is the subject. */
const ENGLISH: Words = {
  offer: [
    'Your payment came late: other seats are kept for you, {event}',
    'When your payment of {amount} arrived, the time for your seats was over and somebody else had them.',
    'We keep these for you until {until}, as good or better, at no extra charge: {seats}.',
    'Open your booking to take them. If you do not want them, or do nothing, all of your money goes back to you by itself.',
  ],
  refund_started: [
    'Your money is coming back: {event}',
    'We are giving {amount} back to you for {seats}. You need not do anything: it goes to the card or account that you paid with.',
    'Reference: {id}. We write again when your bank has taken it.',
  ],
  refund_done: [
    'Refunded: {amount} for {event}',
    '{amount} for {seats} went back to the card or account that you paid with. Banks take up to ten days to show it.',
    'Reference: {id}.',
  ],
  refund_failed: [
    'Your refund takes longer: {event}',
    'Your bank did not take the {amount} that we are giving back for {seats}. We go on trying by ourselves, and a person looks into it too. The money stays yours.',
    'Reference: {id}. We write again when it has arrived.',
  ],
};

const HINDI: Words = {
  offer: [
    'आपका भुगतान देर से आया: दूसरी सीटें आपके लिए रखी हैं',
    'जब आपका {amount} का भुगतान पहुँचा, आपकी सीटों का समय पूरा हो चुका था और वे किसी और की हो गई थीं।',
    'ये सीटें {until} तक आपके लिए रखी हैं, उतनी ही अच्छी या बेहतर, बिना किसी अतिरिक्त शुल्क के: {seats}।',
    'इन्हें लेने के लिए अपनी बुकिंग खोलें। न चाहें, या कुछ न करें, तो पूरा पैसा अपने आप आपको लौट जाएगा।',
  ],
  refund_started: [
    'आपका पैसा लौट रहा है',
    '{seats} के {amount} हम आपको लौटा रहे हैं। आपको कुछ नहीं करना है: रकम उसी कार्ड या खाते में जाएगी जिससे आपने भुगतान किया था।',
    'संदर्भ: {id}। बैंक के रकम ले लेने पर हम फिर लिखेंगे।',
  ],
  refund_done: [
    'पैसा लौटाया गया',
    '{seats} के {amount} उसी कार्ड या खाते में लौटा दिए गए जिससे आपने भुगतान किया था। बैंक में दिखने में दस दिन तक लग सकते हैं।',
    'संदर्भ: {id}।',
  ],
  refund_failed: [
    'पैसा लौटने में देर हो रही है',
    '{seats} के {amount} आपके बैंक ने नहीं लिए। हम अपने आप कोशिश करते रहेंगे, और कोई व्यक्ति भी इसे देखेगा। पैसा आपका ही है।',
    'संदर्भ: {id}। पहुँच जाने पर हम फिर लिखेंगे।',
  ],
};

/** A letter about money, in English and below in Hindi: nobody has told us which of them the buyer reads. */
export function moneyMail(
  input: MoneyMailInput,
): Required<Omit<OutgoingMail, 'to' | 'attachments'>> {
  const { letter, order, link, name } = input;
  const fill = (tag: string, words: readonly string[]): string[] => {
    const values = valuesOf(tag, input);
    return words.map((line) => filled(line, values));
  };
  const [subject = '', ...english] = fill('en-IN', ENGLISH[letter.about]);
  const hindi = fill('hi-IN', HINDI[letter.about]);
  const booking = `${order.orderId}: ${link}`;
  const text = [`Hello ${name},`, '', ...english, '', ...hindi, '', booking].join('\n');
  const paragraphs = (lines: readonly string[]): string =>
    lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('');
  const html = `<!doctype html><html lang="en"><body style="font-family:system-ui,sans-serif;color:#15172b;max-width:560px;margin:0 auto;padding:24px"><h1 style="font-size:22px">${escapeHtml(subject)}</h1><p>Hello ${escapeHtml(name)},</p>${paragraphs(english)}<div lang="hi" style="margin-top:24px;border-top:1px solid #d5d7e0">${paragraphs(hindi)}</div><p><a href="${escapeHtml(link)}">${escapeHtml(order.orderId)}</a></p></body></html>`;
  return { subject, text, html };
}

function valuesOf(
  tag: string,
  { letter, definition, order }: MoneyMailInput,
): Readonly<Record<string, string>> {
  const event = definition.name;
  if (letter.about === 'offer') {
    const { items, until } = order.offer ?? { items: [], until: order.expiresAt };
    const at = new Intl.DateTimeFormat(tag, {
      timeStyle: 'short',
      timeZone: definition.timeZone,
    }).format(until);
    const seats = items.map(({ label }) => label).join('; ');
    const amount = mailMoney(tag, order.paid ?? order.total);
    return { event, seats, amount, until: `${at} (${definition.timeZone})` };
  }
  const refund = order.refunds.find(({ refundId }) => refundId === letter.refundId);
  if (refund === undefined) throw new Error(`order ${order.orderId} has no ${letter.refundId}`);
  const labels = new Map(order.items.map(({ seatId, label }) => [seatId, label]));
  const seats = refund.seatIds.map((seatId) => labels.get(seatId) ?? seatId).join('; ');
  return { event, seats, amount: mailMoney(tag, refund.amount), id: refund.refundId };
}

function filled(line: string, values: Readonly<Record<string, string>>): string {
  return line.replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole);
}
