import type {
  AccountId,
  EventId,
  HoldId,
  OrderId,
  SeatId,
} from '../../durable-objects/core/ids.ts';
import type { Order } from '../../durable-objects/protocol/seats-rpc.ts';

/** An order as the outbox files it: paid, confirmed, with a ticket for each seat. */
export function confirmedOrder(
  { eventId, accountId }: { eventId: EventId; accountId: AccountId },
  seats: readonly string[],
  categoryId: string,
): Order {
  const id = `book_${eventId}_${crypto.randomUUID().replaceAll('-', '').slice(0, 16)}`;
  const price = { amount: 120_000, currency: 'INR' };
  const total = { amount: price.amount * seats.length, currency: 'INR' };
  return {
    orderId: id as OrderId,
    holdId: id.replace('book', 'hold') as HoldId,
    accountId,
    status: 'confirmed',
    items: seats.map((seat) => ({
      seatId: seat as SeatId,
      label: `Seat ${seat}`,
      categoryId,
      price,
      returned: false,
    })),
    total,
    createdAt: 1_795_000_000_000,
    expiresAt: 1_795_000_600_000,
    paymentIntentId: `pi_${id}`,
    confirmedAt: 1_795_000_100_123,
    filed: false,
    paid: total,
    offer: null,
    refunds: [],
    history: [],
    paymentProblem: null,
    tickets: seats.map((seat) => ({ ticketId: `ticket_${id}_${seat}`, seatId: seat as SeatId })),
  };
}
