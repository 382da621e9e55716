import { describe, expect, it } from 'vitest';
import { crowdAccount } from '../../../drizzle/demo-data.ts';
import type { AccountId, EventId } from '../../../durable-objects/core/ids.ts';
import { NO_TALLY } from '../../../durable-objects/core/sale-tally.ts';
import type { Order, OrderStatus, Refund } from '../../../durable-objects/protocol/seats-rpc.ts';
import { filedOrders } from '../../../worker/db/bookings.ts';
import { databaseAt } from '../../../worker/db/database.ts';
import { postgresFiling } from '../../../worker/db/filing.ts';
import { confirmedOrder } from '../../support/order-fixture.ts';
import { workerEnv } from './support.ts';

const EVENT = 'nutcracker-theatre' as EventId;
const db = databaseAt(workerEnv.DATABASE_URL ?? '');
const filing = postgresFiling(db);

let made = 0;

function order(n: number, seats: string[], over: Partial<Order> = {}): Order {
  made += 1;
  const whose = { eventId: EVENT, accountId: crowdAccount(n).id as AccountId };
  const createdAt = 1_795_000_000_000 + made;
  return { ...confirmedOrder(whose, seats, 'stalls'), createdAt, ...over };
}

function refunded(paid: Order): Order {
  const refund: Refund = {
    refundId: `refund_${paid.orderId}`,
    amount: paid.total,
    seatIds: paid.items.map(({ seatId }) => seatId),
    status: 'succeeded',
    failures: 0,
    startedAt: 1_795_000_200_000,
    reason: 'seats_gone',
  };
  const items = paid.items.map((item) => ({ ...item, returned: true }));
  return { ...paid, status: 'refunded', items, refunds: [refund], tickets: [] };
}

function command(made: Order, kind: OrderStatus = made.status) {
  return { commandId: `${kind}:${made.orderId}`, eventId: EVENT, order: made };
}

async function stored(made: Order): Promise<Order | undefined> {
  const found = await filedOrders(db, made.accountId, made.orderId);
  return found[0]?.order;
}

describe('filing in Postgres', () => {
  it('keeps a booking as it was, to the ticket and the millisecond, however often it is sent', async () => {
    const sold = order(41, ['T1', 'T2']);
    await filing.file([command(sold)]);
    await filing.file([command(sold)]);
    const expected = { ...sold, filed: true, expiresAt: sold.createdAt };
    expect(await stored(sold)).toEqual(expected);
  });

  it('refuses a seat that is sold already, and files the others of the batch all the same', async () => {
    const first = order(42, ['T10']);
    await filing.file([command(first)]);
    const second = order(43, ['T10', 'T11']);
    const innocent = order(44, ['T12']);
    const { commandId } = command(second);
    expect(await filing.file([command(second), command(innocent)])).toEqual({
      refused: [{ commandId, reason: '23505 booking_items_one_live_seat' }],
    });
    expect(await stored(second)).toBeUndefined();
    expect((await stored(innocent))?.status).toBe('confirmed');
  });

  it('finds the ones to blame among a full batch, keeps back what follows of their orders, and files the rest', async () => {
    const stranger = { accountId: '00000000-0000-4000-8000-00000000dead' as AccountId };
    const batch = Array.from({ length: 100 }, (_, index) =>
      order(45, [`B${index}`], index % 33 === 7 ? stranger : {}),
    );
    const blamed = batch.filter(({ accountId }) => accountId === stranger.accountId);
    const [first] = blamed;
    if (first === undefined) throw new Error('nobody to blame');
    const commands = [...batch.map((each) => command(each)), command(refunded(first))];
    const { refused } = await filing.file(commands);
    expect(refused.map(({ commandId }) => commandId).toSorted()).toEqual(
      [...blamed, refunded(first)].map((each) => command(each).commandId).toSorted(),
    );
    const filed = await filedOrders(db, crowdAccount(45).id as AccountId);
    expect(filed).toHaveLength(batch.length - blamed.length);
  });

  it('releases the seat of a refunded booking, to be sold again in the same batch', async () => {
    const first = order(45, ['T20']);
    await filing.file([command(first)]);
    const next = order(46, ['T20']);
    await filing.file([command(next), command(refunded(first))]);
    expect((await stored(first))?.status).toBe('refunded');
    expect((await stored(first))?.tickets).toEqual([]);
    expect((await stored(next))?.status).toBe('confirmed');
  });

  it('takes the confirmation and the refund of one order in one batch, in either order', async () => {
    const one = order(47, ['T30']);
    await filing.file([command(one), command(refunded(one))]);
    expect((await stored(one))?.status).toBe('refunded');
    const other = order(48, ['T31']);
    await filing.file([command(refunded(other)), command(other)]);
    expect((await stored(other))?.status).toBe('refunded');
  });

  it('takes a seat that was given back, and sells it again with all that led there in one batch', async () => {
    const sold = order(51, ['T50', 'T51']);
    const [gone, kept] = sold.items;
    if (gone === undefined || kept === undefined) throw new Error('two seats');
    const part: Order = {
      ...sold,
      items: [{ ...gone, returned: true }, kept],
      refunds: [
        {
          refundId: `refund_${sold.orderId}`,
          amount: gone.price,
          seatIds: [gone.seatId],
          status: 'pending',
          failures: 1,
          startedAt: 1_795_000_200_000,
          reason: 'a pillar stands in the way',
        },
      ],
      history: [{ at: 1, actor: 'organiser', from: 'confirmed', to: 'confirmed', why: 'a pillar' }],
      tickets: sold.tickets.slice(1),
    };
    const next = order(52, ['T50']);
    const commands = [
      command(sold),
      { ...command(part), commandId: `part:${sold.orderId}` },
      command(next),
    ];
    expect(await filing.file(commands)).toEqual({ refused: [] });
    expect(await filing.file(commands)).toEqual({ refused: [] });
    expect(await stored(sold)).toEqual({ ...part, filed: true, expiresAt: sold.createdAt });
    expect((await stored(next))?.tickets).toEqual(next.tickets);
  });

  it('follows a refund that the bank sent back, and begins again', async () => {
    const sold = order(56, ['T70']);
    const gone = refunded(sold);
    const refunds = gone.refunds.map((one) => ({
      ...one,
      status: 'pending' as const,
      failures: 1,
    }));
    const back = { ...gone, status: 'refunding' as const, refunds };
    await filing.file([
      command(sold),
      command(gone),
      { ...command(back), commandId: `x${sold.orderId}` },
    ]);
    expect(await stored(sold)).toMatchObject({ status: 'refunding', refunds });
  });

  it('tells what it has of a sale: bookings, seats and sums', async () => {
    const before = await filing.totals(EVENT);
    const [one, two] = [order(54, ['T60', 'T61']), order(55, ['T62'])];
    await filing.file([command(one), command(two)]);
    await filing.file([command(refunded(two))]);
    const after = await filing.totals(EVENT);
    const grown = Object.entries(after).map(([name, count]) => [
      name,
      count - before[name as keyof typeof before],
    ]);
    expect(Object.fromEntries(grown)).toEqual({
      confirmed: 1,
      offered: 0,
      refunding: 0,
      refunded: 1,
      seats: 2,
      captured: 360_000,
      returned: 120_000,
    });
    expect(await filing.totals('no-such-sale' as EventId)).toEqual(NO_TALLY);
  });

  it('files late money that never had seats as a refund', async () => {
    const late = order(49, ['T20'], { confirmedAt: null, tickets: [] });
    await filing.file([command(refunded(late))]);
    expect(await stored(late)).toMatchObject({ status: 'refunded', confirmedAt: null });
  });

  it('throws when Postgres does not answer, so that the outbox asks again', async () => {
    const { port } = new URL(workerEnv.MAIL_API_BASE ?? '');
    const away = postgresFiling(databaseAt(`postgresql://a:b@localhost:${port}/none`));
    await expect(away.file([command(order(50, ['T40']))])).rejects.toThrow('status 404');
  });

  it('keeps an audit log that cannot be changed', async () => {
    await filing.file([command(order(50, ['T50']))]);
    for (const statement of [
      'UPDATE audit_log SET actor = $$x$$',
      'DELETE FROM audit_log',
      'TRUNCATE audit_log',
    ]) {
      await expect(db.$client.query(statement)).rejects.toThrow('append-only');
    }
    const rows = await db.$client.query('SELECT count(*) AS count FROM audit_log');
    expect(Number(rows[0]?.['count'])).toBeGreaterThan(0);
  });
});
