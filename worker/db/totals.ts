import { sql } from 'drizzle-orm';
import type { EventId } from '../../durable-objects/core/ids.ts';
import { NO_TALLY } from '../../durable-objects/core/sale-tally.ts';
import type { Tally } from '../../durable-objects/core/sale-tally.ts';
import type { Database } from './database.ts';

/** Counts and sums over a sale's bookings, in one statement; throws when Postgres does not answer. */
export async function totalsOf(db: Database, eventId: EventId): Promise<Tally> {
  const { rows } = await db.execute<Record<keyof Tally, string>>(sql`
SELECT booked.*, back.returned, sold.seats FROM (
  SELECT count(*) FILTER (WHERE b.status = 'confirmed') AS confirmed,
    count(*) FILTER (WHERE b.status = 'offered') AS offered,
    count(*) FILTER (WHERE b.status = 'refunding') AS refunding,
    count(*) FILTER (WHERE b.status = 'refunded') AS refunded,
    coalesce(sum(p.amount), 0) AS captured
  FROM bookings b LEFT JOIN payments p ON p.booking_id = b.id WHERE b.event_id = ${eventId}
) booked, (
  SELECT coalesce(sum(r.amount), 0) AS returned
  FROM refunds r JOIN bookings b ON b.id = r.booking_id WHERE b.event_id = ${eventId} AND r.status = 'succeeded'
) back, (
  SELECT count(*) AS seats FROM booking_items WHERE event_id = ${eventId} AND live
) sold`);
  const [row] = rows;
  const names = Object.keys(NO_TALLY) as (keyof Tally)[];
  // Counts and sums are wider than a number and come as text; ours fit (drizzle/schema.ts, amounts).
  return Object.fromEntries(
    names.map((name) => [name, Number(row?.[name] ?? 0)]),
  ) as unknown as Tally;
}
