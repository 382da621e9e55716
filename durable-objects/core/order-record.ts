import type { AccountId, HoldId, OrderId } from './ids.ts';
import { sum } from './money.ts';
import type { Money } from './money.ts';
import { unreachable } from './result.ts';
import { SEAT } from './seat-table.ts';
import type { SeatState } from './seat-table.ts';

/** Where an order stands. `hold` is a hold for which no order was asked yet; the rest are its public statuses. */
export type OrderStage =
  | 'hold'
  | 'held'
  | 'paying'
  | 'paid'
  | 'confirmed'
  | 'expired'
  | 'cancelled'
  | 'offered'
  | 'refunding'
  | 'refunded';

/** Who made a change: a buyer, the organiser, a timer, Stripe's word, or the cron. */
export type Actor = 'buyer' | 'organiser' | 'timer' | 'stripe' | 'cron';

/** Who acted, when (epoch ms), and why: every change of an order says so. */
export interface Because {
  readonly at: number;
  readonly actor: Actor;
  readonly why: string;
}

/** One step of an order's history; what it stepped from is the stage of the step before. */
export interface OrderStep extends Because {
  readonly stage: OrderStage;
  /** The seats from then on, where the step changed them. */
  readonly seats?: readonly number[];
}

/** Money on its way back to the buyer, in full or in part. It never leaves the order's record. */
export interface RefundRecord {
  /** The reference that the buyer is told; the same whatever attempt succeeds. */
  readonly refundId: string;
  readonly amount: Money;
  /** The seats it pays back. */
  readonly seats: readonly number[];
  /** Counts from 1; grows only after a definite failure. */
  readonly attempt: number;
  readonly done: boolean;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly reason: string;
  /** The organiser's command that began it; null when the sale did by its own rules. */
  readonly requestId: string | null;
}

/**
 * An order from the first lock to its end, as the sale keeps it. It begins as a hold. Times are epoch ms.
 * Seats are named by index: each field that does so is one of `renumberOrder` too.
 */
export interface OrderRecord {
  readonly orderId: OrderId;
  readonly holdId: HoldId;
  readonly accountId: AccountId;
  readonly admissionId: string;
  readonly stage: OrderStage;
  /** Whether an order was asked for; a mere hold is no order, also after it ended. */
  readonly ordered: boolean;
  /** Indices in the expanded plan. */
  readonly seats: readonly number[];
  /** What each seat cost when it was held, minor units, in the order of `seats`. */
  readonly prices: readonly number[];
  readonly currency: string;
  readonly createdAt: number;
  /** End of the hold, while `paying` the longer deadline, while `offered` the end of the offer. */
  readonly expiresAt: number;
  readonly paymentIntentId: string | null;
  readonly paymentProblem: { code: string; message: string } | null;
  readonly confirmedAt: number | null;
  /** What was captured; null until then. */
  readonly paid: Money | null;
  /** Other seats that were set aside for late money, in the order of `seats`; null when none ever were. */
  readonly offer: readonly number[] | null;
  /** Of `seats`, those that were given back; free again from then on. */
  readonly returned: readonly number[];
  /** Oldest first; together never more than `paid`. */
  readonly refunds: readonly RefundRecord[];
  /** Whether Postgres has the order as it is now. */
  readonly filed: boolean;
  /** All that happened to it, oldest first; never shortened. */
  readonly steps: readonly OrderStep[];
}

/** What a step may change beside the stage. */
type Changes = Partial<
  Omit<OrderRecord, 'orderId' | 'holdId' | 'accountId' | 'stage' | 'steps' | 'createdAt'>
>;

/** Every step an order may take. `expired` and `cancelled` go on only when money arrives late: the only way to `offered`; `refunded` when a bank sends the refund back. */
export const ORDER_STEPS: Readonly<Record<OrderStage, readonly OrderStage[]>> = {
  hold: ['held', 'expired', 'cancelled'],
  held: ['paying', 'expired', 'cancelled'],
  paying: ['paid', 'expired', 'cancelled', 'refunding'],
  paid: ['confirmed'],
  confirmed: ['refunding'],
  expired: ['paid', 'offered', 'refunding'],
  cancelled: ['paid', 'offered', 'refunding'],
  offered: ['paid', 'refunding'],
  refunding: ['refunded'],
  refunded: ['refunding'],
};

/** The order one step further with `changes`. A step that is not in `ORDER_STEPS` is a bug and throws. */
export function stepOrder(
  order: OrderRecord,
  stage: OrderStage,
  because: Because,
  changes: Changes = {},
): OrderRecord {
  if (!ORDER_STEPS[order.stage].includes(stage))
    throw new Error(`order ${order.orderId}: no step from ${order.stage} to ${stage}`);
  return changed(order, stage, because, changes);
}

/** The order with `changes` at the same stage, and why. */
export function noteOrder(order: OrderRecord, because: Because, changes: Changes): OrderRecord {
  return changed(order, order.stage, because, changes);
}

function changed(
  order: OrderRecord,
  stage: OrderStage,
  { at, actor, why }: Because,
  changes: Changes,
): OrderRecord {
  const step: OrderStep = { at, actor, stage, why };
  const filed = isFiled(stage) ? { filed: false } : {};
  const after = { ...order, ...changes, ...filed, stage };
  assertMoney(after);
  const moved = changes.seats ?? changes.returned ?? changes.offer;
  return { ...after, steps: [...order.steps, moved ? { ...step, seats: seatsOf(after) } : step] };
}

/** Never more goes back than came in. Throws when it would. */
function assertMoney({ orderId, paid, refunds }: OrderRecord): void {
  if (refunds.length === 0) return;
  const back = sum(
    paid?.currency ?? '',
    refunds.map(({ amount }) => amount),
  );
  if (paid === null || back.amount > paid.amount)
    throw new Error(`order ${orderId}: ${back.amount} back of ${paid?.amount ?? 0}`);
}

/** Whether Postgres is told of an order at this stage. */
export function isFiled(stage: OrderStage): boolean {
  return (
    stage === 'confirmed' || stage === 'offered' || stage === 'refunding' || stage === 'refunded'
  );
}

/** The state that an order's seats have while it is in this stage; null when it has none. */
export function seatStateOf(stage: OrderStage): SeatState | null {
  switch (stage) {
    case 'hold':
    case 'held':
    case 'offered':
      return SEAT.held;
    case 'paying':
      return SEAT.paying;
    case 'paid':
    case 'confirmed':
      return SEAT.sold;
    case 'expired':
    case 'cancelled':
    case 'refunding':
    case 'refunded':
      return null;
    default:
      return unreachable(stage);
  }
}

/** The seats that the order has, or had, without those given back; while `offered` those set aside. */
export function seatsOf({ stage, seats, offer, returned }: OrderRecord): readonly number[] {
  if (stage === 'offered') return offer ?? [];
  return returned.length === 0 ? seats : seats.filter((index) => !returned.includes(index));
}

/** Refunds that have not gone through yet. */
export function openRefunds({ refunds }: OrderRecord): readonly RefundRecord[] {
  return refunds.filter((refund) => !refund.done);
}

/** Whether money of the order is on its way, to us or back. */
export function isMoneyOpen(order: OrderRecord): boolean {
  return order.stage === 'paying' || openRefunds(order).length > 0;
}

/** Whether the object still has to do something about the order; such orders are kept in memory. */
export function isOpen(order: OrderRecord): boolean {
  const { stage } = order;
  return endsByItself(stage) || stage === 'paid' || isMoneyOpen(order);
}

/** Whether the time of `expiresAt` alone ends it, with nobody asked. */
export function endsByItself(stage: OrderStage): boolean {
  return stage === 'hold' || stage === 'held' || stage === 'offered';
}

/** Whether it is the one live hold of its admission. */
export function isLiveHold(stage: OrderStage): boolean {
  return stage === 'hold' || stage === 'held' || stage === 'paying';
}

/** Whether the time of a hold or offer is over: then its seats are free when read. */
export function isOverdue(order: OrderRecord, now: number): boolean {
  return endsByItself(order.stage) && order.expiresAt <= now;
}

/** Seats that count against the account's limit. */
export function seatsOwned(order: OrderRecord | null): number {
  return order === null || seatStateOf(order.stage) === null ? 0 : seatsOf(order).length;
}

/** What the buyer pays. */
export function totalOf(order: OrderRecord): Money {
  let amount = 0;
  for (const price of order.prices) amount += price;
  return { amount, currency: order.currency };
}
