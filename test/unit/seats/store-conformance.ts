import { expect, test } from 'vitest';
import type { AccountId, HoldId, OrderId } from '../../../durable-objects/core/ids.ts';
import type { OrderRecord, RefundRecord } from '../../../durable-objects/core/order-record.ts';
import { expandPlan } from '../../../durable-objects/core/plan-geometry.ts';
import { NO_TALLY } from '../../../durable-objects/core/sale-tally.ts';
import { SEAT } from '../../../durable-objects/core/seat-table.ts';
import { viewOrder } from '../../../durable-objects/event-sale/order-view.ts';
import { smallPlan } from './sale-kit.ts';
import type { SeatCommit, SeatStore } from '../../../durable-objects/storage/seat-records.ts';

/** Runs `body` with a store that holds nothing, wherever such a store lives. */
export type WithStore = (body: (store: SeatStore) => void) => Promise<void>;

/** A commit that changes nothing. */
export const nothing: SeatCommit = {
  seats: [],
  orders: [],
  outbox: [],
  requests: [],
  stripeEvent: null,
  tally: null,
};

/** An order record with defaults; its id is `book_show_NAME`. */
export function record(name: string, changes: Partial<OrderRecord> = {}): OrderRecord {
  return {
    orderId: `book_show_${name}` as OrderId,
    holdId: `hold_show_${name}` as HoldId,
    accountId: 'ana' as AccountId,
    admissionId: 'adm',
    stage: 'held',
    ordered: true,
    seats: [0, 1],
    prices: [100, 200],
    currency: 'INR',
    createdAt: 1_000,
    expiresAt: 2_000,
    paymentIntentId: null,
    paymentProblem: null,
    confirmedAt: null,
    paid: null,
    offer: null,
    returned: [],
    refunds: [],
    filed: false,
    steps: [],
    ...changes,
  };
}

/** An outbox entry of `record(name)`. */
export function entry(name: string, kind: 'file' | 'mail', due: number) {
  const orderId = `book_show_${name}` as OrderId;
  const order = viewOrder(record(name), expandPlan(smallPlan));
  const letter = kind === 'mail' ? ({ about: 'tickets' } as const) : null;
  return { kind, letter, commandId: `${name}:${kind}`, orderId, order, due };
}

const refund: RefundRecord = {
  refundId: 'refund_book_show_back',
  amount: { amount: 100, currency: 'INR' },
  seats: [0],
  attempt: 1,
  done: false,
  startedAt: 2_000,
  reason: 'moved',
  requestId: 'r',
};

/** What every `SeatStore` must do, wherever it keeps its rows. */
export function storeConformance(withStore: WithStore): void {
  test('an empty store knows nothing', async () => {
    await withStore((store) => {
      const woken = store.load();
      expect([[...woken.seats], woken.openOrders, [...woken.owned]]).toEqual([[], [], []]);
      expect(store.order('book_show_x' as OrderId)).toBe(null);
      expect(store.ordersOf('ana' as AccountId)).toEqual([]);
      expect(store.requests([{ accountId: 'ana' as AccountId, requestId: 'r' }])).toEqual([]);
      expect(store.hasStripeEvent('evt')).toBe(false);
      expect(store.pace()).toBe(null);
      expect(store.outboxNext('file')).toBe(null);
      expect(store.outboxCount('file')).toBe(0);
    });
  });

  test('orders and seats come back as they were last written', async () => {
    await withStore((store) => {
      const first = record('a1');
      const row = { index: 7, state: SEAT.held, orderId: first.orderId, version: 1 };
      const other = { index: 8, state: SEAT.blocked, orderId: null, version: 1 };
      store.commit({ ...nothing, orders: [first], seats: [row, other] });
      const paid = {
        ...first,
        stage: 'confirmed' as const,
        paymentProblem: { code: 'c', message: 'm' },
      };
      const sold = { ...row, state: SEAT.sold, version: 2 };
      store.commit({ ...nothing, orders: [paid], seats: [sold] });
      expect(store.order(first.orderId)).toEqual(paid);
      expect([...store.load().seats].sort((a, b) => a.index - b.index)).toEqual([sold, other]);
    });
  });

  test('the tally is what it was set to last, and nothing at first', async () => {
    await withStore((store) => {
      expect(store.load().tally).toEqual(NO_TALLY);
      store.commit({ ...nothing, tally: { ...NO_TALLY, confirmed: 1, captured: 5 } });
      store.commit({ ...nothing, tally: { ...NO_TALLY, confirmed: 2, captured: 9 } });
      store.commit(nothing);
      expect(store.load().tally).toEqual({ ...NO_TALLY, confirmed: 2, captured: 9 });
    });
  });

  test('waking finds open orders, oldest first, and what each account owns', async () => {
    await withStore((store) => {
      const bob = { accountId: 'bob' as AccountId };
      store.commit({
        ...nothing,
        orders: [
          record('late', { createdAt: 3_000, ...bob }),
          record('early', { createdAt: 1_000 }),
          record('sold', { stage: 'confirmed', seats: [2, 3, 4] }),
          record('over', { stage: 'expired', ...bob }),
          record('back', { stage: 'confirmed', createdAt: 2_000, seats: [], refunds: [refund] }),
        ],
      });
      const { openOrders, owned } = store.load();
      expect(openOrders.map((order) => order.orderId.slice(10))).toEqual(['early', 'back', 'late']);
      expect(Object.fromEntries(owned)).toEqual({ ana: 5, bob: 2 });
      const names = store.ordersOf('bob' as AccountId).map((order) => order.orderId.slice(10));
      expect(names).toEqual(['over', 'late']);
    });
  });

  test('a request is kept by account, once, until it is forgotten', async () => {
    await withStore((store) => {
      const accountId = 'ana' as AccountId;
      const taken = { ok: false, code: 'hold_exists' } as const;
      const row = { accountId, requestId: 'r1', fingerprint: 'f', outcome: taken, at: 50 };
      const other = { ...row, requestId: '2', at: 60 };
      store.commit({ ...nothing, requests: [row, other] });
      expect(store.requests([row, { accountId: 'bob' as AccountId, requestId: 'r1' }])).toEqual([
        row,
      ]);
      expect(store.requests([other, row])).toEqual([other, row]);
      expect(() => store.commit({ ...nothing, requests: [row] })).toThrow(/twice/);
      const next = { ...row, requestId: '3' };
      expect(() => store.commit({ ...nothing, requests: [next, next] })).toThrow(/twice/);
      expect(store.requests([next])).toEqual([]);
      store.forgetRequests(50);
      expect(store.requests([row])).toEqual([row]);
      store.forgetRequests(51);
      expect(store.requests([row])).toEqual([]);
    });
  });

  test('of very many requests each is found and no other, also after the oldest are forgotten', async () => {
    await withStore((store) => {
      const outcome = { ok: false, code: 'hold_exists' } as const;
      const rows = Array.from({ length: 3_000 }, (_, at) => ({
        accountId: `fan-${at % 7}` as AccountId,
        requestId: `r${at}`,
        fingerprint: String(at),
        outcome,
        at,
      }));
      store.commit({ ...nothing, requests: rows });
      store.forgetRequests(1_000);
      expect(store.requests(rows)).toEqual(rows.slice(1_000));
      store.commit({ ...nothing, requests: rows.slice(0, 1_000) });
      expect(store.requests(rows)).toEqual(rows);
    });
  });

  test('a Stripe event has its effect once', async () => {
    await withStore((store) => {
      store.commit({ ...nothing, stripeEvent: { id: 'evt', at: 1 } });
      expect(store.hasStripeEvent('evt')).toBe(true);
      expect(() => store.commit({ ...nothing, stripeEvent: { id: 'evt', at: 2 } })).toThrow(
        /twice|UNIQUE/,
      );
    });
  });

  test('the pace of payments is the one saved last', async () => {
    await withStore((store) => {
      store.savePace({ share: 0.5, cutAt: 1, lastRefusalAt: 2 });
      store.savePace({ share: 0.25, cutAt: 9, lastRefusalAt: 9.5 });
      expect(store.pace()).toEqual({ share: 0.25, cutAt: 9, lastRefusalAt: 9.5 });
    });
  });

  test('the outbox keeps the order of writing, and takes a command once', async () => {
    await withStore((store) => {
      store.commit({ ...nothing, outbox: [entry('a', 'file', 10), entry('a', 'mail', 10)] });
      store.commit({ ...nothing, outbox: [entry('b', 'file', 5), entry('b', 'mail', 5)] });
      expect(store.outboxHead('file', 10).map((row) => row.commandId)).toEqual([
        'a:file',
        'b:file',
      ]);
      expect(store.outboxHead('file', 1)).toMatchObject([
        {
          kind: 'file',
          commandId: 'a:file',
          orderId: 'book_show_a',
          order: viewOrder(record('a'), expandPlan(smallPlan)),
          attempts: 0,
          due: 10,
        },
      ]);
      expect(store.outboxDue('mail', 10, 10).map((row) => row.commandId)).toEqual([
        'b:mail',
        'a:mail',
      ]);
      expect(store.outboxDue('mail', 9, 10).map((row) => row.commandId)).toEqual(['b:mail']);
      expect(store.outboxNext('mail')).toBe(5);
      expect(store.outboxCount('file')).toBe(2);
      expect(() => store.commit({ ...nothing, outbox: [entry('a', 'file', 1)] })).toThrow(
        /twice|UNIQUE/,
      );
    });
  });

  test('an entry that failed waits, and what was filed is told to its order', async () => {
    await withStore((store) => {
      store.commit({
        ...nothing,
        orders: [record('a', { stage: 'confirmed' }), record('b', { stage: 'confirmed' })],
        outbox: [
          entry('a', 'file', 1),
          entry('b', 'file', 1),
          { ...entry('b', 'file', 1), commandId: 'b2' },
        ],
      });
      const [a, b] = store.outboxHead('file', 2);
      if (a === undefined || b === undefined) throw new Error('two entries expected');
      store.outboxRetry([a], 99);
      expect(store.outboxHead('file', 1)).toMatchObject([{ seq: a.seq, attempts: 1, due: 99 }]);
      store.outboxDone([a, b]);
      expect(store.order(a.orderId)?.filed).toBe(true);
      expect(store.order(b.orderId)?.filed).toBe(false);
      store.outboxDone(store.outboxHead('file', 10));
      expect(store.order(b.orderId)?.filed).toBe(true);
      expect(store.outboxCount('file')).toBe(0);
    });
  });

  test('a refused entry stands aside, and its order is filed only when it is gone', async () => {
    await withStore((store) => {
      const order = record('a', { stage: 'confirmed' });
      store.commit({ ...nothing, orders: [order], outbox: [entry('a', 'file', 1)] });
      store.outboxAside(store.outboxHead('file', 10), 70);
      expect(store.outboxCount('file')).toBe(0);
      expect(store.outboxNext('aside')).toBe(70);
      const aside = store.outboxHead('aside', 10_000);
      expect(aside).toMatchObject([{ orderId: order.orderId, attempts: 1 }]);
      expect(store.order(order.orderId)?.filed).toBe(false);
      store.outboxDone(aside);
      expect(store.order(order.orderId)?.filed).toBe(true);
    });
  });

  test('a mail that was sent does not make its order filed', async () => {
    await withStore((store) => {
      const order = record('a', { stage: 'confirmed' });
      store.commit({ ...nothing, orders: [order], outbox: [entry('a', 'mail', 1)] });
      store.outboxDone(store.outboxHead('mail', 1));
      expect(store.order(order.orderId)?.filed).toBe(false);
      expect(store.outboxNext('mail')).toBe(null);
    });
  });

  test('who had a seat is found by it, oldest first, and with what became of them', async () => {
    await withStore((store) => {
      const first = { at: 1, actor: 'buyer', stage: 'hold', why: 'w', seats: [0, 1] } as const;
      const moved = { ...first, at: 2, seats: [1, 2] };
      const gone = { at: 3, actor: 'timer', stage: 'expired', why: 'over' } as const;
      const a = record('a', { stage: 'expired', steps: [first, moved, gone], seats: [1, 2] });
      const b = record('b', { createdAt: 5_000, steps: [{ ...first, at: 4, seats: [0] }] });
      store.commit({ ...nothing, orders: [b, a] });
      expect(store.ordersOfSeat(0)).toEqual([a, b]);
      expect(store.ordersOfSeat(2)).toEqual([a]);
      expect(store.ordersOfSeat(3)).toEqual([]);
    });
  });

  test('lists far beyond a hundred rows go in at once', async () => {
    await withStore((store) => {
      const seats = Array.from({ length: 1_000 }, (_, index) => ({
        index,
        state: SEAT.sold,
        orderId: 'book_show_a' as OrderId,
        version: 1,
      }));
      store.commit({ ...nothing, seats });
      expect([...store.load().seats]).toHaveLength(1_000);
    });
  });

  test('seats that get other numbers take their orders along, past and open', async () => {
    await withStore((store) => {
      const steps = [{ at: 1, actor: 'buyer', stage: 'hold', why: 'w', seats: [0, 1] }] as const;
      const refund = {
        refundId: 'r',
        amount: { amount: 200, currency: 'INR' },
        seats: [1],
        attempt: 1,
        done: false,
        startedAt: 1,
        reason: 'w',
        requestId: null,
      };
      const open = record('a1', { seats: [0, 1], returned: [1], refunds: [refund], steps });
      const over = record('a2', { seats: [2], stage: 'expired' });
      const rows = open.seats.map((index) => {
        return { index, state: SEAT.held, orderId: open.orderId, version: 3 };
      });
      store.commit({ ...nothing, orders: [open, over], seats: rows });
      store.renumber(Int32Array.of(2, 0, 1));
      const [moved] = store.load().openOrders;
      expect(moved).toEqual({
        ...open,
        seats: [2, 0],
        returned: [0],
        refunds: [{ ...refund, seats: [0] }],
        steps: [{ ...steps[0], seats: [2, 0] }],
      });
      expect(store.order(over.orderId)?.seats).toEqual([1]);
      expect([...store.load().seats].map((row) => row.index).toSorted((a, b) => a - b)).toEqual([
        0, 2,
      ]);
      expect(() => store.renumber(new Int32Array())).toThrow('not in the plan');
    });
  });
}
