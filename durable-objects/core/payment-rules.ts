import type { Money } from './money.ts';
import { totalOf } from './order-record.ts';
import type { OrderRecord } from './order-record.ts';
import { unreachable } from './result.ts';

/** What an intent was read to be; the same shape as the payment port's `IntentState`. */
export type IntentReading =
  | { state: 'unpaid'; problem: { code: string; message: string } | null }
  | { state: 'processing' }
  | { state: 'succeeded'; amountReceived: Money }
  | { state: 'canceled' };

/** What a reading means for an order. */
export type Verdict =
  /** Already decided, or nothing to decide. */
  | { do: 'nothing' }
  /** Money may still come; ask again. */
  | { do: 'wait' }
  | { do: 'note_problem'; problem: { code: string; message: string } }
  /** The intent can no longer be paid: its seats may go. */
  | { do: 'release' }
  | { do: 'confirm'; late: boolean }
  /** Late money whose seats are gone: these are as good or better. */
  | { do: 'offer'; seats: readonly number[]; paid: Money }
  /** Money that cannot become tickets. */
  | { do: 'refund'; amount: Money; why: 'amount_mismatch' | 'seats_gone' };

/** What late money may still have. */
export interface SeatsForLate {
  /** Whether all seats of an order that has none any more are free. */
  same: boolean;
  /** Equal or better ones, looked for only when needed; null when there are not enough. */
  others(): readonly number[] | null;
}

/**
 * Judges a fresh reading of an order's intent. Captured money ends as tickets or as a refund, whatever
 * stage the order is in; seats are released only when the intent cannot be paid any more.
 */
export function judgeIntent(
  order: OrderRecord,
  intent: IntentReading,
  seats: SeatsForLate,
): Verdict {
  switch (intent.state) {
    case 'succeeded':
      return judgeMoney(order, intent.amountReceived, seats);
    case 'canceled':
      return order.stage === 'paying' ? { do: 'release' } : { do: 'nothing' };
    case 'processing':
      return order.stage === 'paying' ? { do: 'wait' } : { do: 'nothing' };
    case 'unpaid':
      return order.stage === 'paying' && intent.problem !== null
        ? { do: 'note_problem', problem: intent.problem }
        : { do: 'nothing' };
    default:
      return unreachable(intent);
  }
}

function judgeMoney(order: OrderRecord, received: Money, seats: SeatsForLate): Verdict {
  const late = order.stage === 'expired' || order.stage === 'cancelled';
  if (order.stage !== 'paying' && !late) return { do: 'nothing' };
  const total = totalOf(order);
  if (received.amount !== total.amount || received.currency !== total.currency)
    return { do: 'refund', amount: received, why: 'amount_mismatch' };
  if (!late || seats.same) return { do: 'confirm', late };
  const others = seats.others();
  return others === null
    ? { do: 'refund', amount: received, why: 'seats_gone' }
    : { do: 'offer', seats: others, paid: received };
}

/** The id of a seat's ticket: always the same for an order and seat. */
export function ticketIdOf(orderId: string, seatId: string): string {
  return `ticket_${orderId}_${seatId}`;
}
