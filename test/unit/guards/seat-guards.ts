import { vi } from 'vitest';
import type * as LockRules from '../../../durable-objects/core/lock-rules.ts';
import type * as PlanChange from '../../../durable-objects/core/plan-change.ts';
import { freeSeats, must, patch } from './harness.ts';
import type { Guard } from './harness.ts';

const store = () => import('../../../durable-objects/storage/memory-seat-store.ts');

/** Guards of holds, storage and filing. */
export const seatGuards: readonly Guard[] = [
  {
    name: 'F10 the plan is edited while seats are sold',
    guard: 'the look whether seats that are somebody’s are in the new plan',
    off: () =>
      patch<typeof PlanChange>('durable-objects/core/plan-change.ts', ({ judgePlan }) => ({
        judgePlan: (current, draft) => judgePlan(current, draft, []),
      })),
    async play({ HandSale, smallPlan }) {
      const sale = new HandSale();
      sale.hold('ana', ['G-A-1']);
      const { categories } = sale.definition;
      const sections = smallPlan.sections.filter(({ id }) => id !== 'G');
      const verdict = sale.changePlan({ sections, categories });
      must(!verdict.ok && verdict.code === 'plan_seats_missing', 'refused, with the seat');
      must(freeSeats(sale) === 199, 'and the seat stays held');
    },
  },
  {
    name: 'F12 hoarding',
    guard: 'one live hold an admission, and the limit an account',
    off: () =>
      patch<typeof LockRules>('durable-objects/core/lock-rules.ts', ({ decideLock }) => ({
        decideLock: (question) => decideLock({ ...question, hasHold: false, owned: 0 }),
      })),
    async play({ HandSale }) {
      const sale = new HandSale();
      sale.hold('ana', ['G-A-1', 'G-A-2', 'G-A-3']);
      const second = sale.lock('ana', ['G-B-1', 'G-B-2']);
      must(!second.ok, 'a second hold is refused');
      must(freeSeats(sale) === 197, 'and holds nothing');
    },
  },
  {
    name: 'F16 Postgres commits, the answer is lost',
    guard: 'that a command keeps its id',
    async off() {
      const { MemorySeatStore } = await store();
      const { outboxHead } = MemorySeatStore.prototype;
      let asked = 0;
      vi.spyOn(MemorySeatStore.prototype, 'outboxHead').mockImplementation(function (
        this: InstanceType<typeof MemorySeatStore>,
        ...what
      ) {
        asked += 1;
        const rows = outboxHead.apply(this, what);
        return rows.map((row) => ({ ...row, commandId: `${row.commandId} ${asked}` }));
      });
    },
    async play({ HandSale, MINUTE }) {
      const sale = new HandSale();
      const order = await sale.paying('ana', ['G-A-1']);
      sale.payments.pay(order.orderId);
      sale.filing = 'commits_but_fails';
      await sale.desk.settle(order);
      await sale.pass(MINUTE);
      must(sale.filedOnce.size === 1, 'one effect, however often it is sent');
    },
  },
  {
    name: 'F17 Postgres is down',
    guard: 'that what was not acknowledged stays',
    async off() {
      const { MemorySeatStore } = await store();
      vi.spyOn(MemorySeatStore.prototype, 'outboxRetry').mockImplementation(function (
        this: InstanceType<typeof MemorySeatStore>,
        rows,
      ) {
        this.outboxDone(rows);
      });
    },
    async play({ HandSale, MINUTE }) {
      const sale = new HandSale();
      const order = await sale.paying('ana', ['G-A-1']);
      sale.payments.pay(order.orderId);
      sale.filing = 'down';
      await sale.desk.settle(order);
      await sale.pass(5 * MINUTE);
      sale.filing = 'up';
      await sale.pass(MINUTE);
      must(sale.filed.length === 1, 'filed when it is back');
    },
  },
  {
    name: 'F18 restart, and the timers are lost',
    guard: 'that a wake arms the timers of what is open',
    async off() {
      const { OrderDesk } = await import('../../../durable-objects/event-sale/order-desk.ts');
      vi.spyOn(OrderDesk.prototype, 'start').mockReturnValue();
    },
    async play({ HandSale, MINUTE }) {
      const sale = new HandSale();
      const order = await sale.paying('ana', ['G-A-1']);
      for (const { kind, key } of sale.timers.due(Infinity, 9)) sale.timers.clear(kind, key);
      sale.crash();
      sale.payments.pay(order.orderId);
      await sale.pass(2 * MINUTE);
      must(sale.store.order(order.orderId)?.stage === 'confirmed', 'the payment is found');
    },
  },
  {
    name: 'F19 outcome unknown, the same requestId',
    guard: 'that outcomes are looked up by their request',
    async off() {
      const { MemorySeatStore } = await store();
      vi.spyOn(MemorySeatStore.prototype, 'requests').mockReturnValue([]);
    },
    async play({ HandSale }) {
      const sale = new HandSale();
      sale.admit('ana');
      const first = sale.lock('ana', ['G-A-1'], 'same');
      const again = sale.lock('ana', ['G-A-1'], 'same');
      must(JSON.stringify(again) === JSON.stringify(first), 'the recorded outcome');
    },
  },
  {
    name: 'F20 overlapping locks',
    guard: 'that a lock looks whether its seats are free',
    off: () =>
      patch<typeof LockRules>('durable-objects/core/lock-rules.ts', ({ decideLock }) => ({
        decideLock: (question) => decideLock({ ...question, isFree: () => true }),
      })),
    async play({ HandSale }) {
      const sale = new HandSale();
      sale.hold('ana', ['G-A-1', 'G-A-2']);
      sale.admit('bob');
      const lost = sale.lock('bob', ['G-A-2', 'G-A-3']);
      must(!lost.ok && lost.code === 'seats_unavailable', 'the loser is told, with alternatives');
    },
  },
  {
    name: 'F21 the alarm never fires',
    guard: 'that the end of a hold is judged on read',
    async off() {
      const { OrderBook } = await import('../../../durable-objects/event-sale/order-book.ts');
      vi.spyOn(OrderBook.prototype, 'sweep').mockReturnValue();
    },
    async play({ HandSale, MINUTE }) {
      const sale = new HandSale();
      sale.hold('ana', ['G-A-1']);
      sale.now += 11 * MINUTE;
      must(freeSeats(sale) === 200, 'the seat is free when read');
      sale.admit('bob');
      must(sale.lock('bob', ['G-A-1']).ok, 'and may be held by another');
    },
  },
];
