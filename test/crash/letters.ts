/** A letter that the mail catcher caught, as its reader understands it. */
export interface Letter {
  to: string;
  about: 'tickets' | 'offer' | 'refund_started' | 'refund_done' | 'refund_failed' | 'unknown';
  orderId: string | null;
  /** The reference, in letters about a refund. */
  refundId: string | null;
  /** The amount it names, minor units; null when it names none. */
  amount: number | null;
}

const SUBJECTS: readonly [RegExp, Letter['about']][] = [
  [/^Your tickets:/, 'tickets'],
  [/^Your payment came late:/, 'offer'],
  [/^Your money is coming back:/, 'refund_started'],
  [/^Refunded:/, 'refund_done'],
  [/^Your refund takes longer:/, 'refund_failed'],
];

/** Reads a letter: nothing but what it says. */
export function readLetter(mail: { to: string; subject: string; text: string }): Letter {
  const { to, subject, text } = mail;
  const about = SUBJECTS.find(([words]) => words.test(subject))?.[1] ?? 'unknown';
  const rupees = /₹([\d,]+\.\d\d)/.exec(text)?.[1]?.replaceAll(',', '');
  return {
    to,
    about,
    orderId: /\bbook_[a-z0-9-]+_[A-Za-z0-9]+/.exec(text)?.[0] ?? null,
    refundId: /Reference: (\S+)\./.exec(text)?.[1] ?? null,
    amount: rupees === undefined ? null : Math.round(Number(rupees) * 100),
  };
}
