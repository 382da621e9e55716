import { sql } from 'drizzle-orm';
import { seatPlans } from '../../drizzle/schema.ts';
import type { PlanBook } from '../../durable-objects/protocol/ports.ts';
import type { Database } from './database.ts';

/** Seat plans by version, and which one the catalogue sells. */
export function postgresPlans(db: Database): PlanBook {
  return {
    async add(venueId, sections) {
      const plan = JSON.stringify({ venueId, version: 0, sections });
      const next = sql`SELECT coalesce(max(version), 0) + 1 AS version FROM ${seatPlans} WHERE venue_id = ${venueId}`;
      const { rows } = await db.execute<{ version: number }>(sql`
WITH next AS (${next})
INSERT INTO seat_plans (venue_id, version, plan)
SELECT ${venueId}, version, jsonb_set(${plan}::jsonb, '{version}', to_jsonb(version)) FROM next
RETURNING version`);
      const [row] = rows;
      if (row === undefined) throw new Error('no plan was written');
      return row.version;
    },

    async use({ eventId, plan, categories }) {
      const bands = categories.map(({ id, name, color, price }, position) => ({
        id,
        name,
        color,
        position,
        ...price,
      }));
      await db.execute(sql`
WITH sale AS (
  UPDATE events SET plan_version = ${plan.version}
  WHERE id = ${eventId} AND plan_version <= ${plan.version} RETURNING id
), bands AS (
  SELECT * FROM jsonb_to_recordset(${JSON.stringify(bands)}::jsonb) AS x(
    id text, name text, color text, position int, amount bigint, currency text)
), gone AS (
  DELETE FROM categories USING sale
  WHERE event_id = sale.id AND NOT EXISTS (SELECT 1 FROM bands WHERE bands.id = categories.id)
)
INSERT INTO categories (event_id, id, name, amount, currency, color, position)
SELECT sale.id, bands.id, name, amount, currency, color, position FROM bands, sale
ON CONFLICT (event_id, id) DO UPDATE SET name = excluded.name, amount = excluded.amount,
  currency = excluded.currency, color = excluded.color, position = excluded.position`);
    },
  };
}
