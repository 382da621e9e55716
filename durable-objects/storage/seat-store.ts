import type { AccountId, OrderId } from '../core/ids.ts';
import { isOpen, seatsOwned } from '../core/order-record.ts';
import type { Letter } from '../core/order-effects.ts';
import type { OrderRecord } from '../core/order-record.ts';
import type { PaymentPace } from '../core/payment-pace.ts';
import { at, renumberOrder } from '../core/plan-change.ts';
import type { Tally } from '../core/sale-tally.ts';
import type { SeatRow, SeatState } from '../core/seat-table.ts';
import type { Order } from '../protocol/seats-rpc.ts';
import { SqlRequests } from './request-store.ts';
import type { SchemaStep } from './schema.ts';
import type {
  OutboxKind,
  OutboxRow,
  RequestKey,
  RequestRow,
  SeatCommit,
  SeatsOnWake,
  SeatStore,
} from './seat-records.ts';

export type { SeatStore } from './seat-records.ts';

/**
 * Schema of `SqlSeatStore`. A lock pays for every index, so that there are few: a hold is in that of what is
 * open, by age, and in none by account before it is an order. An order's history is part of its body; that
 * of a seat, which people read, is searched through. Lists come in as one JSON parameter each (100 bound
 * parameters at most).
 */
export const seatSteps: readonly SchemaStep[] = [
  {
    id: 'seats-1',
    sql: `
      CREATE TABLE seats (idx INTEGER PRIMARY KEY, state INTEGER NOT NULL, order_id TEXT, version INTEGER NOT NULL) STRICT;
      CREATE TABLE orders (
        order_id TEXT PRIMARY KEY, account_id TEXT NOT NULL,
        open INTEGER NOT NULL, owned INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX orders_account ON orders (account_id, open, owned);
      CREATE TABLE requests (
        account_id TEXT NOT NULL, request_id TEXT NOT NULL, fingerprint TEXT NOT NULL,
        outcome TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (account_id, request_id)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE stripe_events (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, command_id TEXT NOT NULL UNIQUE,
        order_id TEXT NOT NULL, body TEXT NOT NULL, attempts INTEGER NOT NULL, due INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX outbox_due ON outbox (kind, due);
      CREATE INDEX outbox_order ON outbox (order_id);
      CREATE TABLE seat_history (
        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, order_id TEXT NOT NULL, actor TEXT NOT NULL,
        from_stage TEXT, to_stage TEXT NOT NULL, why TEXT NOT NULL, seats TEXT NOT NULL
      ) STRICT;`,
  },
  {
    id: 'seats-2',
    sql: `
      CREATE INDEX seat_history_order ON seat_history (order_id);
      UPDATE orders SET body = json_set(body, '$.steps', json((
        SELECT json_group_array(json_object('at', at, 'actor', actor, 'stage', to_stage, 'why', why, 'seats', json(seats)))
        FROM (SELECT * FROM seat_history WHERE seat_history.order_id = orders.order_id ORDER BY seq)
      )));
      DROP TABLE seat_history;`,
  },
  {
    id: 'seats-3',
    sql: `
      ALTER TABLE outbox ADD COLUMN letter TEXT;
      UPDATE outbox SET letter = '{"about":"tickets"}' WHERE kind = 'mail';
      UPDATE orders SET body = json_set(json_remove(body, '$.refund'), '$.returned', json('[]'), '$.offer', NULL,
        '$.paid', CASE WHEN body ->> '$.confirmedAt' IS NULL THEN json(body -> '$.refund.amount')
          ELSE json_object('amount', (SELECT sum(value) FROM json_each(body, '$.prices')), 'currency', body ->> '$.currency') END,
        '$.refunds', CASE WHEN body ->> '$.refund' IS NULL THEN json('[]')
          ELSE json_array(json_object(
            'refundId', 'refund_' || order_id, 'amount', json(body -> '$.refund.amount'), 'seats', json(body -> '$.seats'),
            'attempt', body -> '$.refund.attempt', 'done', json(iif(body ->> '$.stage' = 'refunded', 'true', 'false')),
            'startedAt', at, 'reason', 'refunded', 'requestId', NULL)) END);`,
  },
  {
    id: 'seats-4',
    sql: `
      CREATE TABLE tally (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT NOT NULL) STRICT;
      INSERT INTO tally SELECT 1, json_object(
        'confirmed', count(*) FILTER (WHERE stage = 'confirmed'), 'offered', count(*) FILTER (WHERE stage = 'offered'),
        'refunding', count(*) FILTER (WHERE stage = 'refunding'), 'refunded', count(*) FILTER (WHERE stage = 'refunded'),
        'seats', coalesce(sum(owned) FILTER (WHERE stage = 'confirmed'), 0),
        'captured', coalesce(sum(body ->> '$.paid.amount'), 0),
        'returned', coalesce(sum((
          SELECT sum(value ->> '$.amount.amount') FROM json_each(body, '$.refunds') WHERE value ->> '$.done'
        )), 0))
      FROM (SELECT body ->> '$.stage' AS stage, owned, body FROM orders);`,
  },
  {
    id: 'seats-5',
    sql: 'CREATE TABLE payment_pace (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT NOT NULL) STRICT;',
  },
  {
    // Rows in the order in which they are written, and indexes that a lock hardly moves: each page that it
    // touches is written (`npm run bench -- lock`).
    id: 'seats-6',
    sql: `
      ALTER TABLE orders ADD COLUMN ordered INTEGER NOT NULL DEFAULT 0;
      UPDATE orders SET ordered = body ->> '$.ordered';
      DROP INDEX orders_account;
      CREATE INDEX orders_account ON orders (account_id, open, owned) WHERE ordered = 1;
      CREATE INDEX orders_open ON orders (at) WHERE open = 1;
      ALTER TABLE requests RENAME TO requests_before;
      CREATE TABLE requests (
        seq INTEGER PRIMARY KEY, account_id TEXT NOT NULL, request_id TEXT NOT NULL, fingerprint TEXT NOT NULL,
        outcome TEXT NOT NULL, at INTEGER NOT NULL
      ) STRICT;
      INSERT INTO requests (account_id, request_id, fingerprint, outcome, at)
        SELECT account_id, request_id, fingerprint, outcome, at FROM requests_before ORDER BY at;
      DROP TABLE requests_before;`,
  },
];

type OutboxSqlRow = {
  seq: number;
  kind: OutboxKind;
  letter: string | null;
  command_id: string;
  order_id: OrderId;
  body: string;
  attempts: number;
  due: number;
};

/** Rows written at a time: a parameter has 2 MB at most (platform.md, "Hard limits"). */
const RENUMBERED_AT_ONCE = 250;

/** Seats and orders in the object's SQLite. */
export class SqlSeatStore implements SeatStore {
  readonly #sql: SqlStorage;
  readonly #requests: SqlRequests;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#requests = new SqlRequests(sql);
  }

  load(): SeatsOnWake {
    const openOrders = this.#orders('SELECT body FROM orders WHERE open = 1 ORDER BY at, order_id');
    const closed = this.#sql.exec<{ account_id: AccountId; seats: number }>(
      `SELECT account_id, sum(owned) AS seats FROM orders
       WHERE ordered = 1 AND open = 0 AND owned > 0 GROUP BY account_id`,
    );
    const owned = new Map(closed.toArray().map((row) => [row.account_id, row.seats]));
    for (const order of openOrders) {
      const seats = seatsOwned(order);
      if (seats > 0) owned.set(order.accountId, (owned.get(order.accountId) ?? 0) + seats);
    }
    const tally = this.#sql.exec<{ body: string }>('SELECT body FROM tally');
    return {
      seats: this.#seatRows(),
      openOrders,
      owned,
      tally: JSON.parse(tally.one().body) as Tally,
    };
  }

  commit(commit: SeatCommit): void {
    if (commit.stripeEvent !== null) {
      const { id, at } = commit.stripeEvent;
      this.#sql.exec('INSERT INTO stripe_events (id, at) VALUES (?, ?)', id, at);
    }
    this.#requests.add(commit.requests);
    if (commit.seats.length > 0) this.#writeSeats(commit.seats);
    if (commit.orders.length > 0) this.#writeOrders(commit.orders);
    for (const entry of commit.outbox) {
      const { kind, letter, commandId, orderId, order, due } = entry;
      this.#run(
        'INSERT INTO outbox (kind, letter, command_id, order_id, body, attempts, due) VALUES (?, ?, ?, ?, ?, 0, ?)',
        [kind, letter && JSON.stringify(letter), commandId, orderId, JSON.stringify(order), due],
      );
    }
    if (commit.tally !== null)
      this.#run('UPDATE tally SET body = ?', [JSON.stringify(commit.tally)]);
  }

  order(orderId: OrderId): OrderRecord | null {
    return this.#orders('SELECT body FROM orders WHERE order_id = ?', orderId)[0] ?? null;
  }

  ordersOf(accountId: AccountId): OrderRecord[] {
    return this.#orders(
      'SELECT body FROM orders WHERE account_id = ? AND ordered = 1 ORDER BY at, order_id',
      accountId,
    );
  }

  requests(calls: readonly RequestKey[]): RequestRow[] {
    return this.#requests.find(calls);
  }

  forgetRequests(before: number): void {
    this.#requests.forget(before);
  }

  hasStripeEvent(id: string): boolean {
    return this.#sql.exec('SELECT 1 FROM stripe_events WHERE id = ?', id).toArray().length > 0;
  }

  pace(): PaymentPace | null {
    const [row] = this.#sql.exec<{ body: string }>('SELECT body FROM payment_pace').toArray();
    return row === undefined ? null : (JSON.parse(row.body) as PaymentPace);
  }

  savePace(pace: PaymentPace): void {
    this.#run('INSERT OR REPLACE INTO payment_pace VALUES (1, ?)', [JSON.stringify(pace)]);
  }

  outboxHead(kind: OutboxKind, limit: number): OutboxRow[] {
    return this.#outbox('WHERE kind = ? ORDER BY seq LIMIT ?', kind, limit);
  }

  outboxDue(kind: OutboxKind, now: number, limit: number): OutboxRow[] {
    return this.#outbox('WHERE kind = ? AND due <= ? ORDER BY due, seq LIMIT ?', kind, now, limit);
  }

  outboxNext(kind: OutboxKind): number | null {
    return this.#sql
      .exec<{ due: number | null }>('SELECT min(due) AS due FROM outbox WHERE kind = ?', kind)
      .one().due;
  }

  outboxCount(kind: OutboxKind): number {
    return this.#sql
      .exec<{ count: number }>('SELECT count(*) AS count FROM outbox WHERE kind = ?', kind)
      .one().count;
  }

  outboxDone(rows: readonly OutboxRow[]): void {
    const seqs = JSON.stringify(rows.map((row) => row.seq));
    this.#sql.exec('DELETE FROM outbox WHERE seq IN (SELECT value FROM json_each(?))', seqs);
    const orders = rows.filter((row) => row.kind !== 'mail').map((row) => row.orderId);
    if (orders.length === 0) return;
    this.#sql.exec(
      `UPDATE orders SET body = json_set(body, '$.filed', json('true'))
       WHERE order_id IN (SELECT value FROM json_each(?))
         AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.order_id = orders.order_id AND kind <> 'mail')`,
      JSON.stringify(orders),
    );
  }

  outboxRetry(rows: readonly OutboxRow[], due: number): void {
    this.#sql.exec(
      'UPDATE outbox SET attempts = attempts + 1, due = ? WHERE seq IN (SELECT value FROM json_each(?))',
      due,
      JSON.stringify(rows.map((row) => row.seq)),
    );
  }

  outboxAside(rows: readonly OutboxRow[], due: number): void {
    this.#sql.exec(
      `UPDATE outbox SET kind = 'aside', attempts = attempts + 1, due = ?
       WHERE seq IN (SELECT value FROM json_each(?))`,
      due,
      JSON.stringify(rows.map((row) => row.seq)),
    );
  }

  renumber(map: Int32Array): void {
    const rows = [...this.#seatRows()].map((row) => ({ ...row, index: at(map, row.index) }));
    this.#sql.exec('DELETE FROM seats');
    while (rows.length > 0) this.#writeSeats(rows.splice(-RENUMBERED_AT_ONCE));
    let last = '';
    for (;;) {
      const orders = this.#orders(
        'SELECT body FROM orders WHERE order_id > ? ORDER BY order_id LIMIT ?',
        last,
        RENUMBERED_AT_ONCE,
      );
      const end = orders.at(-1);
      if (end === undefined) return;
      this.#writeOrders(orders.map((order) => renumberOrder(order, map)));
      last = end.orderId;
    }
  }

  ordersOfSeat(index: number): OrderRecord[] {
    return this.#orders(
      `SELECT body FROM orders WHERE EXISTS (
         SELECT 1 FROM json_each(body, '$.steps') AS step, json_each(step.value, '$.seats') AS seat
         WHERE seat.value = ?
       ) ORDER BY at, order_id`,
      index,
    );
  }

  *#seatRows(): Iterable<SeatRow> {
    const rows = this.#sql.exec<{
      idx: number;
      state: number;
      order_id: string | null;
      version: number;
    }>('SELECT idx, state, order_id, version FROM seats');
    for (const row of rows) {
      const state = row.state as SeatState;
      yield { index: row.idx, state, orderId: row.order_id, version: row.version };
    }
  }

  #orders(query: string, ...values: (string | number)[]): OrderRecord[] {
    const rows = this.#sql.exec<{ body: string }>(query, ...values).toArray();
    return rows.map((row) => JSON.parse(row.body) as OrderRecord);
  }

  #outbox(where: string, ...values: (string | number)[]): OutboxRow[] {
    const rows = this.#sql.exec<OutboxSqlRow>(`SELECT * FROM outbox ${where}`, ...values);
    return rows.toArray().map(({ command_id, order_id, letter, body, ...row }) => ({
      ...row,
      letter: letter === null ? null : (JSON.parse(letter) as Letter),
      order: JSON.parse(body) as Order,
      commandId: command_id,
      orderId: order_id,
    }));
  }

  #writeSeats(seats: readonly SeatRow[]): void {
    this.#sql.exec(
      `INSERT INTO seats (idx, state, order_id, version)
       SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) WHERE true
       ON CONFLICT (idx) DO UPDATE SET state = excluded.state, order_id = excluded.order_id, version = excluded.version`,
      JSON.stringify(seats.map((row) => [row.index, row.state, row.orderId, row.version])),
    );
  }

  /** A statement a row: as one JSON text, an order's body would be written and read three times over. */
  #writeOrders(orders: readonly OrderRecord[]): void {
    for (const order of orders) {
      const { orderId, accountId, createdAt } = order;
      const open = isOpen(order) ? 1 : 0;
      const ordered = order.ordered ? 1 : 0;
      this.#run(
        `INSERT INTO orders (order_id, account_id, open, owned, ordered, at, body) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (order_id) DO UPDATE SET
           open = excluded.open, owned = excluded.owned, ordered = excluded.ordered, body = excluded.body`,
        [orderId, accountId, open, seatsOwned(order), ordered, createdAt, JSON.stringify(order)],
      );
    }
  }

  #run(statement: string, values: readonly SqlStorageValue[]): void {
    this.#sql.exec(statement, ...values);
  }
}
