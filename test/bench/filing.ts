import type { EventId } from '../../durable-objects/core/ids.ts';
import { expandPlan, stadiumPlan } from '../../durable-objects/core/plan-geometry.ts';
import { LIMITS } from '../../durable-objects/protocol/limits.ts';
import { migrateDatabase } from '../../drizzle/migrate.ts';
import { databaseAt } from '../../worker/db/database.ts';
import { postgresFiling } from '../../worker/db/filing.ts';
import { confirmedOrder } from '../support/order-fixture.ts';
import { startRealPostgres } from '../support/real-postgres.ts';
import { addAccounts, addSale, loadFans } from '../support/sale-fixture.ts';
import { startStandins } from '../support/standins.ts';
import { atLeast } from './report.ts';
import type { Figure } from './report.ts';

const EVENT = 'bench-filing' as EventId;
const SEATS_PER_BOOKING = 2;
const FANS = 1_000;
const BARS = { embedded: 500, real: 5_000 };
/** Bookings filed before the clock runs. */
const WARM = 1_000;

/**
 * Confirmed bookings of two seats into Postgres, in the batches of the outbox and one after the other as it
 * sends them, through Neon's protocol: into the embedded one, and into a real server.
 */
export async function filing(): Promise<Figure[]> {
  const figures = [
    atLeast('filing, embedded Postgres', await intoEmbedded(), 'bookings/s', BARS.embedded),
  ];
  const real = await startRealPostgres();
  if (!real.ok) {
    const figure = atLeast('filing, real Postgres', Number.NaN, 'bookings/s', BARS.real);
    return [...figures, { ...figure, skipped: real.reason }];
  }
  try {
    await migrateDatabase(real.database.connectionString);
    const value = await filed(real.database.connectionString, 15_000);
    return [...figures, atLeast(`filing, ${real.version}`, value, 'bookings/s', BARS.real)];
  } finally {
    await real.close();
  }
}

async function intoEmbedded(): Promise<number> {
  const standins = await startStandins({ seeded: false });
  try {
    return await filed(standins.databaseUrl, 2_000);
  } finally {
    await standins.stop();
  }
}

async function filed(databaseUrl: string, count: number): Promise<number> {
  await addSale(databaseUrl, EVENT, { stadium: true });
  const fans = await loadFans(FANS, 800);
  await addAccounts(databaseUrl, fans);
  const seats = expandPlan(stadiumPlan().plan);
  const commands = Array.from({ length: WARM + count }, (_, index) => {
    const accountId = fans[index % FANS]?.accountId;
    const taken = seats.slice(index * SEATS_PER_BOOKING, (index + 1) * SEATS_PER_BOOKING);
    if (accountId === undefined || taken.length === 0) throw new Error('more bookings than seats');
    const order = confirmedOrder(
      { eventId: EVENT, accountId },
      taken.map((seat) => seat.id),
      taken[0]?.categoryId ?? '',
    );
    return { commandId: `confirmed:${order.orderId}`, eventId: EVENT, order };
  });
  const target = postgresFiling(databaseAt(databaseUrl));
  let began = performance.now();
  for (let from = 0; from < commands.length; from += LIMITS.outboxBatch) {
    if (from === WARM) began = performance.now();
    const { refused } = await target.file(commands.slice(from, from + LIMITS.outboxBatch));
    if (refused.length > 0) throw new Error(`refused: ${refused[0]?.reason}`);
  }
  return count / ((performance.now() - began) / 1_000);
}
