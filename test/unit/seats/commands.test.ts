import { expect, test } from 'vitest';
import type { RequestId } from '../../../durable-objects/core/ids.ts';
import { ORDER_STEPS } from '../../../durable-objects/core/order-record.ts';
import type { OrderStage } from '../../../durable-objects/core/order-record.ts';
import type { Order } from '../../../durable-objects/protocol/seats-rpc.ts';
import { account, HandSale, MINUTE, seatIds } from './sale-kit.ts';

// Every command at every stage of an order: what it answers, and where the order stands afterwards. `paid`
// is never left to be seen: the step to it and the next are stored together.

type Answer = { ok: boolean; code?: string } & { hold?: unknown; result?: string };
type Named = Pick<Order, 'orderId' | 'holdId' | 'accountId'>;

const ana = account('ana');
const reason = 'moved';
const requestId = 'again' as RequestId;

/** Brings an order of ana's to a stage. */
const ways: Record<Exclude<OrderStage, 'paid'>, (sale: HandSale) => Promise<Named>> = {
  hold: async (sale) => {
    const { holdId } = sale.hold('ana', ['G-A-1']);
    return { accountId: ana, holdId, orderId: holdId.replace('hold', 'book') as Named['orderId'] };
  },
  held: async (sale) => sale.order('ana', ['G-A-1']),
  paying: async (sale) => sale.paying('ana', ['G-A-1']),
  confirmed: async (sale) => {
    const order = await sale.paying('ana', ['G-A-1']);
    sale.payments.pay(order.orderId);
    await sale.desk.settle(order);
    return order;
  },
  expired: async (sale) => {
    const order = await sale.paying('ana', ['G-A-1']);
    await sale.pass(16 * MINUTE);
    return order;
  },
  cancelled: async (sale) => {
    const order = await sale.paying('ana', ['G-A-1']);
    await sale.desk.releaseHold(order);
    return order;
  },
  offered: async (sale) => {
    const order = await ways.expired(sale);
    sale.hold('bob', ['G-A-1']);
    sale.payments.payAnyhow(order.orderId);
    await sale.desk.settle(order);
    return order;
  },
  refunding: async (sale) => {
    const order = await ways.confirmed(sale);
    sale.payments.refundStatus = 'pending';
    sale.desk.refundOrder({ ...order, requestId: 'before' as RequestId, reason });
    return order;
  },
  refunded: async (sale) => {
    const order = await ways.refunding(sale);
    sale.payments.refundStatus = 'succeeded';
    await sale.pass(2 * MINUTE);
    return order;
  },
};

const commands: Record<string, (sale: HandSale, order: Named) => Answer | Promise<Answer>> = {
  create: ({ desk }, order) => desk.createOrder(order),
  swap: (sale, { holdId }) => sale.swap('ana', holdId, ['G-A-2']),
  extend: ({ desk }, order) => desk.extendHold({ ...order, requestId }),
  start: ({ desk }, order) => desk.startPayment(order),
  settle: ({ desk }, order) => desk.settle(order),
  release: ({ desk }, order) => desk.releaseHold(order),
  accept: ({ desk }, order) => desk.answerOffer({ ...order, accept: true }),
  decline: ({ desk }, order) => desk.answerOffer({ ...order, accept: false }),
  refund: ({ desk }, order) => desk.refundOrder({ ...order, requestId, reason }),
  'refund a seat': ({ desk }, order) =>
    desk.refundOrder({ ...order, seatIds: seatIds('G-A-1'), requestId, reason }),
  'time passes': async (sale) => {
    await sale.pass(30 * MINUTE);
    return { ok: true };
  },
};

async function tryAt(stage: keyof typeof ways, name: string): Promise<string> {
  const sale = new HandSale();
  const order = await ways[stage](sale);
  sale.admit('ana');
  const stageNow = () => sale.store.order(order.orderId)?.stage;
  expect(stageNow()).toBe(stage);
  const answer = await commands[name]?.(sale, order);
  if (answer === undefined) throw new Error(`no command ${name}`);
  const said = answer.ok ? (answer.result ?? 'ok') : (answer.code ?? '');
  const after = stageNow();
  return after === stage ? said : `${said} → ${after}`;
}

test('every command at every stage answers as the table says, and takes no other step', async () => {
  const stages = Object.keys(ORDER_STEPS).filter((stage) => stage !== 'paid');
  const table: Record<string, Record<string, string>> = {};
  for (const stage of stages as (keyof typeof ways)[]) {
    const row: Record<string, string> = {};
    for (const name of Object.keys(commands)) row[name] = await tryAt(stage, name);
    table[stage] = row;
  }
  expect(table).toMatchInlineSnapshot(`
    {
      "cancelled": {
        "accept": "order_closed",
        "create": "hold_not_found",
        "decline": "order_closed",
        "extend": "hold_not_found",
        "refund": "not_paid",
        "refund a seat": "not_paid",
        "release": "ok",
        "settle": "failed",
        "start": "order_closed",
        "swap": "hold_not_found",
        "time passes": "ok",
      },
      "confirmed": {
        "accept": "order_closed",
        "create": "ok",
        "decline": "order_closed",
        "extend": "order_closed",
        "refund": "ok → refunding",
        "refund a seat": "ok → refunding",
        "release": "order_closed",
        "settle": "confirmed",
        "start": "order_closed",
        "swap": "order_closed",
        "time passes": "ok",
      },
      "expired": {
        "accept": "order_closed",
        "create": "hold_expired",
        "decline": "order_closed",
        "extend": "hold_expired",
        "refund": "not_paid",
        "refund a seat": "not_paid",
        "release": "ok",
        "settle": "failed",
        "start": "hold_expired",
        "swap": "hold_expired",
        "time passes": "ok",
      },
      "held": {
        "accept": "order_closed",
        "create": "ok",
        "decline": "order_closed",
        "extend": "ok",
        "refund": "not_paid",
        "refund a seat": "not_paid",
        "release": "ok → cancelled",
        "settle": "failed",
        "start": "ok → paying",
        "swap": "ok",
        "time passes": "ok → expired",
      },
      "hold": {
        "accept": "booking_not_found",
        "create": "ok → held",
        "decline": "booking_not_found",
        "extend": "ok",
        "refund": "booking_not_found",
        "refund a seat": "booking_not_found",
        "release": "ok → cancelled",
        "settle": "booking_not_found",
        "start": "booking_not_found",
        "swap": "ok",
        "time passes": "ok → expired",
      },
      "offered": {
        "accept": "ok → confirmed",
        "create": "ok",
        "decline": "ok → refunding",
        "extend": "order_closed",
        "refund": "ok → refunding",
        "refund a seat": "not_paid",
        "release": "order_closed",
        "settle": "offered",
        "start": "order_closed",
        "swap": "order_closed",
        "time passes": "ok → refunded",
      },
      "paying": {
        "accept": "order_closed",
        "create": "ok",
        "decline": "order_closed",
        "extend": "order_closed",
        "refund": "not_paid",
        "refund a seat": "not_paid",
        "release": "ok → cancelled",
        "settle": "failed",
        "start": "ok",
        "swap": "order_closed",
        "time passes": "ok → expired",
      },
      "refunded": {
        "accept": "order_closed",
        "create": "ok",
        "decline": "order_closed",
        "extend": "order_closed",
        "refund": "already_refunded",
        "refund a seat": "already_refunded",
        "release": "order_closed",
        "settle": "refunded",
        "start": "order_closed",
        "swap": "order_closed",
        "time passes": "ok",
      },
      "refunding": {
        "accept": "order_closed",
        "create": "ok",
        "decline": "order_closed",
        "extend": "order_closed",
        "refund": "already_refunded",
        "refund a seat": "already_refunded",
        "release": "order_closed",
        "settle": "refunding",
        "start": "order_closed",
        "swap": "order_closed",
        "time passes": "ok",
      },
    }
  `);
});
