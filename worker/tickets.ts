import type { EventId } from '../durable-objects/core/ids.ts';
import type { Order } from '../durable-objects/protocol/seats-rpc.ts';
import { signToken } from '../durable-objects/protocol/tokens.ts';
import type { Ticket } from './schemas/booking.ts';

/**
 * The tickets of a confirmed order, signed. Ed25519 and fixed claims: the code of a ticket is the same
 * each time it is made, so a printed one and a later one are equal.
 */
export async function signTickets(
  secret: string,
  eventId: EventId,
  order: Order,
): Promise<Ticket[]> {
  if (order.status !== 'confirmed') return [];
  const labels = new Map(order.items.map((item) => [item.seatId, item.label]));
  const iat = Math.floor((order.confirmedAt ?? order.createdAt) / 1000);
  return Promise.all(
    order.tickets.map(async ({ ticketId, seatId }) => ({
      id: ticketId,
      seatId,
      label: labels.get(seatId) ?? seatId,
      code: await signToken(secret, 'ticket', {
        sub: order.accountId,
        evt: eventId,
        jti: ticketId,
        seat: seatId,
        booking: order.orderId,
        iat,
      }),
    })),
  );
}
