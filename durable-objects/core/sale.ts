import type { EventId } from './ids.ts';
import type { Category, SeatPlan } from './plan.ts';

/** How fans are let in. Every figure is the organiser's; none is a constant of the code. */
export interface AdmissionSettings {
  /** People let in each `everyMs`; so many more are called as do not come. */
  batchSize: number;
  everyMs: number;
  /** Most people inside at once, those called but not yet come included. */
  slots: number;
  /** Time to come in after being called; then the place is passed over. */
  claimWindowMs: number;
  /** Time after the claim window in which one who missed it may still come in, when a slot is free. */
  graceMs: number;
  /** How long an admission lasts once claimed. */
  sessionMs: number;
  /** Orders a second that payments take; absent: what Stripe takes of an account without an agreement. */
  ordersPerSecond?: number;
}

/** What an organiser sets for a sale. Times are epoch milliseconds. */
export interface SaleSettings {
  opensAt: number;
  closesAt: number;
  /** Order of those who came before opening; told beforehand. */
  lobby: 'fifo' | 'draw';
  /** The drand round of a draw; absent: the first one `SEAL_MARGIN_MS` after opening. A recorded one is a rehearsal. */
  drandRound?: number;
  admission: AdmissionSettings;
  holdTtlMs: number;
  /** How long an order may stay `paying` before its intent is cancelled and its seats released. */
  payingTtlMs: number;
  /** How long other seats are set aside for a buyer whose money came too late; absent: `OFFER_TTL_MS`. */
  offerTtlMs?: number;
  /** Most seats an account may hold and own together. */
  seatsPerAccount: number;
  /** Seats chosen by hand may not orphan one where others as good would not, see `orphansToAvoid`; absent: they may. */
  refuseOrphans?: boolean;
  /** Joins per account in a sliding window. */
  joinLimit: { max: number; windowMs: number };
  /** Only accounts whose e-mail address was verified may join; absent: anybody signed in. */
  requireVerifiedEmail?: boolean;
  /** Leaves of the waiting-room tree, by `planFor` the fans expected. It may grow while the sale is on. */
  leaves: number;
  /** Set by EventSale once the tree has grown: leaves at the start. */
  leavesAtStart?: number;
}

/** Everything an EventSale must know of its event; loaded once from the catalogue and then kept. */
export interface SaleDefinition {
  eventId: EventId;
  name: string;
  /** IANA zone of the venue; times are shown in it. */
  timeZone: string;
  startsAt: number;
  venueName: string;
  settings: SaleSettings;
  categories: readonly Category[];
  plan: SeatPlan;
  /** Set by EventSale when its plan was changed: what it sold before, newest first. */
  earlierPlans?: readonly SeatPlan[];
  /** With it, the version of the seats then: clients that know an older one load everything again. */
  seatVersion?: number;
}

/** The sale with a larger tree, or null when it is not larger: a tree never shrinks. */
export function withMoreLeaves(definition: SaleDefinition, leaves: number): SaleDefinition | null {
  const { settings } = definition;
  if (leaves <= settings.leaves) return null;
  const leavesAtStart = settings.leavesAtStart ?? settings.leaves;
  return { ...definition, settings: { ...settings, leaves, leavesAtStart } };
}
