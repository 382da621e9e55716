import type { OrderId, RequestId, SeatId } from '../core/ids.ts';
import { openRefunds } from '../core/order-record.ts';
import type { Because } from '../core/order-record.ts';
import { beginRefund, decideRefund } from '../core/refund-rules.ts';
import type { RefundOutcome } from '../protocol/seats-rpc.ts';
import type { SaleContext } from './context.ts';
import type { OrderBook } from './order-book.ts';
import type { OrderPayments } from './order-payments.ts';
import { viewOrder, viewRefund } from './order-view.ts';

/** What the organiser gives back of an order, and why, in words for its history and the buyer. */
export interface RefundRequest {
  orderId: OrderId;
  /** Absent: all that was not given back yet. */
  seatIds?: readonly SeatId[] | undefined;
  requestId: RequestId;
  reason: string;
}

/** Refunds that the organiser asks for: one synchronous block from question to stored answer. */
export class OrderRefunds {
  readonly #context: SaleContext;
  readonly #book: OrderBook;
  readonly #payments: OrderPayments;

  constructor(context: SaleContext, book: OrderBook, payments: OrderPayments) {
    this.#context = context;
    this.#book = book;
    this.#payments = payments;
  }

  refund({ orderId, seatIds, requestId, reason }: RefundRequest): RefundOutcome {
    const now = this.#context.now();
    this.#book.sweep(now);
    const order = this.#book.find(orderId);
    if (order === null || !order.ordered) return { ok: false, code: 'booking_not_found' };
    const seats = seatIds?.map((seatId) => this.#book.indexOf(seatId)) ?? null;
    const decision = decideRefund({ order, seats, requestId });
    if (!decision.ok) {
      if (!('positions' in decision)) return decision;
      const named = decision.positions.map((position) => seatIds?.[position]);
      return { ok: false, code: decision.code, seatIds: named.filter((id) => id !== undefined) };
    }
    if (decision.again !== null) {
      const refund = viewRefund(decision.again, this.#book.seats);
      return { ok: true, refund, order: viewOrder(order, this.#book.seats) };
    }

    const because: Because = { at: now, actor: 'organiser', why: reason };
    const after = beginRefund(order, { ...decision, requestId }, because);
    this.#book.commit([{ before: order, after }], now);
    this.#payments.giveBack(after, 'organiser');
    const [begun] = openRefunds(after).slice(-1);
    if (begun === undefined) throw new Error(`order ${orderId}: no refund was begun`);
    return {
      ok: true,
      refund: viewRefund(begun, this.#book.seats),
      order: viewOrder(after, this.#book.seats),
    };
  }
}
