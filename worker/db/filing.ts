import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Filing, Refusal } from '../../durable-objects/protocol/ports.ts';
import type { Database } from './database.ts';
import { totalsOf } from './totals.ts';
import { filingRow } from './filing-row.ts';
import type { FilingRow } from './filing-row.ts';

type Batch = Parameters<Filing['file']>[0];

/**
 * Files orders in one transaction. Commands that Postgres has already seen do nothing, so a batch may be
 * sent again at any time. A batch that is refused is halved until those that are to blame stand alone:
 * they must not keep the others out. Throws when Postgres does not answer.
 */
export function postgresFiling(db: Database): Filing {
  return {
    async file(batch) {
      return { refused: await refusedOf(db, batch, new Set()) };
    },
    totals: (eventId) => totalsOf(db, eventId),
  };
}

/** Files what can be filed. Of an order in `stuck` nothing more is: its commands keep their order. */
async function refusedOf(db: Database, all: Batch, stuck: Set<string>): Promise<Refusal[]> {
  const batch = all.filter((item) => !stuck.has(item.order.orderId));
  const behind = all
    .filter((item) => stuck.has(item.order.orderId))
    .map(({ commandId }) => ({
      commandId,
      reason: 'an earlier command of this order was refused',
    }));
  try {
    await fileAll(db, batch);
    return behind;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const [only] = batch;
    if (only !== undefined && batch.length === 1) {
      stuck.add(only.order.orderId);
      return [...behind, { commandId: only.commandId, reason: reasonOf(error) }];
    }
  }
  const half = Math.ceil(batch.length / 2);
  const first = await refusedOf(db, batch.slice(0, half), stuck);
  return [...behind, ...first, ...(await refusedOf(db, batch.slice(half), stuck))];
}

async function fileAll(db: Database, batch: Batch): Promise<void> {
  const [first, ...rest] = waves(batch.map(filingRow)).map((wave) => db.execute(statement(wave)));
  if (first) await db.batch([first, ...rest]);
}

/**
 * One statement may not touch an order twice, so an order's second command goes into the next one; and with
 * it whatever sells a seat that it gave back.
 */
function waves(rows: readonly FilingRow[]): FilingRow[][] {
  const seen = new Map<string, number>();
  const seats = new Map<string, number>();
  const result: FilingRow[][] = [];
  for (const row of rows) {
    const named = row.items.map(({ seat_id }) => `${row.event_id} ${seat_id}`);
    const wave = Math.max(
      seen.get(row.booking_id) ?? 0,
      ...named.map((seat) => seats.get(seat) ?? 0),
    );
    seen.set(row.booking_id, wave + 1);
    for (const seat of named) seats.set(seat, wave);
    const list = result[wave] ?? [];
    list.push(row);
    result[wave] = list;
  }
  return result;
}

/**
 * A booking leaves `refunded` only when its bank sent the refund back, and an item once dead stays dead, whatever order the commands come
 * in. Seats given back are sorted first, so that one they release can be sold in the same statement.
 */
function statement(rows: readonly FilingRow[]): SQL {
  return sql`
WITH input AS (
  SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS x(
    command_id text, booking_id text, event_id text, user_id uuid, hold_id text, status text,
    amount bigint, currency text, created_at timestamptz, confirmed_at timestamptz,
    payment_id text, paid_amount bigint, paid_currency text, actor text, items jsonb, refunds jsonb, history jsonb)
), fresh AS (
  INSERT INTO processed_commands (id) SELECT command_id FROM input ON CONFLICT DO NOTHING RETURNING id
), todo AS (
  SELECT input.* FROM input JOIN fresh ON fresh.id = input.command_id
), booked AS (
  INSERT INTO bookings (id, event_id, user_id, hold_id, status, amount, currency, created_at, confirmed_at)
  SELECT booking_id, event_id, user_id, hold_id, status, amount, currency, created_at, confirmed_at FROM todo
  ON CONFLICT (id) DO UPDATE SET status = excluded.status,
    confirmed_at = coalesce(bookings.confirmed_at, excluded.confirmed_at), filed_at = now()
  WHERE bookings.status <> 'refunded' OR excluded.status = 'refunding'
), seats AS (
  INSERT INTO booking_items
    (booking_id, event_id, seat_id, label, category_id, amount, currency, ticket_id, position, live)
  SELECT todo.booking_id, todo.event_id, i.seat_id, i.label, i.category_id, i.amount, i.currency,
    i.ticket_id, i.position, i.live
  FROM todo, jsonb_to_recordset(todo.items) AS i(
    seat_id text, label text, category_id text, amount bigint, currency text, ticket_id text, position int,
    live boolean)
  ORDER BY i.live, i.position
  ON CONFLICT (booking_id, seat_id) DO UPDATE SET live = booking_items.live AND excluded.live,
    ticket_id = coalesce(booking_items.ticket_id, excluded.ticket_id)
), paid AS (
  INSERT INTO payments (id, booking_id, amount, currency, status)
  SELECT payment_id, booking_id, paid_amount, paid_currency,
    CASE WHEN status = 'refunded' THEN 'refunded' ELSE 'succeeded' END
  FROM todo WHERE payment_id IS NOT NULL
  ON CONFLICT (id) DO UPDATE SET status = excluded.status WHERE payments.status <> 'refunded'
), returned AS (
  INSERT INTO refunds
    (id, booking_id, payment_id, amount, currency, status, attempt, reason, seat_ids, created_at)
  SELECT r.refund_id, todo.booking_id, todo.payment_id, r.amount, r.currency, r.status, r.attempt, r.reason,
    r.seat_ids, r.started_at
  FROM todo, jsonb_to_recordset(todo.refunds) AS r(
    refund_id text, amount bigint, currency text, status text, attempt int, reason text, seat_ids jsonb,
    started_at timestamptz)
  ON CONFLICT (id) DO UPDATE SET status = excluded.status, attempt = excluded.attempt
  WHERE refunds.status <> 'succeeded' OR excluded.attempt > refunds.attempt
)
INSERT INTO audit_log (actor, action, event_id, subject, details)
SELECT actor, 'booking.' || status, event_id, booking_id,
  jsonb_build_object('command', command_id, 'payment', payment_id, 'refunds', refunds,
    'amount', amount, 'currency', currency, 'seats', jsonb_array_length(items), 'history', history)
FROM todo`;
}

/** Whether Postgres answered and said no (class 22: data, 23: integrity), so that asking again cannot help. */
function isRefusal(error: unknown): boolean {
  const code = codeOf(error) ?? (error instanceof Error ? codeOf(error.cause) : undefined);
  return code !== undefined && /^2[23]/.test(code);
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** SQLSTATE and constraint: Drizzle's message holds the whole statement, and Postgres's detail the values. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause ? error.cause : error;
  const constraint =
    typeof cause === 'object' && cause !== null && 'constraint' in cause ? cause.constraint : null;
  const name = typeof constraint === 'string' && constraint !== '' ? ` ${constraint}` : '';
  return `${codeOf(cause) ?? 'refused'}${name}`;
}
