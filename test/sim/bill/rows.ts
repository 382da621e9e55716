import type { QueueStore } from '../../../durable-objects/storage/queue-store.ts';
import type { RelayStore } from '../../../durable-objects/storage/relay-store.ts';
import type { RoomStore } from '../../../durable-objects/storage/room-store.ts';
import type { SeatStore } from '../../../durable-objects/storage/seat-store.ts';
import type { MemoryTimers } from '../../../durable-objects/storage/timers.ts';

/** Rows that SQLite writes for one call, an index entry counting as one: as Cloudflare bills them. */
export type RowCosts<Store> = {
  [Method in keyof Store]?: Store[Method] extends (...args: infer Args) => infer Answer
    ? number | ((args: Args, answer: Answer) => number)
    : never;
};

/**
 * What the SQL stores write. Reads are billed at a thousandth and are looked up by key or done once in a
 * wake: they are counted as one each. `test/workers/row-costs.test.ts` holds the figures against workerd's
 * own count.
 */
export const QUEUE_ROWS: RowCosts<QueueStore> = {
  state: 0,
  saveState: 1,
  link: 0,
  lastLink: 0,
  addLink: 2,
  chunks: 0,
  saveChunk: 1,
  saveCall: 1,
  admission: 0,
  saveAdmission: ([row]) => (row.endedAt === null ? 2 : 1),
  liveAdmissions: 0,
  children: 0,
  addChild: 1,
};

export const ROOM_ROWS: RowCosts<RoomStore> = {
  batches: 0,
  addBatch: 1,
  setGrant: 1,
  dropBatch: 1,
  departures: 0,
  addDeparture: 1,
  admissions: 0,
  saveAdmission: 1,
  note: 0,
  setNote: 1,
};

export const RELAY_ROWS: RowCosts<RelayStore> = {
  batches: 0,
  addBatch: 1,
  setGrant: 1,
  dropBatch: 1,
  children: 0,
  addChild: 1,
  note: 0,
  setNote: 1,
};

/** Changes only: what is set already is not written again. */
export const TIMER_ROWS: RowCosts<MemoryTimers> = {
  set: (_, changed) => (changed ? 3 : 0),
  clear: (_, changed) => (changed ? 1 : 0),
  due: 0,
  next: 0,
};

/** Most of what a purchase writes: each seat a row, an order one and its index up to two, an outbox entry four and four when it goes. */
export const SEAT_ROWS: RowCosts<SeatStore> = {
  load: 0,
  commit: ([{ seats, orders, outbox, requests, stripeEvent, tally }]) =>
    seats.length +
    orders.length * 3 +
    outbox.length * 5 +
    requests.length +
    (tally === null ? 0 : 1) +
    (stripeEvent === null ? 0 : 1),
  order: 0,
  ordersOf: 0,
  requests: 0,
  hasStripeEvent: 0,
  pace: 0,
  savePace: 1,
  outboxHead: 0,
  outboxDue: 0,
  outboxNext: 0,
  outboxCount: 0,
  outboxDone: ([rows]) => rows.length * 2,
  outboxRetry: ([rows]) => rows.length * 2,
};
