import type { Order } from '../../durable-objects/protocol/seats-rpc.ts';
import type { BuyerBook } from './buyer.ts';
import type { Letter } from './letters.ts';
import type { RefundCommand } from './organiser.ts';

/** What Stripe has under one intent. Minor units. */
export interface StripeLine {
  intentId: string;
  orderId: string;
  status: string;
  received: number;
  /** Those that succeeded, together. */
  refunded: number;
  currency: string;
  /** Each by the key that it was asked for under. */
  refunds: readonly { key: string; amount: number; status: string }[];
}

/** What Postgres has of one booking. */
export interface PostgresLine {
  bookingId: string;
  status: string;
  amount: number;
  /** Seats of its live items. */
  seats: readonly string[];
  paymentId: string | null;
  paymentStatus: string | null;
  refunds: readonly {
    id: string;
    amount: number;
    status: string;
    attempt: number;
    seats: readonly string[];
  }[];
}

/** Everybody's books at the end of a sale. */
export interface Books {
  buyers: readonly BuyerBook[];
  /** What the organiser asked for, and heard. */
  commands: readonly RefundCommand[];
  /** The object's orders. */
  orders: readonly Order[];
  stripe: readonly StripeLine[];
  postgres: readonly PostgresLine[];
  /** Status of each seat as the public map shows it. */
  seats: ReadonlyMap<string, string>;
  letters: readonly Letter[];
}

/** The seats that an order has at the end: what it was sold without what was given back. */
export function seatsLeft({ status, items }: Order): string[] {
  const left = status === 'confirmed' ? items.filter(({ returned }) => !returned) : [];
  return left.map(({ seatId }) => seatId as string).toSorted();
}
