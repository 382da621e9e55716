import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it, vi } from 'vitest';
import type { EventId, RequestId, SeatId } from '../../durable-objects/core/ids.ts';
import { concertPlan } from '../../durable-objects/core/plan-samples.ts';
import { expandPlan } from '../../durable-objects/core/plan-geometry.ts';
import { unpackSeats } from '../../durable-objects/core/seat-status.ts';
import { migrate } from '../../durable-objects/storage/schema.ts';
import { SqlRequests } from '../../durable-objects/storage/request-store.ts';
import { seatSteps, SqlSeatStore } from '../../durable-objects/storage/seat-store.ts';
import type { SeatStore } from '../../durable-objects/storage/seat-store.ts';
import { saleOf } from '../../durable-objects/stubs.ts';
import { HandSale, MINUTE } from '../unit/seats/sale-kit.ts';
import { nothing, record, storeConformance } from '../unit/seats/store-conformance.ts';
import { bindings, fan, putOnSale, room, sale } from './waiting-room-support.ts';

let names = 0;
function fresh(kind: string): string {
  names += 1;
  return `${kind}-${names}`;
}

async function withSqlStore(body: (store: SeatStore, sql: SqlStorage) => unknown): Promise<void> {
  await runInDurableObject(sale(fresh('seats')), async (_, { storage }) => {
    migrate(storage.sql, seatSteps);
    await body(new SqlSeatStore(storage.sql), storage.sql);
  });
}

describe('seats and orders in SQLite', () => {
  storeConformance(withSqlStore);

  it('finds what was recorded before it woke', async () => {
    await withSqlStore((store, sql) => {
      const accountId = record('a').accountId;
      const outcome = { ok: false, code: 'hold_exists' } as const;
      const row = { accountId, requestId: 'r1', fingerprint: 'f', outcome, at: 50 };
      store.commit({ ...nothing, requests: [row, { ...row, requestId: 'r2' }] });
      const woken = new SqlSeatStore(sql);
      expect(woken.requests([row])).toEqual([row]);
      expect(() => woken.commit({ ...nothing, requests: [row] })).toThrow(/twice/);
      woken.commit({ ...nothing, requests: [{ ...row, requestId: 'r3' }] });
      expect(woken.requests([{ accountId, requestId: 'r3' }])).toHaveLength(1);
    });
  });

  it('tells requests apart whose names share a hash', async () => {
    await withSqlStore((_, sql) => {
      const outcome = { ok: false, code: 'hold_exists' } as const;
      const row = { accountId: record('a').accountId, fingerprint: 'f', outcome, at: 50 };
      const rows = ['a', 'b', 'c'].map((requestId, at) => ({ ...row, requestId, at }));
      const [first, second, third] = rows;
      if (!first || !second || !third) throw new Error('three rows');
      const requests = new SqlRequests(sql, () => 7);
      requests.add([first, second]);
      expect(requests.find([third, second, first])).toEqual([second, first]);
      requests.add([third]);
      requests.forget(1);
      expect(requests.find(rows)).toEqual([second, third]);
      expect(() => requests.add([third])).toThrow(/twice/);
    });
  });

  it('takes over orders and requests of an object whose indexes were others', async () => {
    await runInDurableObject(sale(fresh('seats')), (_, { storage: { sql } }) => {
      for (const table of ['orders', 'requests']) sql.exec(`DROP TABLE ${table}`);
      const [first] = seatSteps;
      const tables = /CREATE TABLE (orders|requests)[^;]*;|CREATE INDEX orders_account[^;]*;/g;
      for (const [statement] of (first?.sql ?? '').matchAll(tables)) sql.exec(statement);
      sql.exec("DELETE FROM schema_steps WHERE id = 'seats-6'");
      const orders = [
        record('sold', { stage: 'confirmed', filed: true }),
        record('hold', { stage: 'hold', ordered: false, createdAt: 2_000 }),
      ];
      for (const [at, order] of orders.entries())
        sql.exec(
          'INSERT INTO orders VALUES (?, ?, ?, 2, ?, ?)',
          order.orderId,
          order.accountId,
          at,
          order.createdAt,
          JSON.stringify(order),
        );
      const outcome = { ok: false, code: 'hold_exists' } as const;
      const row = { accountId: record('a').accountId, requestId: 'r', fingerprint: 'f', at: 5 };
      sql.exec(
        'INSERT INTO requests VALUES (?, ?, ?, ?, ?)',
        row.accountId,
        row.requestId,
        row.fingerprint,
        JSON.stringify(outcome),
        row.at,
      );
      migrate(sql, seatSteps);
      const store = new SqlSeatStore(sql);
      const { openOrders, owned } = store.load();
      expect([openOrders, Object.fromEntries(owned)]).toEqual([[orders[1]], { ana: 4 }]);
      expect(store.ordersOf(row.accountId)).toEqual([orders[0]]);
      expect(store.requests([row])).toEqual([{ ...row, outcome }]);
    });
  });

  it('takes over the history of an object that kept it in a table of its own', async () => {
    await runInDurableObject(sale(fresh('seats')), (_, { storage: { sql } }) => {
      const [first] = seatSteps;
      for (const table of ['seats', 'orders', 'requests', 'stripe_events', 'outbox'])
        sql.exec(`DROP TABLE ${table}`);
      sql.exec(first?.sql ?? '');
      sql.exec("DELETE FROM schema_steps WHERE id = 'seats-2'");
      const { steps: _none, ...old } = record('old', { stage: 'expired' });
      sql.exec(
        'INSERT INTO orders VALUES (?, ?, 0, 0, ?, ?)',
        old.orderId,
        old.accountId,
        old.createdAt,
        JSON.stringify(old),
      );
      const insert =
        'INSERT INTO seat_history (at, order_id, actor, from_stage, to_stage, why, seats) VALUES (?, ?, ?, ?, ?, ?, ?)';
      sql.exec(insert, 7, old.orderId, 'buyer', null, 'hold', 'seats locked', '[0,1]');
      sql.exec(insert, 9, old.orderId, 'timer', 'hold', 'expired', 'the hold ended', '[0,1]');
      migrate(sql, seatSteps);
      expect(new SqlSeatStore(sql).ordersOfSeat(1).map((order) => order.steps)).toEqual([
        [
          { at: 7, actor: 'buyer', stage: 'hold', why: 'seats locked', seats: [0, 1] },
          { at: 9, actor: 'timer', stage: 'expired', why: 'the hold ended', seats: [0, 1] },
        ],
      ]);
    });
  });
});

describe('the order desk over SQLite', () => {
  it('sells two seats from lock to tickets, with a crash after every step', async () => {
    await withSqlStore(async (store) => {
      const desk = new HandSale({ store });
      const order = desk.order('ana', ['G-A-1', 'G-A-2']);
      desk.crash();
      const request = { accountId: order.accountId, orderId: order.orderId };
      expect(await desk.desk.startPayment(request)).toMatchObject({ ok: true });
      desk.crash();
      desk.payments.pay(order.orderId);
      expect(await desk.desk.settle({ ...request, stripeEventId: 'evt' })).toMatchObject({
        result: 'confirmed',
      });
      desk.crash();
      await desk.settleDown();
      expect(desk.see(order)).toMatchObject({ status: 'confirmed', filed: true });
      expect(desk.see(order).tickets).toHaveLength(2);
      expect(desk.desk.seatsLeft()).toBe(198);
      expect(desk.filedOnce.size).toBe(1);
      const [had] = store.ordersOfSeat(0);
      expect(had?.steps.map((step) => step.stage)).toEqual([
        'hold',
        'held',
        'paying',
        'paying',
        'paid',
        'confirmed',
      ]);
    });
  });

  it('gives a declined buyer until the deadline, offers late money other seats and refunds it, and forgets nothing', async () => {
    await withSqlStore(async (store) => {
      const desk = new HandSale({ store });
      const order = await desk.paying('ana', ['G-A-1']);
      desk.payments.decline(order.orderId);
      await desk.pass(16 * MINUTE);
      expect(desk.see(order).status).toBe('expired');
      desk.order('bob', ['G-A-1']);
      desk.payments.intentOf(order.orderId).state = {
        state: 'succeeded',
        amountReceived: order.total,
      };
      await desk.desk.settle({ orderId: order.orderId, stripeEventId: 'late' });
      desk.crash();
      await desk.pass(MINUTE);
      expect(desk.see(order)).toMatchObject({
        status: 'offered',
        offer: { items: [{ seatId: 'G-A-2' }] },
        filed: true,
      });
      await desk.pass(5 * MINUTE);
      expect(desk.see(order)).toMatchObject({ status: 'refunded', filed: true });
      const { orderId } = order;
      const id = `refund_${orderId}`;
      const letters = ['offer', `refund_started:${id}`, `refund_done:${id}`];
      expect(desk.mailed).toEqual(letters.map((letter) => `${orderId}:${letter}`));
      expect(desk.payments.refunds.size).toBe(1);
    });
  });

  it('wakes and sells at a speed that is printed', async () => {
    await withSqlStore(async (store) => {
      const { plan } = concertPlan();
      const desk = new HandSale({
        store,
        plan: { ...plan, sections: plan.sections.map((s) => ({ ...s, categoryId: 'gold' })) },
      });
      const seats = expandPlan(plan);
      const since = performance.now();
      let sold = 0;
      for (let index = 0; index + 1 < seats.length; index += 2) {
        const name = `fan-${index}`;
        desk.admit(name);
        const pair = [seats[index], seats[index + 1]].map((seat) => seat?.id ?? '');
        if (desk.lock(name, pair).ok) sold += 2;
      }
      const locked = performance.now();
      desk.crash();
      const woken = performance.now();
      expect(sold).toBe(seats.length);
      expect(desk.desk.seatsLeft()).toBe(0);
      console.log(
        `order desk over SQLite: ${sold} seats locked in ${Math.round(locked - since)} ms, woken in ${Math.round(woken - locked)} ms`,
      );
    });
  });
});

describe('the object of an event', () => {
  /** Joins, and comes in once called: batches are called at the pace of the queue. */
  async function admitted(eventId: string, n: number): Promise<string> {
    const accountId = fan(n);
    await room(eventId).joinAll({ accountIds: [accountId] });
    return vi.waitFor(
      async () => {
        await runDurableObjectAlarm(sale(eventId));
        const outcome = await room(eventId).position({ accountId, claim: true });
        if (!outcome.ok || outcome.position.admission === null) throw new Error('not admitted');
        return outcome.position.admission.admissionId;
      },
      { timeout: 10_000, interval: 200 },
    );
  }

  it('F20: lets one of many callers have the seats, and keeps its word over a crash', async () => {
    const eventId = fresh('race');
    await putOnSale(eventId);
    const admissions = await Promise.all(
      Array.from({ length: 8 }, (_, index) => admitted(eventId, index + 1)),
    );
    const seatIds = ['SC-A-1', 'SC-A-2'] as SeatId[];
    const lock = async (index: number) => {
      const request = {
        accountId: fan(index + 1),
        admissionId: admissions[index] ?? '',
        seatIds,
        requestId: `request-${index}` as RequestId,
      };
      const [outcome] = await saleOf(bindings, eventId as EventId).lockAll({ requests: [request] });
      if (outcome === undefined) throw new Error('no answer to a lock');
      return outcome;
    };
    const outcomes = await Promise.all(admissions.map((_, index) => lock(index)));
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
    const lost = outcomes.filter((outcome) => !outcome.ok);
    expect(lost).toEqual(
      lost.map(() => expect.objectContaining({ code: 'seats_unavailable', seatIds })),
    );

    await abortAllDurableObjects();
    expect(await Promise.all(admissions.map((_, index) => lock(index)))).toEqual(outcomes);
    const snapshot = await saleOf(bindings, eventId as EventId).seats();
    const codes = unpackSeats(snapshot?.packed ?? new Uint8Array(), 453);
    expect(codes.filter((code) => code === 1)).toHaveLength(2);

    const winner = outcomes.findIndex((outcome) => outcome.ok);
    const won = outcomes[winner];
    if (won?.ok !== true) throw new Error('nobody won');
    const created = await saleOf(bindings, eventId as EventId).createOrder({
      accountId: fan(winner + 1),
      holdId: won.hold.holdId,
    });
    expect(created).toMatchObject({ ok: true, order: { status: 'held', total: won.hold.total } });
  });
});
