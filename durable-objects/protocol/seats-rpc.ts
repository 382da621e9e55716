import type { BestWish } from '../core/best-available.ts';
import type { AccountId, HoldId, OrderId, RequestId, SeatId } from '../core/ids.ts';
import type { Money } from '../core/money.ts';
import type { Actor, OrderStage } from '../core/order-record.ts';
import type { Tally } from '../core/sale-tally.ts';
import type { Refused, Result } from '../core/result.ts';

/** What a fan may know of a seat. `held` covers seats being paid for. */
export type PublicSeatStatus = 'available' | 'held' | 'sold' | 'blocked';

/** All seats' statuses in the order of the expanded plan. */
export interface SeatSnapshot {
  /** Grows with every change of any seat. */
  version: number;
  planVersion: number;
  /** Two bits a seat, four seats a byte, lowest bits first: 0 available, 1 held, 2 sold, 3 blocked. */
  packed: Uint8Array;
}

/** Seats taken together by an admitted fan. */
export interface Hold {
  holdId: HoldId;
  seatIds: readonly SeatId[];
  expiresAt: number;
  /** Until when it can be made to last by extending it: the end of the admission, or its own when that is later. */
  extendableUntil: number;
  total: Money;
}

/** One seat of an order with the price it was held at. */
export interface OrderItem {
  seatId: SeatId;
  label: string;
  categoryId: string;
  price: Money;
  /** Paid back: the seat is somebody else's to buy, its ticket void. */
  returned: boolean;
}

/** Money given back, or on its way. */
export interface Refund {
  /** The reference that the buyer is told. */
  refundId: string;
  amount: Money;
  seatIds: readonly SeatId[];
  status: 'pending' | 'succeeded';
  /** Attempts that the bank refused; the next follows by itself. */
  failures: number;
  startedAt: number;
  reason: string;
}

/** One step of an order's history: who, when, from what, to what, and why. */
export interface OrderEvent {
  at: number;
  actor: Actor;
  /** Null for the first. The same as `to` when something else than the stage changed. */
  from: OrderStage | null;
  to: OrderStage;
  why: string;
  /** The seats from then on, where the step changed them. */
  seatIds?: readonly SeatId[];
}

/** An order's life: `held → paying → paid → confirmed`; `held | paying → expired | cancelled`; late money whose seats are gone is `offered` others, else it ends in `refunded`. */
export type OrderStatus =
  | 'held'
  | 'paying'
  | 'paid'
  | 'confirmed'
  | 'expired'
  | 'cancelled'
  | 'offered'
  | 'refunding'
  | 'refunded';

/** An order as its owner sees it. Its id is the id of the booking that it becomes. */
export interface Order {
  orderId: OrderId;
  holdId: HoldId;
  accountId: AccountId;
  status: OrderStatus;
  items: readonly OrderItem[];
  total: Money;
  createdAt: number;
  /** When its seats go back unless it is paid, or for `paying` its longer deadline. */
  expiresAt: number;
  paymentIntentId: string | null;
  confirmedAt: number | null;
  /** Whether Postgres has it; a confirmed order that is not filed is "confirmed, being filed". */
  filed: boolean;
  /** What was captured; null until then. */
  paid: Money | null;
  /** While `offered`: seats set aside in place of `items`, at no extra charge, until then. */
  offer: { items: readonly OrderItem[]; until: number } | null;
  /** Oldest first. */
  refunds: readonly Refund[];
  /** Oldest first. */
  history: readonly OrderEvent[];
  /** Why the last payment attempt failed, in Stripe's words for the buyer; null when none did. */
  paymentProblem: { code: string; message: string } | null;
  /** One per seat once confirmed, without those given back. */
  tickets: readonly TicketRef[];
}

/** A ticket before it is signed: the Worker makes the code from it, always the same one. */
export interface TicketRef {
  ticketId: string;
  seatId: SeatId;
}

/** What a fan is told of seats that were found for them. */
export interface FoundNotes {
  /** Neighbours in one row, or places in one standing area. */
  together: boolean;
  /** Seats that are left single; there are some only where nothing else fitted. */
  orphans: readonly SeatId[];
}

/**
 * Outcome of a lock; `found` comes with seats that were asked for by `best`. When it fails nothing changed:
 * on `seats_unavailable` nearest equal seats come along, on `orphan_seat` the seats that would be left
 * single and others that leave none. The last three are about a hold to be replaced, which is the
 * caller's still.
 */
export type LockOutcome = Result<
  { hold: Hold; found?: FoundNotes },
  | {
      code: 'seats_unavailable' | 'orphan_seat';
      seatIds: readonly SeatId[];
      alternatives: readonly SeatId[];
    }
  | { code: 'unknown_seat' | 'duplicate_seat'; seatIds: readonly SeatId[] }
  | { code: 'too_many_seats'; limit: number; owned: number }
  | Refused<
      | 'not_admitted'
      | 'admission_expired'
      | 'hold_exists'
      | 'request_reused'
      | 'sale_not_open'
      | 'sale_closed'
      | 'event_not_found'
      | 'unknown_category'
      | 'unknown_section'
      | 'none_left'
      | 'hold_not_found'
      | 'hold_expired'
      | 'order_closed'
    >
>;

/** Outcome of extending a hold: the hold as it is now, which is as it was where no time is left to give. */
export type ExtendOutcome = Result<
  { hold: Hold },
  Refused<
    | 'hold_not_found'
    | 'hold_expired'
    | 'order_closed'
    | 'admission_expired'
    | 'request_reused'
    | 'event_not_found'
  >
>;

/** Outcome of any command on one order. */
export type OrderOutcome = Result<
  { order: Order },
  Refused<
    'hold_not_found' | 'hold_expired' | 'booking_not_found' | 'order_closed' | 'event_not_found'
  >
>;

/** Outcome of starting to pay. */
export type PaymentStart = Result<
  { order: Order; paymentIntentId: string; clientSecret: string },
  | Refused<'booking_not_found' | 'hold_expired' | 'order_closed' | 'event_not_found'>
  | { code: 'payments_unavailable'; retryAfterMs: number }
>;

/** Outcome of settling: what the intent, read again, means for the order. */
export type SettleOutcome = Result<
  {
    result: 'confirmed' | 'processing' | 'failed' | 'offered' | 'refunding' | 'refunded';
    order: Order;
  },
  | Refused<'booking_not_found' | 'event_not_found'>
  | { code: 'payments_unavailable'; retryAfterMs: number }
>;

/**
 * Outcome of a refund by the organiser: begun, and going on by itself. A seat that the booking never had is
 * `unknown_seat`; `already_refunded` tells that one of them, or all, were given back by another command.
 */
export type RefundOutcome = Result<
  { refund: Refund; order: Order },
  | { code: 'unknown_seat' | 'duplicate_seat'; seatIds: readonly SeatId[] }
  | Refused<
      'booking_not_found' | 'not_paid' | 'already_refunded' | 'request_reused' | 'event_not_found'
    >
>;

/** Outcome of answering an offer: `offer_over` when its time was over or the other answer was given. */
export type OfferOutcome = Result<
  { order: Order },
  Refused<'booking_not_found' | 'offer_over' | 'order_closed' | 'event_not_found'>
>;

/** Seats by name, or the best for a party. */
export type LockWish = {
  requestId: RequestId;
  /**
   * A hold of this admission that these seats take the place of: it keeps its id, its order and its end,
   * and gives up its old seats only when it has all of the new ones.
   */
  replaces?: HoldId | undefined;
} & ({ seatIds: readonly SeatId[]; best?: undefined } | { best: BestWish; seatIds?: undefined });

/** One account's question for seats. */
export type LockRequest = LockWish & { accountId: AccountId; admissionId: string };

/** What does not end by itself: a refund that failed, an order that Postgres refuses, or books that differ. */
export interface Trouble {
  /** Null where it is about the sale as a whole. */
  orderId: OrderId | null;
  kind: 'refund_failed' | 'filing_refused' | 'books_differ';
  /** Without the buyer's data. */
  detail: string;
}

/** The books of the object beside those of Postgres. */
export interface Drift {
  /** When Postgres answered. */
  at: number;
  object: Tally;
  postgres: Tally;
  /** Rows that were still to be sent when it was asked. */
  unfiled: number;
  /** Whether the books are the same, or differ by no more than what is on its way. */
  explained: boolean;
}

/** Where a sale stands after the cron's nudge. */
export interface Reconciled {
  paying: number;
  /** Rows that Postgres does not have yet. */
  unfiled: number;
  /** As the last nudge found it, for Postgres is asked after the answer; null before the first answer. */
  drift: Drift | null;
  /** For the organiser, until each is over; at most a hundred of each kind. */
  troubles: readonly Trouble[];
}

/** EventSale, the side of seats and orders. */
export interface SaleSeatsRpc {
  seats(): Promise<SeatSnapshot | null>;
  /**
   * Locks of several callers, one after the other; answers in their order. Each is all or nothing, and
   * the same `requestId` with the same seats or the same wish returns the recorded outcome.
   */
  lockAll(request: { requests: readonly LockRequest[] }): Promise<LockOutcome[]>;
  /**
   * Lets a hold last as long as a new one would, never past the admission's end, and never shorter than it
   * was. The same `requestId` returns the recorded outcome.
   */
  extendHold(request: {
    accountId: AccountId;
    holdId: HoldId;
    requestId: RequestId;
  }): Promise<ExtendOutcome>;
  /** A payment is ended only after its intent is cancelled; when that is unknown, ask again. */
  releaseHold(request: {
    accountId: AccountId;
    holdId: HoldId;
  }): Promise<
    Result<
      object,
      | Refused<'hold_not_found' | 'order_closed' | 'event_not_found'>
      | { code: 'payments_unavailable'; retryAfterMs: number }
    >
  >;
  /** One order per hold; asking again returns it. */
  createOrder(request: { accountId: AccountId; holdId: HoldId }): Promise<OrderOutcome>;
  /** One intent per order; asking again returns it. */
  startPayment(request: { accountId: AccountId; orderId: OrderId }): Promise<PaymentStart>;
  /**
   * Reads the intent again and acts on it; idempotent. The browser's return passes its account, the
   * webhook passes Stripe's event id, which takes effect once.
   */
  settle(request: {
    orderId: OrderId;
    accountId?: AccountId;
    stripeEventId?: string;
  }): Promise<SettleOutcome>;
  order(request: { accountId: AccountId; orderId: OrderId }): Promise<OrderOutcome>;
  /** The account's orders of this event, newest first. */
  orders(request: { accountId: AccountId }): Promise<readonly Order[]>;
  /**
   * The buyer takes the seats that were set aside, or wants the money back. Asked again, the same: what was
   * taken stays taken, what was declined stays declined.
   */
  answerOffer(request: {
    accountId: AccountId;
    orderId: OrderId;
    accept: boolean;
  }): Promise<OfferOutcome>;
  /** The cron's nudge: lost timers re-armed, `paying` orders asked about, outbox sent. */
  reconcile(): Promise<Reconciled>;
}
