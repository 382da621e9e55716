/** What can go wrong with money and papers, beside what can go wrong with any message. */
export const MONEY_FAULTS = [
  /** Stripe answers 5xx and has done nothing. */
  'Stripe fails',
  /** Stripe does it and answers 5xx. */
  'Stripe fails after the effect',
  /** Stripe never answers; half the time it has done it. */
  'Stripe is silent',
  /** Stripe answers 429. */
  'Stripe is busy',
  /** Nobody reaches Stripe for some minutes. */
  'Stripe is away',
  /** The bank asks the buyer, who takes long. */
  '3-D Secure takes long',
  'card declined',
  /** Money is taken though its intent was canceled. */
  'money comes late',
  /** A refund is on its way for some minutes. */
  'refund pending',
  /** The bank takes no refund. */
  'refund fails',
  /** A delivery reaches nobody; Stripe tries again. */
  'webhook lost',
  /** Stripe never delivers it. */
  'webhook never comes',
  'webhook twice',
  /** Comes after later ones. */
  'webhook late',
  'Postgres is away',
  /** It has written the rows, and the answer is lost. */
  'Postgres commits without an answer',
  /** It writes nothing and never answers. */
  'Postgres is silent',
  'mail fails',
  /** It was sent, and the answer is lost. */
  'mail sent without an answer',
  /** The bank sends a refund back that had gone through. */
  'refund sent back',
] as const;

export type MoneyFault = (typeof MONEY_FAULTS)[number];
