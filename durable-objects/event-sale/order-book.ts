import { orderIdOf } from '../core/ids.ts';
import type { AccountId, HoldId, OrderId, SeatId } from '../core/ids.ts';
import { effectsOf } from '../core/order-effects.ts';
import {
  endsByItself,
  isLiveHold,
  isMoneyOpen,
  isOpen,
  isOverdue,
  seatsOf,
  seatsOwned,
} from '../core/order-record.ts';
import type { OrderRecord } from '../core/order-record.ts';
import type { Category, Seat } from '../core/plan.ts';
import { endOverdue } from '../core/late-offer.ts';
import { renumbering, seatsEver } from '../core/plan-change.ts';
import type { SaleDefinition } from '../core/sale.ts';
import type { FreeSeats, RowMap } from '../core/row-map.ts';
import { NO_TALLY, retally } from '../core/sale-tally.ts';
import type { Tally } from '../core/sale-tally.ts';
import { SEAT, SeatTable } from '../core/seat-table.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { OutboxEntry, RequestRow, SeatCommit, SeatStore } from '../storage/seat-records.ts';
import type { SaleContext } from './context.ts';
import { seatChanges } from './order-moves.ts';
import type { Move } from './order-moves.ts';
import { viewOrder } from './order-view.ts';
import { planInUse, withLeftOut } from './plan-in-use.ts';
import type { PlanInUse } from './plan-in-use.ts';
import { StepLog } from './step-log.ts';

/** What is stored in the same transaction as the moves. */
export interface CommitExtras {
  request?: RequestRow;
  stripeEventId?: string | undefined;
}

/** Who is told of what was stored. */
export interface BookListener {
  /** These seats changed. */
  seats(indices: readonly number[]): void;
  /** Something waits to be done outside. */
  outbox(): void;
}

/** Kind of the timer of an order whose payment or refund is open; its key is the order's id. */
export const ORDER_TIMER = 'order';
/** Kind of the one timer of all holds and offers, due when the first of them may end. */
export const HOLD_TIMER = 'holds';
/** First look at an order that began to pay, ms; the browser's return and the webhook usually come before. */
const FIRST_CHECK_MS = 15_000;

/**
 * Seats and open orders in memory over their store. Every change goes through `commit`: verified
 * against the seats, stored, and only then taken over, in one synchronous block.
 */
export class OrderBook implements FreeSeats {
  readonly #context: SaleContext;
  readonly #store: SeatStore;
  readonly #hear: BookListener;
  #plan: PlanInUse;
  readonly #open = new Map<OrderId, OrderRecord>();
  readonly #steps: StepLog;
  readonly #liveHolds = new Map<string, OrderId>();
  #owned = new Map<AccountId, number>();
  #table: SeatTable;
  #tally = NO_TALLY;
  #nextExpiry = Infinity;
  #gathered: SeatCommit[] | null = null;

  constructor(context: SaleContext, store: SeatStore, listener: BookListener) {
    this.#context = context;
    this.#store = store;
    this.#steps = new StepLog(context);
    this.#hear = listener;
    this.#plan = planInUse(context.definition);
    this.#table = this.#load();
  }

  isFree(index: number): boolean {
    return this.#table.isFree(index);
  }

  freeInRow(row: number): number {
    return this.#plan.freeInRow[row] ?? 0;
  }

  /** Every seat that the sale has, and then those that a change of its plan left out. */
  get seats(): readonly Seat[] {
    return this.#plan.seats;
  }

  /** How many of `seats` are on sale. */
  get onSale(): number {
    return this.#plan.onSale;
  }

  get rows(): RowMap {
    return this.#plan.rows;
  }

  /** The seats as they are; read only. */
  get table(): Pick<
    SeatTable,
    'capacity' | 'version' | 'isFree' | 'publicCode' | 'count' | 'state' | 'owner' | 'versionOf'
  > {
    return this.#table;
  }

  /** A seat's index, or null for an id that is no seat of the plan. */
  indexOf(seatId: SeatId): number | null {
    return this.#plan.indices.get(seatId) ?? null;
  }

  /** The seat's price band. A plan that names a band the event lacks is a bug. */
  categoryOf(index: number): Category {
    const category = this.#plan.categories.get(this.seats[index]?.categoryId ?? '');
    if (category === undefined) throw new Error(`seat ${index} has no price`);
    return category;
  }

  hasCategory(categoryId: string): boolean {
    return this.#plan.categories.has(categoryId);
  }

  find(orderId: OrderId): OrderRecord | null {
    return this.#open.get(orderId) ?? this.#store.order(orderId);
  }

  findByHold(holdId: HoldId): OrderRecord | null {
    return this.find(orderIdOf(holdId));
  }

  /** The orders that ever had money, counted; another object whenever it changed. */
  get tally(): Tally {
    return this.#tally;
  }

  /** Orders that the object still has to do something about. */
  openOrders(): OrderRecord[] {
    return [...this.#open.values()];
  }

  /** Admissions with a live hold. */
  get holders(): number {
    return this.#liveHolds.size;
  }

  hasLiveHold(admissionId: string): boolean {
    return this.#liveHolds.has(admissionId);
  }

  /** Seats that the account holds, pays for and owns. */
  owned(accountId: AccountId): number {
    return this.#owned.get(accountId) ?? 0;
  }

  areFree(seats: readonly number[]): boolean {
    return seats.every((index) => this.#table.isFree(index));
  }

  /** Seats free to be held at `now`, overdue holds included, with nothing written. */
  freeCount(now: number): number {
    let free = this.#table.count(SEAT.free);
    if (now < this.#nextExpiry) return free;
    for (const order of this.#open.values())
      if (isOverdue(order, now)) free += seatsOf(order).length;
    return free;
  }

  /**
   * Ends all holds and offers whose time is over. Every command and read begins with it, so that expiry never
   * waits for an alarm, and a clock that steps back cannot bring a hold back.
   */
  sweep(now: number): void {
    if (now < this.#nextExpiry) return;
    const overdue = [...this.#open.values()].filter((order) => isOverdue(order, now));
    if (overdue.length > 0) {
      const moves = overdue.map((before) => ({ before, after: endOverdue(before, now) }));
      this.commit(moves, now);
    }
    this.#nextExpiry = this.#earliestExpiry();
    this.armHolds();
  }

  /** Stores the moves with all that they cause outside, then takes them over. A step that does not fit is a bug and throws, with nothing stored. */
  commit(moves: readonly Move[], now: number, extras: CommitExtras = {}): void {
    const rows = this.#table.preview(moves.flatMap(seatChanges));
    const last = new Map(moves.map((move) => [move.after.orderId, move.after]));
    const tally = moves.reduce(
      (sum, { before, after }) => retally(sum, before, after),
      this.#tally,
    );
    this.#keep({
      seats: rows,
      orders: [...last.values()],
      outbox: moves.flatMap((move) => this.#entries(move, now)),
      requests: extras.request === undefined ? [] : [extras.request],
      stripeEvent:
        extras.stripeEventId === undefined ? null : { id: extras.stripeEventId, at: now },
      tally: tally === this.#tally ? null : tally,
    });
    this.#tally = tally;
    for (const { index, state } of rows)
      this.#countInRow(index, Number(state === SEAT.free) - Number(this.#table.isFree(index)));
    this.#table.apply(rows);
    for (const move of moves) this.#takeOver(move, now);
    if (this.#gathered === null) this.#steps.tell(now);
    if (rows.length > 0) this.#hear.seats(rows.map((row) => row.index));
  }

  /**
   * Stores what all commits in `work` change in one go, when it ends: a statement costs the same for one
   * row and for fifty. `work` is synchronous, and until it ends the store does not know what it did.
   */
  together<Answer>(work: () => Answer): Answer {
    const gathered: SeatCommit[] = [];
    this.#gathered = gathered;
    let answer: Answer;
    try {
      answer = work();
    } finally {
      this.#gathered = null;
      if (gathered.length > 0) this.#keep(merged(gathered));
      this.#steps.tell(this.#context.now());
    }
    return answer;
  }

  #keep(commit: SeatCommit): void {
    if (this.#gathered !== null) {
      this.#gathered.push(commit);
      return;
    }
    try {
      this.#store.commit(commit);
    } catch (error) {
      // What was stored before it failed is what counts from now on.
      this.#steps.forget();
      this.#table = this.#load();
      throw error;
    }
    if (commit.outbox.length > 0) this.#hear.outbox();
  }

  #entries({ before, after }: Move, now: number): OutboxEntry[] {
    const effects = effectsOf(before, after);
    if (effects.length === 0) return [];
    const { orderId } = after;
    const order = viewOrder(after, this.seats);
    // A moment later, so that those who pay at the same time are filed by one statement, and the buyer's
    // answer does not wait behind it.
    const due = now + LIMITS.outboxGatherMs;
    return effects.map((effect) => {
      const letter = effect.kind === 'mail' ? effect.letter : null;
      return {
        kind: effect.kind,
        letter,
        commandId: `${orderId}:${effect.name}`,
        orderId,
        order,
        due,
      };
    });
  }

  /** Reads open orders again after the store changed them by itself (`filed`). */
  refresh(orderIds: readonly OrderId[]): void {
    for (const orderId of orderIds) {
      const order = this.#open.has(orderId) ? this.#store.order(orderId) : null;
      if (order !== null) this.#open.set(orderId, order);
    }
  }

  /** Seats that are held, paid for or sold at `now`. */
  taken(now: number): Seat[] {
    this.sweep(now);
    return this.seats.filter((_, index) => this.#table.owner(index) !== null);
  }

  /** Stores seats and orders under the numbers that the changed sale gives its seats; `reload` comes next. */
  renumber(changed: SaleDefinition): void {
    const map = renumbering(this.seats, seatsEver(changed).seats);
    if (map !== null) this.#store.renumber(map);
  }

  /** Takes the plan of the context's definition over, and what is stored. */
  reload(): void {
    this.#plan = planInUse(this.#context.definition);
    this.#table = this.#load();
  }

  /** Sets the order's timer as its stage asks for. */
  arm(order: OrderRecord, now: number): void {
    const { timers } = this.#context;
    if (isMoneyOpen(order))
      timers.set(ORDER_TIMER, order.orderId, Math.min(now + FIRST_CHECK_MS, order.expiresAt));
    else timers.clear(ORDER_TIMER, order.orderId);
  }

  /** Sets the timer of the holds. It never is later than the first end, and may be earlier. */
  armHolds(): void {
    const { timers } = this.#context;
    if (this.#nextExpiry === Infinity) timers.clear(HOLD_TIMER, '');
    else timers.set(HOLD_TIMER, '', this.#nextExpiry);
  }

  #takeOver({ before, after }: Move, now: number): void {
    const { orderId, accountId, admissionId } = after;
    if (isOpen(after)) this.#open.set(orderId, after);
    else this.#open.delete(orderId);
    if (isLiveHold(after.stage)) this.#liveHolds.set(admissionId, orderId);
    else if (this.#liveHolds.get(admissionId) === orderId) this.#liveHolds.delete(admissionId);
    const owned = this.owned(accountId) + seatsOwned(after) - seatsOwned(before);
    if (owned > 0) this.#owned.set(accountId, owned);
    else this.#owned.delete(accountId);
    if (endsByItself(after.stage) && after.expiresAt < this.#nextExpiry) {
      this.#nextExpiry = after.expiresAt;
      this.armHolds();
    }
    const stepped = before?.stage !== after.stage;
    if (stepped || isMoneyOpen(before ?? after) !== isMoneyOpen(after)) this.arm(after, now);
    if (stepped) this.#steps.add(after);
  }

  #load(): SeatTable {
    const { seats, openOrders, owned, tally } = this.#store.load();
    this.#tally = tally;
    this.#open.clear();
    this.#liveHolds.clear();
    for (const order of openOrders) {
      this.#open.set(order.orderId, order);
      if (isLiveHold(order.stage)) this.#liveHolds.set(order.admissionId, order.orderId);
    }
    this.#owned = new Map(owned);
    this.#nextExpiry = this.#earliestExpiry();
    const { seatVersion = 0 } = this.#context.definition;
    const rows = withLeftOut(seats, this.#plan, seatVersion);
    const table = new SeatTable(this.seats.length, rows, seatVersion);
    this.#plan.freeInRow.fill(0);
    for (let index = 0; index < table.capacity; index++)
      if (table.isFree(index)) this.#countInRow(index, 1);
    return table;
  }

  #countInRow(index: number, change: number): void {
    const row = this.rows.rowOf[index];
    if (row !== undefined) this.#plan.freeInRow[row] = this.freeInRow(row) + change;
  }

  #earliestExpiry(): number {
    let earliest = Infinity;
    for (const order of this.#open.values())
      if (endsByItself(order.stage)) earliest = Math.min(earliest, order.expiresAt);
    return earliest;
  }
}

/** Later rows of the same seat or order replace earlier ones; the rest is kept in order. */
function merged(commits: readonly SeatCommit[]): SeatCommit {
  const seats = new Map(commits.flatMap((each) => each.seats).map((row) => [row.index, row]));
  const orders = new Map(commits.flatMap((each) => each.orders).map((row) => [row.orderId, row]));
  const events = commits.map((each) => each.stripeEvent).filter((event) => event !== null);
  if (events.length > 1) throw new Error('one event of Stripe at a time');
  return {
    seats: [...seats.values()],
    orders: [...orders.values()],
    outbox: commits.flatMap((each) => each.outbox),
    requests: commits.flatMap((each) => each.requests),
    stripeEvent: events[0] ?? null,
    tally: commits.findLast(({ tally }) => tally !== null)?.tally ?? null,
  };
}
