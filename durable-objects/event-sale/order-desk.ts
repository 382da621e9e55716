import type { AccountId, OrderId, SeatId } from '../core/ids.ts';
import { isMoneyOpen, openRefunds } from '../core/order-record.ts';
import type { OrderRecord } from '../core/order-record.ts';
import { paceShare, slowedDown } from '../core/payment-pace.ts';
import type { PaymentPace } from '../core/payment-pace.ts';
import { historyOfSeat } from '../core/seat-history.ts';
import type { SeatEvent } from '../core/seat-history.ts';
import { refundKey } from '../core/refund-rules.ts';
import { judgePlan, withPlan } from '../core/plan-change.ts';
import type { PlanDraft, PlanRefusal } from '../core/plan-change.ts';
import type { Result } from '../core/result.ts';
import type { SaleDefinition } from '../core/sale.ts';
import { standingOf } from '../core/sale-standing.ts';
import type { OrderStanding } from '../core/sale-standing.ts';
import { SEAT } from '../core/seat-table.ts';
import type { SeatState } from '../core/seat-table.ts';
import type { SaleSummary } from '../protocol/organiser-rpc.ts';
import type {
  Drift,
  ExtendOutcome,
  LockOutcome,
  OfferOutcome,
  Order,
  OrderOutcome,
  PaymentStart,
  RefundOutcome,
  Reconciled,
  SaleSeatsRpc,
  SeatSnapshot,
  SettleOutcome,
  Trouble,
} from '../protocol/seats-rpc.ts';
import type { SeatStore } from '../storage/seat-records.ts';
import type { Timer } from '../storage/timers.ts';
import { BookCheck } from './book-check.ts';
import type { AdmissionBook, SaleContext, SeatChanges, SeatCount } from './context.ts';
import { HOLD_TIMER, ORDER_TIMER, OrderBook } from './order-book.ts';
import { OrderHolds } from './order-holds.ts';
import { SeatFrames } from './order-frames.ts';
import { OrderLocks } from './order-locks.ts';
import { OrderPayments } from './order-payments.ts';
import { OrderRefunds } from './order-refunds.ts';
import type { RefundRequest } from './order-refunds.ts';
import { OrderSettling } from './order-settling.ts';
import { viewOrder } from './order-view.ts';
import { Outbox } from './outbox.ts';

/** How long a recorded outcome can be asked for again, ms. */
const REQUEST_KEPT_MS = 24 * 3_600_000;
/** Failed refunds told at a time. */
const TROUBLES_MAX = 100;
/** A timer this late was not heard, ms: the alarm is lost. */
const OVERDUE_MS = 5_000;
/** Payments that one nudge of the cron looks at; the rest comes with the next. */
const LOOKS_PER_NUDGE = 100;

type Request<Method extends keyof SaleSeatsRpc> = Parameters<SaleSeatsRpc[Method]>[0];
type ReleaseOutcome = Awaited<ReturnType<SaleSeatsRpc['releaseHold']>>;

/**
 * Seats and orders of one sale. Commands decide on the state in memory, store what they changed in
 * the same synchronous block, and only then answer; outside calls come after and are judged afresh.
 * Build it after the queue's desk exists and call `start` once before anything else.
 */
export class OrderDesk implements SeatCount, SeatChanges {
  readonly timerKinds: readonly string[];
  readonly #context: SaleContext;
  readonly #store: SeatStore;
  readonly #book: OrderBook;
  readonly #frames: SeatFrames;
  readonly #outbox: Outbox;
  readonly #locks: OrderLocks;
  readonly #holds: OrderHolds;
  readonly #payments: OrderPayments;
  readonly #refunds: OrderRefunds;
  readonly #check: BookCheck;
  #pace: PaymentPace | null;
  readonly #onSeatsChanged: () => void;

  constructor(
    context: SaleContext,
    store: SeatStore,
    admissions: AdmissionBook,
    onSeatsChanged: () => void,
  ) {
    this.#context = context;
    this.#store = store;
    this.#pace = store.pace();
    this.#onSeatsChanged = onSeatsChanged;
    const book: OrderBook = new OrderBook(context, store, {
      seats: (indices) => {
        this.#frames.changed(indices);
        onSeatsChanged();
      },
      outbox: () => this.#outbox.wake(),
    });
    this.#book = book;
    this.#frames = new SeatFrames(context, book);
    this.#outbox = new Outbox(context, store, (orderIds) => book.refresh(orderIds));
    this.#locks = new OrderLocks(context, { store, book, admissions });
    const settling = new OrderSettling(context, { store, book, admissions });
    this.#payments = new OrderPayments(context, {
      store,
      book,
      settling,
      onLimited: () => {
        this.#slowDown();
        onSeatsChanged();
      },
    });
    this.#check = new BookCheck(context, book, this.#outbox);
    this.#refunds = new OrderRefunds(context, book, this.#payments);
    this.#holds = new OrderHolds(context, { store, book, admissions, payments: this.#payments });
    this.timerKinds = [HOLD_TIMER, ORDER_TIMER, ...this.#outbox.timerKinds];
  }

  /** After a wake: arms the timers of holds and open orders, and looks at payments and the outbox at once. */
  start(): void {
    const now = this.#context.now();
    this.#book.sweep(now);
    this.#book.armHolds();
    for (const order of this.#book.openOrders()) this.#book.arm(order, now);
    this.#outbox.wake();
  }

  /** Seats free to be held now. */
  seatsLeft(): number {
    return this.#book.freeCount(this.#context.now());
  }

  /** What payments take now, as a share of what they should. */
  paymentShare(): number {
    return paceShare(this.#pace, this.#context.now());
  }

  /** What the tick that is about to go takes along to who watches seats. */
  changesForTick(): string | undefined {
    return this.#frames.forTick();
  }

  #slowDown(): void {
    const now = this.#context.now();
    const before = this.#pace;
    this.#pace = slowedDown(before, now);
    // Stored once a burst: a restart may forget the last seconds of one, not that there was one.
    if (before?.cutAt === this.#pace.cutAt) return;
    this.#store.savePace(this.#pace);
    this.#context.ports.telemetry.record({
      name: 'problem',
      eventId: this.#context.definition.eventId,
      detail: `payments refuse for frequency: ${Math.round(100 * this.#pace.share)} % of the pace`,
    });
  }

  /** People who hold seats or pay for them. */
  holding(): number {
    return this.#book.holders;
  }

  seats(): SeatSnapshot {
    this.#book.sweep(this.#context.now());
    return this.#frames.snapshot(this.#context.definition.plan.version);
  }

  lockAll(request: Request<'lockAll'>): LockOutcome[] {
    return this.#locks.lockAll(request.requests);
  }

  async releaseHold(request: Request<'releaseHold'>): Promise<ReleaseOutcome> {
    return this.#holds.release(request);
  }

  extendHold(request: Request<'extendHold'>): ExtendOutcome {
    return this.#holds.extend(request);
  }

  createOrder(request: Request<'createOrder'>): OrderOutcome {
    return this.#holds.create(request);
  }

  async startPayment(request: Request<'startPayment'>): Promise<PaymentStart> {
    return this.#payments.start(request);
  }

  async settle(request: Request<'settle'>): Promise<SettleOutcome> {
    return this.#payments.settle(request);
  }

  refundOrder(request: RefundRequest): RefundOutcome {
    return this.#refunds.refund(request);
  }

  answerOffer(request: Request<'answerOffer'>): OfferOutcome {
    return this.#payments.answerOffer(request);
  }

  /** All that happened to a seat; null for one that never was in the plan. */
  seatHistory(seatId: SeatId): SeatEvent[] | null {
    this.#book.sweep(this.#context.now());
    const index = this.#book.seats.findIndex(({ id }) => id === seatId);
    return index < 0 ? null : historyOfSeat(this.#store.ordersOfSeat(index), index);
  }

  order(request: { accountId: AccountId; orderId: OrderId }): OrderOutcome {
    this.#book.sweep(this.#context.now());
    const order = this.#book.find(request.orderId);
    if (order === null || !order.ordered || order.accountId !== request.accountId)
      return { ok: false, code: 'booking_not_found' };
    return { ok: true, order: this.#view(order) };
  }

  /** Newest first. Holds for which no order was asked are none, also after they ended. */
  orders(request: { accountId: AccountId }): readonly Order[] {
    this.#book.sweep(this.#context.now());
    const orders = this.#store.ordersOf(request.accountId);
    return orders.map((order) => this.#view(order)).reverse();
  }

  async reconcile(): Promise<Reconciled> {
    const now = this.#context.now();
    this.#book.sweep(now);
    this.#book.armHolds();
    this.#store.forgetRequests(now - REQUEST_KEPT_MS);
    // No alarm rang for these: the nudge does their work, and so sets their timers again.
    for (const timer of this.#context.timers.due(now - OVERDUE_MS, LOOKS_PER_NUDGE))
      if (this.timerKinds.includes(timer.kind)) this.onTimer(timer);
    let looks = 0;
    for (const order of this.#book.openOrders()) {
      if (!isMoneyOpen(order)) this.#book.arm(order, now);
      else if (looks < LOOKS_PER_NUDGE && !this.#payments.isWatched(order.orderId)) {
        looks += 1;
        this.#payments.wake(order, 'cron');
      }
    }
    this.#outbox.wake();
    const paying = this.#book.openOrders().filter((order) => order.stage === 'paying').length;
    const drift = this.#check.last;
    this.#check.look();
    return { paying, unfiled: this.#outbox.unfiled(), drift, troubles: this.troubles() };
  }

  /** Whether the sale may go on with this plan, judged now. */
  judgePlan(draft: PlanDraft): Result<object, PlanRefusal> {
    const { definition } = this.#context;
    return judgePlan(definition, draft, this.#book.taken(this.#context.now()));
  }

  /** The sale with the plan that was judged right now. */
  planned(draft: PlanDraft, version: number): SaleDefinition {
    return withPlan(this.#context.definition, draft, version, this.#book.table.version + 1);
  }

  /** Stores the seats as the changed sale numbers them; in one transaction with its definition. */
  renumber(changed: SaleDefinition): void {
    this.#book.renumber(changed);
  }

  /** The context has another plan: from now on this one is sold, and everybody who watches loads it. */
  planChanged(): void {
    this.#book.reload();
    this.#frames.renumbered();
    this.#onSeatsChanged();
  }

  /** Idempotent; a timer only tidies, tells and asks, for expiry is judged on read. */
  onTimer(timer: Timer): void {
    const now = this.#context.now();
    this.#book.sweep(now);
    if (timer.kind === HOLD_TIMER) {
      this.#book.armHolds();
      return;
    }
    if (timer.kind !== ORDER_TIMER) {
      this.#outbox.wake();
      return;
    }
    const orderId = timer.key as OrderId;
    const order = this.#book.find(orderId);
    if (order !== null && isMoneyOpen(order)) this.#payments.wake(order, 'timer');
    else this.#context.timers.clear(timer.kind, timer.key);
  }

  /** How the books compared when the cron last nudged; null before that. */
  get drift(): Drift | null {
    return this.#check.last;
  }

  /** Where all seats and orders stand. */
  standing(): OrderStanding & Pick<SaleSummary, 'seats' | 'unfiled'> {
    this.#book.sweep(this.#context.now());
    const { table, seats, onSale } = this.#book;
    const count = (state: SeatState) => table.count(state);
    return {
      ...standingOf(this.#book.tally, this.#book.openOrders()),
      seats: {
        available: count(SEAT.free),
        held: count(SEAT.held) + count(SEAT.paying),
        sold: count(SEAT.sold),
        // Without those that a change of the plan left out.
        blocked: count(SEAT.blocked) - (seats.length - onSale),
      },
      unfiled: this.#outbox.unfiled(),
    };
  }

  /** Orders that do not end by themselves; only looks. */
  troubles(): Trouble[] {
    const refunds = this.#book
      .openOrders()
      .flatMap((order) => openRefunds(order).map((refund) => ({ ...refund, order })))
      .filter(({ attempt }) => attempt > 1)
      .map((refund): Trouble => {
        const detail = `${refund.attempt - 1} refunds failed, ${refundKey(refund)} is next`;
        return { orderId: refund.order.orderId, kind: 'refund_failed', detail };
      });
    const refused = this.#outbox
      .refused(TROUBLES_MAX)
      .map(({ orderId, reason }): Trouble => ({ orderId, kind: 'filing_refused', detail: reason }));
    return [...refunds.slice(0, TROUBLES_MAX), ...refused, ...this.#drifted()];
  }

  #drifted(): Trouble[] {
    const drift = this.#check.last;
    if (drift === null || drift.explained) return [];
    const { object, postgres } = drift;
    const detail = `object ${JSON.stringify(object)}, Postgres ${JSON.stringify(postgres)}`;
    return [{ orderId: null, kind: 'books_differ', detail }];
  }

  #view(order: OrderRecord): Order {
    return viewOrder(order, this.#book.seats);
  }
}
