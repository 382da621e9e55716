import { runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import type { AccountId } from '../../durable-objects/core/ids.ts';
import { migrate } from '../../durable-objects/storage/schema.ts';
import { queueSteps, SqlQueueStore } from '../../durable-objects/storage/queue-store.ts';
import { relaySteps, SqlRelayStore } from '../../durable-objects/storage/relay-store.ts';
import { roomSteps, SqlRoomStore } from '../../durable-objects/storage/room-store.ts';
import { seatSteps, SqlSeatStore } from '../../durable-objects/storage/seat-store.ts';
import { SqlTimers, timerSteps } from '../../durable-objects/storage/timers.ts';
import { NO_TALLY } from '../../durable-objects/core/sale-tally.ts';
import { INITIAL_ADMISSION } from '../../durable-objects/core/admission.ts';
import { QUEUE_ROWS, RELAY_ROWS, ROOM_ROWS, SEAT_ROWS, TIMER_ROWS } from '../sim/bill/rows.ts';
import { entry, nothing, record } from '../unit/seats/store-conformance.ts';
import { sale } from './waiting-room-support.ts';

/** `sql`, with the rows counted that SQLite says it has written. */
function counting(sql: SqlStorage): { sql: SqlStorage; written: () => number } {
  const cursors: { rowsWritten: number }[] = [];
  const exec = (query: string, ...values: unknown[]): unknown => {
    const cursor = sql.exec(query, ...values);
    cursors.push(cursor);
    return cursor;
  };
  const proxied = new Proxy(sql, {
    get: (inner, name) => (name === 'exec' ? exec : (Reflect.get(inner, name) as unknown)),
  });
  const written = (): number =>
    cursors.splice(0).reduce((rows, { rowsWritten }) => rows + rowsWritten, 0);
  return { sql: proxied, written };
}

/** One call, and whether it changed anything: a timer that is set already is not. */
type Call = [method: string, ...args: unknown[]];

/** What each call of `store` wrote, beside what `costs` says. */
function compared(
  store: object,
  costs: object,
  calls: readonly Call[],
  written: () => number,
): { call: string; wrote: number; billed: number }[] {
  written();
  return calls.map(([method, ...args]) => {
    const member: unknown = Reflect.get(store, method);
    if (typeof member !== 'function') throw new Error(`no such call: ${method}`);
    Reflect.apply(member, store, args);
    const cost: unknown = Reflect.get(costs, method);
    const billed: unknown =
      typeof cost === 'function' ? Reflect.apply(cost, undefined, [args, true]) : cost;
    return {
      call: `${method} ${JSON.stringify(args).slice(0, 60)}`,
      wrote: written(),
      billed: Number(billed),
    };
  });
}

const link = { seq: 0, at: 1, child: 'show/leaf/0', batch: 1, first: 0, count: 2, root: 'r' };
const grant = { first: 0, link, head: 'h', path: '' };
const ana = 'ana' as AccountId;
const admission = { place: 1, accountId: ana, claimedAt: 1, until: 2, endedAt: null };
const call = { first: 0, end: 2, calledAt: 1, people: 2, open: 2, came: 0 };
const claimed = { admissionId: 'a', claimedAt: 1, until: 2 };
const seats = [0, 1].map((index) => ({ index, state: 1, orderId: 'book_show_ana', version: 1 }));
const tally = NO_TALLY;
const outbox = [entry('ana', 'file', 5), entry('ana', 'mail', 5)];
const rows = outbox.map((row, at) => ({ ...row, seq: at + 1, attempts: 0 }));
const request = {
  accountId: ana,
  requestId: 'r1',
  fingerprint: 'f',
  outcome: { ok: false },
  at: 1,
};

const QUEUE: Call[] = [
  ['saveState', { ...INITIAL_ADMISSION, tail: 0, seqCeiling: 0 }],
  ['addLink', { link, head: 'h' }],
  ['saveChunk', 0, new Uint8Array(8)],
  ['saveCall', call],
  ['saveAdmission', admission],
  ['saveAdmission', { ...admission, endedAt: 2 }],
  ['addChild', 'show/leaf/0'],
];
const ROOM: Call[] = [
  ['addBatch', { batch: 1, accounts: [ana], at: 1, grant: null }],
  ['setGrant', 1, grant],
  ['addDeparture', 1, 0],
  ['saveAdmission', { batch: 1, index: 0, admission: claimed }],
  ['setNote', 'reported', '1'],
  ['dropBatch', 1],
];
const RELAY: Call[] = [
  ['addBatch', { batch: 1, parts: [{ child: 'c', batch: 1, count: 1, root: 'r' }], grant: null }],
  ['setGrant', 1, grant],
  ['addChild', 'c'],
  ['setNote', 'feed', '{}'],
  ['dropBatch', 1],
];
const TIMERS: Call[] = [
  ['set', 'queue', 'advance', 1],
  ['set', 'queue', 'advance', 2],
  ['clear', 'queue', 'advance'],
];
const SEATS: Call[] = [
  ['commit', { ...nothing, seats, orders: [record('ana')], requests: [request] }],
  ['commit', { ...nothing, orders: [record('ana', { stage: 'paying' })] }],
  [
    'commit',
    {
      ...nothing,
      seats,
      orders: [record('ana', { stage: 'confirmed' })],
      outbox,
      tally,
      stripeEvent: { id: 'e', at: 1 },
    },
  ],
  ['outboxRetry', rows, 9],
  ['outboxDone', rows],
];

it('a bill counts the rows that SQLite says it has written, or a few more', async () => {
  await runInDurableObject(sale('row-costs'), (_, { storage }) => {
    const { sql, written } = counting(storage.sql);
    migrate(sql, [...queueSteps, ...roomSteps, ...relaySteps, ...timerSteps, ...seatSteps]);
    const all = [
      ...compared(new SqlQueueStore(sql), QUEUE_ROWS, QUEUE, written),
      ...compared(new SqlRoomStore(sql), ROOM_ROWS, ROOM, written),
      ...compared(new SqlRelayStore(sql), RELAY_ROWS, RELAY, written),
      ...compared(new SqlTimers(sql, () => undefined), TIMER_ROWS, TIMERS, written),
      ...compared(new SqlSeatStore(sql), SEAT_ROWS, SEATS, written),
    ];
    expect(all.filter(({ wrote, billed }) => wrote > billed || billed > wrote + 3)).toEqual([]);
    expect(all.filter(({ wrote }) => wrote === 0)).toEqual([]);
    const sum = (of: (one: (typeof all)[number]) => number): number =>
      all.reduce((rows, one) => rows + of(one), 0);
    expect(sum(({ wrote }) => wrote)).toBeGreaterThan(0.7 * sum(({ billed }) => billed));
  });
});
