import { neon } from '@neondatabase/serverless';
import { Stripe } from 'stripe';
import { expandPlan, stadiumPlan } from '../../durable-objects/core/plan-geometry.ts';
import { ask, question } from '../load/asking.ts';
import { Buyers } from '../load/buyers.ts';
import type { BuyersWorld } from '../load/buyers.ts';
import { HttpPool } from '../load/http-pool.ts';
import { Ledger } from '../load/ledger.ts';
import { LoadStage } from '../load/stage.ts';
import { addAccounts, addSale, loadFans } from '../support/sale-fixture.ts';
import type { LoadFan } from '../support/sale-fixture.ts';
import { atMost, plain } from './report.ts';
import type { Figure } from './report.ts';

const EVENT = 'bench-stadium';
/** Most that the sale gives one account. */
const SEATS_EACH = 6;
/** Buyers who are busy at a time, and connections that they share. */
const AT_ONCE = 128;
const CONNECTIONS = 64;
/** How often a fan looks whether they are admitted, ms. */
const LOOK_MS = 500;
/** Longest wait for the last booking to be filed, ms. */
const FILED_MS = 60_000;

/** What each keeper's book says at the end. Money in minor units. */
interface Totals {
  seats: number;
  bookings: number;
  money: number;
}

/**
 * A stadium of 60,000 sold to its last seat over HTTP: every buyer joins, is admitted, locks six seats,
 * books, pays at the stand-in of Stripe, and has tickets. At the end buyers, seat map, Postgres and Stripe
 * must agree.
 */
export async function sale60k(): Promise<Figure[]> {
  const stage = await LoadStage.set();
  try {
    const { databaseUrl, stripeUrl } = stage.standins;
    await addSale(databaseUrl, EVENT, { stadium: true, seatsPerAccount: SEATS_EACH });
    const seats = expandPlan(stadiumPlan().plan);
    const fans = await loadFans(seats.length / SEATS_EACH, 950);
    await addAccounts(databaseUrl, fans);
    const [{ port }] = stage.processes;
    const world = {
      portOf: () => port,
      eventId: EVENT,
      ledger: new Ledger(),
      excused: () => false,
    };
    const buyers = new Buyers(world, {
      seatIds: seats.map((seat) => seat.id),
      each: SEATS_EACH,
      stripePort: Number(new URL(stripeUrl).port),
      most: fans.length,
      connections: CONNECTIONS,
    });
    const began = performance.now();
    await everybodyBuys(world, new HttpPool(port, CONNECTIONS), { fans, buyers });
    const soldMs = performance.now() - began;
    const postgres = await filed(databaseUrl, fans.length);
    const filedMs = performance.now() - began;
    for (const [kind, count] of world.ledger.problems) console.error(`${count} × ${kind}`);

    const own = { seats: buyers.bought.flatMap(({ seatIds }) => seatIds).length };
    const stripe = await received(stripeUrl);
    const books: Record<string, number> = {
      'seats that buyers have no ticket for': seats.length - own.seats,
      'seats that the map does not show as sold': seats.length - (await soldOnMap(port)),
      'seats that Postgres does not have': seats.length - postgres.seats,
      'bookings that Postgres does not have': fans.length - postgres.bookings,
      'money at Stripe and not in Postgres': Math.abs(stripe - postgres.money),
      'answers that were wrong': world.ledger.errors,
    };
    return [
      plain('60,000 seats sold and paid in', soldMs / 1000, 's'),
      plain('… and filed after', filedMs / 1000, 's'),
      plain('seats a second', seats.length / (soldMs / 1000), 'seats/s'),
      plain('purchases a second', fans.length / (soldMs / 1000), 'purchases/s'),
      plain('requests', world.ledger.asked, ''),
      plain('purchase, p50', buyers.purchase.quantile(0.5), 'ms'),
      plain('purchase, p99', buyers.purchase.quantile(0.99), 'ms'),
      ...Object.entries(books).map(([name, value]) => atMost(name, value, '', 0)),
    ];
  } finally {
    await stage.close();
  }
}

async function everybodyBuys(
  world: BuyersWorld,
  pool: HttpPool,
  { fans, buyers }: { fans: readonly LoadFan[]; buyers: Buyers },
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let fan = fans[next++]; fan !== undefined; fan = fans[next++]) {
        const token = await admission(world, pool, fan);
        if (token !== null) await buyers.buy(fan, token);
      }
    }),
  );
  await buyers.done();
  pool.close();
}

/** Joins and waits for its turn. Null when something went wrong, which is in the ledger. */
async function admission(world: BuyersWorld, pool: HttpPool, fan: LoadFan): Promise<string | null> {
  const join = question(fan, 'POST', '/api/queue/join', { eventId: EVENT });
  if ((await ask(world, pool, join, [200])) === null) return null;
  for (;;) {
    const look = question(fan, 'GET', `/api/queue/position/${EVENT}`);
    const answer = await ask(world, pool, look, [200]);
    if (answer === null) return null;
    const { admissionToken } = JSON.parse(answer.body) as { admissionToken?: string };
    if (admissionToken !== undefined) return admissionToken;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function filed(databaseUrl: string, expected: number): Promise<Totals> {
  const sql = neon(databaseUrl);
  const until = performance.now() + FILED_MS;
  for (;;) {
    const [row] = await sql`SELECT
      (SELECT count(*) FROM bookings WHERE status = 'confirmed') AS bookings,
      (SELECT count(DISTINCT seat_id) FROM booking_items WHERE live) AS seats,
      (SELECT sum(amount) FROM payments WHERE status = 'succeeded') AS money`;
    const totals = {
      bookings: Number(row?.['bookings']),
      seats: Number(row?.['seats']),
      money: Number(row?.['money']),
    };
    if (totals.bookings >= expected || performance.now() > until) return totals;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function soldOnMap(port: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/inventory/events/${EVENT}/seats`);
  const { seats } = JSON.parse(await answer.text()) as { seats: { status: string }[] };
  return seats.filter((seat) => seat.status === 'sold').length;
}

async function received(stripeUrl: string): Promise<number> {
  const { hostname, port } = new URL(stripeUrl);
  const stripe = new Stripe('sk_test_local', { host: hostname, port, protocol: 'http' });
  let sum = 0;
  for await (const intent of stripe.paymentIntents.list({ limit: 100 }))
    sum += intent.amount_received;
  return sum;
}
